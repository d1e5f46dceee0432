//! `lead-ledger completions`: the script that completes commands, options and their values in a shell.

use super::{Ended, arguments, output};
use clap::Args;
use clap_complete::Shell;

const EXAMPLES: &str = "\
Examples:
  source <(lead-ledger completions bash)    # for this shell
  lead-ledger completions zsh > ~/.zfunc/_lead-ledger
  lead-ledger completions fish > ~/.config/fish/completions/lead-ledger.fish";

#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// The shell that reads the script.
    shell: Shell,
}

pub fn run(options: &Options) -> anyhow::Result<Ended> {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut arguments::command(), "lead-ledger", &mut script);
    output::write(&script)?;
    Ok(Ended::Done)
}
