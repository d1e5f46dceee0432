//! Where do secrets come from that nobody set? Made at random and kept in the data directory, for this user only.

use crate::config::exposure;
use anyhow::Context;
use rand::Rng;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// A random text of 48 hex digits.
pub fn random() -> String {
    let mut bytes = [0u8; 24];
    rand::rng().fill(&mut bytes);
    hex::encode(bytes)
}

/// The secret kept under `name`, made and kept if there is none. One that others can read is kept on with a warning: only
/// while developing are secrets made here.
pub fn kept(data_dir: &Path, name: &str) -> anyhow::Result<String> {
    let file = data_dir.join(name);
    if let Ok(secret) = std::fs::read_to_string(&file)
        && !secret.trim().is_empty()
    {
        if let Some(problem) = exposure(&file) {
            tracing::warn!("{problem}");
        }
        return Ok(secret.trim().to_owned());
    }
    let secret = random();
    keep(data_dir, name, &secret)?;
    Ok(secret)
}

/// Keeps a secret under `name`, in place of whatever was there.
pub fn keep(data_dir: &Path, name: &str, secret: &str) -> anyhow::Result<()> {
    let file = data_dir.join(name);
    crate::postgres::data_directory::create_data_dir(data_dir)?;
    // A file that is there already would keep its mode, and a link could lead anywhere.
    let _ = std::fs::remove_file(&file);
    let mut open = OpenOptions::new();
    open.write(true).create_new(true).mode(0o600);
    let mut out = open
        .open(&file)
        .with_context(|| format!("{} cannot be written; set LEDGER_DATA_DIR", file.display()))?;
    writeln!(out, "{secret}").with_context(|| format!("{} cannot be written", file.display()))
}
