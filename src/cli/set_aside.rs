//! `lead-ledger set-aside POSITION --because TEXT`: an event that nobody can read is to have no effect, so that the read models
//! can go on behind it.

use super::Ended;
use super::database::on_ledger;
use crate::config::Config;
use crate::ledger::Context;
use anyhow::Context as _;
use clap::Args;

#[derive(Clone, Debug, Args)]
pub struct Options {
    /// The position, as /readyz and verify name it.
    position: i64,
    /// Why, for whoever reads the log later.
    #[arg(long)]
    because: String,
}

pub async fn run(config: Config, options: Options) -> anyhow::Result<Ended> {
    let Options { position, because } = options;
    on_ledger(config, async |app| {
        let recorded = app
            .ledger
            .set_aside(&Context::system("cli"), position, &because)
            .await
            .context("nothing was set aside; run lead-ledger verify to see what cannot be read")?;
        let word = if recorded.is_new { "is set aside" } else { "was set aside before" };
        println!("position {position} {word}; the read models go on behind it");
        Ok(())
    })
    .await
}
