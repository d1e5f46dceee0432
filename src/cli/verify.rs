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
use projections::Projection;
use projections::rebuild::{self, Report};
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
    let mut conn = pool.acquire().await?;
    let chain =
        chain::check(&mut conn, |at, of| told_to(&bar)(at, of)).await.context("the log cannot be read")?;
    drop(conn);
    bar.finish_and_clear();
    let report = if chain.faults.is_empty() {
        let bar = progress_bar("folding");
        let report = rebuild::run(&pool, &Projection::ALL, true, told_to(&bar)).await;
        bar.finish_and_clear();
        Some(report.context("the read models could not be compared")?)
    } else {
        // A fold of a log that is not what it was would prove nothing.
        None
    };
    let is_clean = chain.faults.is_empty() && report.as_ref().is_some_and(Report::is_clean);
    let told = json!({ "is_clean": is_clean, "chain": chain, "read_models": report });
    verification::keep(&pool, &told).await?;
    if options.json {
        println!("{told}");
    } else {
        tell(&chain, report.as_ref());
    }
    pool.close().await;
    tokio::task::spawn_blocking(move || drop(database)).await?;
    Ok(if is_clean { Ended::Done } else { Ended::Mismatch })
}

fn tell(chain: &ChainReport, report: Option<&Report>) {
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
