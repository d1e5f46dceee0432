//! `lead-ledger verify`: chain, gaps, stream sequences, recorded status moves, every read model against a fresh fold.

use super::Ended;
use super::database::Database;
use super::rebuild::{print, progress_bar, told_to};
use crate::config::Config;
use crate::ledger::chain::ChainReport;
use crate::ledger::verification;
use crate::postgres::pool;
use clap::Args;
use projections::rebuild::Report;

#[derive(Clone, Debug, Args)]
pub struct Options {
    /// The report as JSON.
    #[arg(long)]
    json: bool,
}

pub async fn run(config: Config, options: Options) -> anyhow::Result<Ended> {
    let database = Database::reach(&config).await?;
    let pool = pool::reach(&database.url).await?;
    pool::migrate(&pool).await?;
    let (chain_bar, folding_bar) = (progress_bar("chain"), progress_bar("folding"));
    let on_chain = told_to(&chain_bar);
    let found = verification::run(&pool, |at, of| on_chain(at, of), told_to(&folding_bar)).await;
    chain_bar.finish_and_clear();
    folding_bar.finish_and_clear();
    let found = found?;
    if options.json {
        println!("{}", serde_json::to_string(&found)?);
    } else {
        tell(&found.chain, found.read_models.as_ref());
        if let Some(diverged) = &found.read_models_stand {
            println!(
                "read models: {diverged}; restore the log from a backup, or rebuild --all if it is the right one"
            );
        }
    }
    pool.close().await;
    tokio::task::spawn_blocking(move || drop(database)).await?;
    Ok(if found.is_clean { Ended::Done } else { Ended::Mismatch })
}

fn tell(chain: &ChainReport, report: Option<&Report>) {
    for (position, said_at) in &chain.set_aside {
        println!("position {position}: set aside by an operator at position {said_at}; it has no effect");
    }
    for fault in &chain.faults {
        println!("position {}: {}", fault.position, fault.problem);
    }
    if chain.faults.is_empty() {
        println!("log: {} events, dense, every link and every recorded move as it should be", chain.head);
    } else {
        println!("log: {} events, {} faults; restore it from a backup", chain.head, chain.faults.len());
    }
    if let Some(report) = report {
        print(report);
        if !report.is_clean() {
            println!("next: lead-ledger rebuild --all");
        }
    }
}
