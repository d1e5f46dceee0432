//! `lead-ledger verify`: chain, gaps, stream sequences, recorded status moves, every read model against a fresh fold.

use super::database::Database;
use super::progress::Progress;
use super::rebuild::lines;
use super::{Ended, output};
use crate::audit::verification::{self, Verification};
use crate::config::Config;
use crate::postgres::pool;
use clap::Args;

const EXAMPLES: &str = "\
It reads the whole log, beside a running service too. The result is kept for
`lead-ledger doctor`. Exit status 1 means that something differs.

Examples:
  lead-ledger verify
  lead-ledger verify --json > verification.json";

#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// Prints the report as JSON.
    #[arg(long)]
    json: bool,
}

pub async fn run(config: Config, options: Options) -> anyhow::Result<Ended> {
    let database = Database::reach(&config).await?;
    let pool = pool::reach(&database.url).await?;
    pool::migrate(&pool).await?;
    let chain = Progress::start("checking the log", "events");
    let folding = Progress::start("comparing the read models", "events");
    let found = verification::run(&pool, |at, of| chain.set(at, of), folding.callback()).await;
    chain.end();
    folding.end();
    let found = found?;
    if options.json {
        output::print(serde_json::to_string(&found)?)?;
    } else {
        output::print(report(&found).join("\n"))?;
    }
    pool.close().await;
    tokio::task::spawn_blocking(move || drop(database)).await?;
    Ok(if found.is_clean { Ended::Done } else { Ended::Mismatch })
}

fn report(found: &Verification) -> Vec<String> {
    let (chain, mut text) = (&found.chain, Vec::new());
    for (position, said_at) in &chain.set_aside {
        text.push(format!(
            "position {position}: set aside by an operator at position {said_at}; it has no effect"
        ));
    }
    for fault in &chain.faults {
        text.push(format!("position {}: {}", fault.position, fault.problem));
    }
    if chain.faults.is_empty() {
        let as_it_should_be = "no gap, every hash and every recorded status move as it should be";
        text.push(format!("log: {} events, {as_it_should_be}", chain.head));
    } else {
        text.push(format!(
            "log: {} events, {} faults; restore it from a backup",
            chain.head,
            chain.faults.len()
        ));
    }
    if let Some(report) = &found.read_models {
        text.extend(lines(report));
        if !report.is_clean() {
            text.push("next: lead-ledger rebuild --all".to_owned());
        }
    }
    if let Some(diverged) = &found.read_models_stand {
        text.push(format!(
            "read models: {diverged}; restore the log from a backup, or rebuild --all if it is the right one"
        ));
    }
    text
}
