//! Data on standard output: what if its reader has gone, or the disk is full?

use anyhow::Context;
use std::io::{ErrorKind, Write};

/// Prints one line, or several. A reader that has seen enough (`| head`) is no error.
pub fn print(text: impl std::fmt::Display) -> anyhow::Result<()> {
    write(format!("{text}\n").as_bytes())
}

/// Prints a table; where it has no line, standard error says so.
pub fn table(lines: &[String], empty: &str) -> anyhow::Result<()> {
    if lines.is_empty() {
        eprintln!("{empty}");
        return Ok(());
    }
    print(lines.join("\n"))
}

/// Writes bytes as they are.
pub fn write(bytes: &[u8]) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.context("the output cannot be written; make room where it goes"),
    }
}
