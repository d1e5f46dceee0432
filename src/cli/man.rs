//! `lead-ledger man`: the manual pages, one for the program and one for each command, made from the help.

use super::{Ended, arguments};
use anyhow::Context;
use clap::Args;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  lead-ledger man ./man && man ./man/lead-ledger.1
  lead-ledger man ~/.local/share/man/man1";

#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// The folder for the pages; it is made if it is missing.
    #[arg(value_name = "DIR")]
    dir: PathBuf,
}

pub fn run(options: &Options) -> anyhow::Result<Ended> {
    let dir = &options.dir;
    std::fs::create_dir_all(dir)
        .and_then(|()| clap_mangen::generate_to(arguments::for_manual(), dir))
        .with_context(|| format!("no pages can be written into {}; choose another folder", dir.display()))?;
    eprintln!("the pages are in {0}; read the first one: man {0}/lead-ledger.1", dir.display());
    Ok(Ended::Done)
}
