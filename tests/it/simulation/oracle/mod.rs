//! The oracle: what must hold after every history, whatever failed in it.

mod answers;
mod law;
mod log;

use super::History;
use super::journal::Entry;
use lead_ledger::audit::chain;
use log::Log;
use projections::rebuild::{self, RebuildError, Report, Targets};
use std::sync::Arc;
use std::time::Duration;

/// Everything that does not hold.
pub async fn check(history: &History, journal: &mut [Entry]) -> Vec<String> {
    let log = Log::read(&history.pool).await;
    let mut wrong = answers::check(history, &log, journal).await;
    wrong.extend(law::check(&log, journal));
    match rebuilt(history).await {
        Ok(report) if report.is_clean() => {}
        Ok(report) => {
            let differ: Vec<_> =
                report.comparisons.iter().filter(|c| c.differing_rows > 0 || c.live.is_none()).collect();
            wrong.push(format!("live is not what a rebuild makes: {differ:?}, keys: {:?}", report.keys));
        }
        Err(error) => wrong.push(format!("rebuild: {error}")),
    }
    match chain::check(&history.pool, |_, _| {}).await {
        Ok(report) if report.faults.is_empty() && report.head == log.head() => {}
        Ok(report) => wrong.push(format!("chain to {}: {:?}", report.head, report.faults)),
        Err(error) => wrong.push(format!("chain: {error}")),
    }
    wrong
}

/// A rebuild that compares only. On a busy machine the one before may take a moment to be gone.
async fn rebuilt(history: &History) -> Result<Report, RebuildError> {
    let mut tries = 0;
    loop {
        match rebuild::run(&history.pool, &Targets::all(), true, Arc::new(|_, _| {})).await {
            Err(_) if tries < 20 => tokio::time::sleep(Duration::from_millis(100)).await,
            done => return done,
        }
        tries += 1;
    }
}
