//! The help of every command: whole sentences, examples that can be typed, and JSON where a command prints data.

use crate::cli::printed;
use clap::Command;
use lead_ledger::cli::arguments::{GROUPS, command, for_manual};

/// Every command and subcommand by its whole name, clap's own `help` apart.
fn all(command: &Command, path: &str, found: &mut Vec<(String, Command)>) {
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        let path = format!("{path} {}", sub.get_name()).trim().to_owned();
        all(sub, &path, found);
        found.push((path, sub.clone()));
    }
}

fn commands() -> Vec<(String, Command)> {
    let mut found = vec![(String::new(), command())];
    all(&command(), "", &mut found);
    assert!(found.len() > 20, "{}", found.len());
    found
}

#[test]
fn every_command_and_every_option_has_a_sentence() {
    for (path, command) in commands() {
        let about = command.get_about().unwrap().to_string();
        let begins = about.chars().next().unwrap();
        assert!(begins.is_uppercase() && about.ends_with('.') && about.contains(' '), "{path}: {about}");
        assert!(about.len() <= 80, "{path}: {about}");
        for arg in command.get_arguments() {
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            let begins = help.chars().next().unwrap_or('-');
            assert!(begins.is_uppercase() && help.ends_with(['.', ']']), "{path} {}: '{help}'", arg.get_id());
        }
    }
}

#[test]
fn every_option_that_is_a_number_says_its_unit_and_its_default() {
    for (path, command) in commands() {
        for id in ["seconds", "leads", "events", "from"] {
            let Some(arg) = command.get_arguments().find(|arg| arg.get_id() == id) else { continue };
            let help = arg.get_help().unwrap().to_string();
            let names_unit = ["second", "lead", "event", "position"].iter().any(|unit| help.contains(unit));
            assert!(names_unit && !arg.get_default_values().is_empty(), "{path} {id}: {help}");
        }
    }
}

/// The lines below `Examples:`.
fn examples(command: &Command) -> Vec<String> {
    let text = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let lines = text.lines().skip_while(|line| *line != "Examples:").skip(1);
    lines.map(str::trim).map(ToOwned::to_owned).collect()
}

/// The calls of the program in a line of a shell, each as its words.
fn calls(line: &str) -> Vec<Vec<String>> {
    let line = line.split(" #").next().unwrap();
    let parts = line.split(['|', '>', '<', ')', ';']).flat_map(|part| part.split("&&"));
    let call = |part: &str| part.find("lead-ledger ").map(|at| words(&part[at..]));
    parts.filter_map(call).collect()
}

fn words(text: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for c in text.chars().chain([' ']) {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            (None, ' ') if word.is_empty() => {}
            (None, ' ') => words.push(std::mem::take(&mut word)),
            _ => word.push(c),
        }
    }
    words
}

#[test]
fn every_command_has_examples_that_can_be_typed() {
    for (path, command) in commands() {
        let examples = examples(&command);
        assert!(examples.iter().all(|line| line.len() <= 78), "{path}: {examples:?}");
        assert!(examples.iter().all(|line| !calls(line).is_empty()), "{path}: {examples:?}");
        let calls: Vec<Vec<String>> = examples.iter().flat_map(|line| calls(line)).collect();
        let is_of_command = |call: &Vec<String>| call[1..].join(" ").contains(&path);
        assert!(calls.iter().any(is_of_command), "{path} has no example: {examples:?}");
        for call in calls {
            let parsed = self::command().try_get_matches_from(&call);
            let is_help = parsed.as_ref().is_err_and(|error| !error.use_stderr());
            assert!(parsed.is_ok() || is_help, "{call:?}: {}", parsed.unwrap_err());
        }
    }
}

#[test]
fn every_command_that_prints_data_prints_json_too() {
    let with_json: Vec<String> = commands()
        .into_iter()
        .filter(|(_, command)| command.get_arguments().any(|arg| arg.get_long() == Some("json")))
        .map(|(path, _)| path)
        .collect();
    for path in [
        "doctor",
        "user add",
        "user list",
        "key add",
        "key list",
        "sign",
        "import",
        "replay",
        "verify",
        "rebuild",
        "set-aside",
        "bench",
    ] {
        assert!(with_json.iter().any(|known| known == path), "{path} has no --json");
    }
}

#[test]
fn the_help_lists_every_command_once_in_the_order_of_its_groups() {
    let grouped: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| *names).copied().collect();
    let command = command();
    let mut known: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
    let mut sorted = grouped.clone();
    known.sort_unstable();
    sorted.sort_unstable();
    assert_eq!(known, sorted);
    let help = self::command().render_help().to_string();
    let mut rest = help.as_str();
    for name in &grouped {
        let at =
            rest.find(&format!("\n  {name} ")).unwrap_or_else(|| panic!("{name} is out of order: {help}"));
        rest = &rest[at + 1..];
    }
    assert!(help.lines().all(|line| line.chars().count() <= 80), "{help}");
}

/// One page for the program and one for each command, which `man` shows.
#[test]
fn manual_pages_are_written_for_every_command() {
    let dir = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_lead-ledger"));
        // Packagers make the pages without any setting, or with one that the service would refuse.
        command.args(arguments).current_dir(dir.path()).env("LEDGER_BIND", "nowhere").output().unwrap()
    };
    printed(&run(&["man", "pages"]));
    let page = |name: &str| std::fs::read_to_string(dir.path().join("pages").join(name)).unwrap();
    for (path, command) in commands() {
        let name = format!("lead-ledger {path}").trim().replace(' ', "-");
        let text = page(&format!("{name}.1")).replace(r"\*(Aq", "'").replace('\\', "");
        assert!(text.contains(&command.get_about().unwrap().to_string()), "{name}: {text}");
        assert!(text.contains("Examples:"), "{name}");
    }
    assert!(for_manual().get_subcommands().all(|sub| sub.get_name() != "help"));
    assert_eq!(std::fs::read_dir(dir.path().join("pages")).unwrap().count(), commands().len());
    assert!(!printed(&run(&["completions", "bash"])).is_empty());
}
