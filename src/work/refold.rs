//! What did an older release's fold make? It is made anew beside what is read and switched, once, while the service serves.

use crate::ledger::Ledger;
use crate::shutdown::Tasks;
use projections::folds::{self, Stale};
use projections::rebuild::{self, Targets};
use sqlx::PgPool;
use std::sync::Arc;
use std::time::Duration;

/// How soon it is tried again where it failed or another process does it.
const AGAIN: Duration = Duration::from_secs(30);

/// Folds anew what was old at the start, then ends.
pub async fn run(ledger: Ledger, pool: PgPool, stale: Stale, tasks: Tasks) {
    while !stale.is_empty() {
        let folded = tokio::select! {
            folded = fold_anew(&ledger, &pool) => folded,
            () = tasks.stopping() => return,
        };
        match folded {
            Ok(()) => return,
            Err(error) => {
                tracing::warn!(%error, "what an older release folded is not made anew yet; it is tried again");
            }
        }
        tokio::select! {
            () = tokio::time::sleep(AGAIN) => {}
            () = tasks.stopping() => return,
        }
    }
}

async fn fold_anew(ledger: &Ledger, pool: &PgPool) -> anyhow::Result<()> {
    let stale = folds::stale(pool).await?;
    if stale.is_empty() {
        return Ok(());
    }
    tracing::info!(?stale, "what an older release folded is made anew; reads and writes go on meanwhile");
    let Stale { projections, keys } = &stale;
    let targets = Targets { projections: projections.clone(), keys: *keys };
    // Where another process is at it, most likely at this very work, this is an error, and the next look finds it done.
    let report = rebuild::run(pool, &targets, false, Arc::new(|_, _| {})).await?;
    if let Some(comparison) = &report.keys {
        ledger.rebuild_keys(comparison).await?;
    }
    folds::made_anew(pool, &stale).await?;
    tracing::info!("what an older release folded has been made anew");
    Ok(())
}
