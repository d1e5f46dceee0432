//! What happens by the minute? Expired batches are said to be expired, expired keys are forgotten: neither changes an
//! answer. Calls that are due are asked for, where the settings say so. All may be done by several processes at once.

use super::calls::Calls;
use crate::actions::calls::expire_batch::ExpireBatch;
use crate::ledger::{Context, Ledger, RecordError};
use crate::shutdown::Tasks;
use std::time::Duration;

const EVERY: Duration = Duration::from_mins(1);
/// Batches looked at in one tick.
const BATCHES_MAX: i64 = 1_000;
/// Calls asked for in one tick.
const CALLS_MAX: u32 = 100;

/// Ticks until the service ends.
pub async fn run(ledger: Ledger, calls: Option<Calls>, tasks: Tasks) {
    while !tasks.is_stopping() {
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = tasks.stopping() => return,
        }
        let ticked = tokio::select! {
            ticked = tick(&ledger, calls.as_ref()) => ticked,
            // A call that was begun and not asked for is one whose end nobody tells.
            () = tasks.stopping() => return,
        };
        if let Err(error) = ticked {
            tracing::warn!(%error, "the minute's work was not done; the next minute does it");
        }
    }
}

/// One minute's work.
pub async fn tick(ledger: &Ledger, calls: Option<&Calls>) -> Result<(), RecordError> {
    let context = Context::system("tick");
    for id in ledger.views().batches_to_expire(ledger.now(), BATCHES_MAX).await? {
        ledger.record(&context, &ExpireBatch { id }).await?;
    }
    ledger.forget_expired_keys().await?;
    if let Some(past) = ledger.safely_past() {
        crate::exports::store::forget_expired(ledger.pool(), past).await?;
    }
    if let Some(calls) = calls {
        calls.place_due(&context, CALLS_MAX).await?;
    }
    Ok(())
}
