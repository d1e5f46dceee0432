//! A password changes: the ledger keeps that it did, the `secrets` table keeps the hash.

use super::event::{AgentEvent, PasswordChanged};
use super::state::Agent;
use crate::Refusal;
use crate::time::Instant;
use unicode_normalization::UnicodeNormalization;

#[derive(Clone, Debug)]
pub struct ChangePassword {
    pub at: Instant,
}

impl ChangePassword {
    pub fn decide(&self, agent: &Agent) -> Result<Vec<AgentEvent>, Refusal> {
        if !agent.is_there() {
            return Err(Refusal::AgentIsUnknown);
        }
        Ok(vec![AgentEvent::PasswordChanged(PasswordChanged { at: self.at })])
    }
}

/// The password as it is compared: keyboards write one text in several forms of Unicode, and blanks of other widths.
/// Form NFC, every blank a plain one (the profile `OpaqueString` of RFC 8265).
pub fn opaque(password: &str) -> String {
    let is_wide_blank = |c: char| c.is_whitespace() && !c.is_ascii();
    password.nfc().map(|c| if is_wide_blank(c) { ' ' } else { c }).collect()
}

/// Whether a password may be used at all: 8 to 200 characters, so that hashing it stays affordable.
pub fn check_password(password: &str) -> Result<(), Refusal> {
    if (8..=200).contains(&password.chars().count()) { Ok(()) } else { Err(Refusal::PasswordIsMalformed) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// K24
    #[test]
    fn forms_of_one_password_are_one_and_other_passwords_stay_apart() {
        assert_eq!(opaque("cafe\u{301}\u{a0}noir"), opaque("café noir"));
        assert_eq!(opaque("pass\u{3000}word"), "pass word");
        for (one, other) in
            [("Secret12", "secret12"), (" secret12", "secret12"), ("ａbcdefgh", "abcdefgh"), ("علي", "علی")]
        {
            assert_ne!(opaque(one), opaque(other));
        }
    }

    #[test]
    fn every_change_makes_older_tokens_void() {
        let mut agent = Agent { num: 1, ..Agent::default() };
        for event in (ChangePassword { at: Instant::UNIX_EPOCH }).decide(&agent).unwrap() {
            agent.apply(event);
        }
        assert_eq!(agent.token_epoch, 1);
    }
}
