//! What one check found: a line for people, and the next step where it is not as it should be.

use serde::Serialize;

/// How something stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Ok,
    /// It works, and should be mended.
    Warning,
    /// The ledger does not work, or does not keep its promises.
    Broken,
    /// The check itself could not be made.
    Unknown,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Broken => "broken",
            Self::Unknown => "unknown",
        }
    }
}

/// What one check found.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Finding {
    pub check: &'static str,
    pub state: State,
    pub found: String,
    /// A line to paste into a shell.
    pub next: Option<String>,
}

impl Finding {
    pub fn ok(check: &'static str, found: impl Into<String>) -> Self {
        Self { check, state: State::Ok, found: found.into(), next: None }
    }

    pub fn warning(check: &'static str, found: impl Into<String>, next: impl Into<String>) -> Self {
        Self { check, state: State::Warning, found: found.into(), next: Some(next.into()) }
    }

    pub fn broken(check: &'static str, found: impl Into<String>, next: impl Into<String>) -> Self {
        Self { check, state: State::Broken, found: found.into(), next: Some(next.into()) }
    }

    pub fn unknown(check: &'static str, found: impl Into<String>, next: impl Into<String>) -> Self {
        Self { check, state: State::Unknown, found: found.into(), next: Some(next.into()) }
    }

    /// Of a message that may end with `; run: ` and a command. `otherwise` is the next step where it does not.
    pub fn of_message(check: &'static str, state: State, message: &str, otherwise: String) -> Self {
        let (found, next) = match message.split_once("; run: ") {
            Some((found, command)) => (found, command.to_owned()),
            None => (message, otherwise),
        };
        Self { check, state, found: found.to_owned(), next: Some(next) }
    }

    /// The lines for people.
    pub fn lines(&self) -> String {
        let line = format!("{:<8} {:<18} {}", self.state.word(), self.check, self.found);
        match &self.next {
            Some(next) => format!("{line}\n  next:  {next}"),
            None => line,
        }
    }
}

/// A text as one word of a shell.
pub fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-/:@%+=,".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_in_a_message_is_the_next_step() {
        let message = "others can read the file s (its mode is 0644); run: chmod 600 s";
        let finding = Finding::of_message("settings", State::Broken, message, "ls".to_owned());
        assert_eq!(finding.found, "others can read the file s (its mode is 0644)");
        assert_eq!(finding.next.as_deref(), Some("chmod 600 s"));
        let finding = Finding::of_message("settings", State::Broken, "it is wrong", "ls".to_owned());
        assert_eq!((finding.found.as_str(), finding.next.as_deref()), ("it is wrong", Some("ls")));
    }

    #[test]
    fn a_word_of_a_shell_stays_one_word() {
        assert_eq!(quoted("/var/lib/x-1"), "/var/lib/x-1");
        assert_eq!(quoted("my ledger's"), r"'my ledger'\''s'");
    }
}
