//! How is a password read? From the first line of standard input; a person who types it does not see it.

use anyhow::{Context, bail};
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use std::io::{BufRead, IsTerminal, stdin};

/// Reads a password; `command` is what the user runs, for the message that names the other way.
pub fn read(command: &str) -> anyhow::Result<String> {
    let line = if stdin().is_terminal() { typed()? } else { first_line()? };
    let password = line.trim_end_matches(['\r', '\n']).to_owned();
    if password.is_empty() {
        bail!("the password is empty; type one, or: echo 'a long password' | lead-ledger {command}");
    }
    Ok(password)
}

fn first_line() -> anyhow::Result<String> {
    let mut line = String::new();
    stdin().lock().read_line(&mut line).context("the password must be text; write it in UTF-8")?;
    Ok(line)
}

/// Asks on the terminal, with its echo switched off meanwhile.
fn typed() -> anyhow::Result<String> {
    let terminal = stdin();
    let before = tcgetattr(&terminal).ok();
    if let Some(before) = &before {
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        let _ = tcsetattr(&terminal, OptionalActions::Now, &silent);
    }
    eprint!("Password: ");
    let line = first_line();
    if let Some(before) = &before {
        let _ = tcsetattr(&terminal, OptionalActions::Now, before);
    }
    eprintln!();
    line
}
