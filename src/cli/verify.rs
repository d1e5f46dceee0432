//! `lead-ledger verify`: chain, gaps, stream sequences, recorded status moves, every read model against a fresh fold.

use super::Ended;
use super::database::Database;
use super::rebuild::{print, progress_bar, told_to};
use crate::config::Config;
use crate::ledger::chain::{self, ChainReport};
use crate::ledger::verification;
use crate::postgres::pool;
use anyhow::Context;
use clap::Args;
use projections::checkpoint;
use projections::feed::FeedError;
use projections::rebuild::{self, Report, Targets};
use serde_json::json;

#[derive(Clone, Debug, Args)]
pub struct Options {
    /// The report as JSON.
    #[arg(long)]
    json: bool,
}

pub async fn run(config: Config, options: Options) -> anyhow::Result<Ended> {
    let database = Database::reach(&config).await?;
    let pool = pool::connect(pool::options(&database.url)?).await?;
    pool::migrate(&pool).await?;
    let bar = progress_bar("chain");
    let chain =
        chain::check(&pool, |at, of| told_to(&bar)(at, of)).await.context("the log cannot be read")?;
    bar.finish_and_clear();
    let diverged = checkpoint::compare_with_log(&mut *pool.acquire().await?).await;
    let diverged = match diverged {
        Ok(()) => None,
        Err(FeedError::Database(error)) => return Err(error.into()),
        Err(diverged) => Some(diverged.to_string()),
    };
    let report = if chain.faults.is_empty() {
        let bar = progress_bar("folding");
        let report = rebuild::run(&pool, &Targets::all(), true, told_to(&bar)).await;
        bar.finish_and_clear();
        Some(report.context("the read models could not be compared")?)
    } else {
        // A fold of a log that is not what it was would prove nothing.
        None
    };
    let is_clean =
        chain.faults.is_empty() && diverged.is_none() && report.as_ref().is_some_and(Report::is_clean);
    let told =
        json!({ "is_clean": is_clean, "chain": chain, "read_models_stand": diverged, "read_models": report });
    verification::keep(&pool, &told).await?;
    if options.json {
        println!("{told}");
    } else {
        tell(&chain, report.as_ref());
        if let Some(diverged) = diverged {
            println!(
                "read models: {diverged}; restore the log from a backup, or rebuild --all if it is the right one"
            );
        }
    }
    pool.close().await;
    tokio::task::spawn_blocking(move || drop(database)).await?;
    Ok(if is_clean { Ended::Done } else { Ended::Mismatch })
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
