//! `lead-ledger set-aside`: an event that cannot be read is to have no effect, so that the read models can go on behind it.

use super::database::on_ledger;
use super::{Ended, output};
use crate::config::Config;
use crate::ledger::Context;
use anyhow::Context as _;
use clap::Args;

const EXAMPLES: &str = "\
Examples:
  lead-ledger verify                        # names the position
  lead-ledger set-aside 4711 --because 'another program wrote it by mistake'";

#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// The position of the event in the log, as `verify`, `doctor` and /readyz name it.
    #[arg(value_parser = clap::value_parser!(i64).range(1..))]
    position: i64,
    /// The reason, for everyone who reads the log later.
    #[arg(long, value_name = "TEXT")]
    because: String,
    /// Prints the result as JSON.
    #[arg(long)]
    json: bool,
}

pub async fn run(config: Config, options: Options) -> anyhow::Result<Ended> {
    let Options { position, because, json } = options;
    on_ledger(config, async |app| {
        let recorded = app
            .ledger
            .set_aside(&Context::system("cli"), position, &because)
            .await
            .context("nothing was set aside; run lead-ledger verify to see what cannot be read")?;
        if json {
            let is_new = recorded.is_new;
            return output::print(serde_json::json!({ "position": position, "is_new": is_new }));
        }
        let word = if recorded.is_new { "is set aside" } else { "was set aside before" };
        output::print(format_args!("position {position} {word}; the read models go on behind it"))
    })
    .await
}
