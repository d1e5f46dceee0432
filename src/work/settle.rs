//! What does plain postgres-es leave to be done? The keys of the streams it appended to: see [`crate::actions::log::settle`].

use crate::ledger::Ledger;
use crate::shutdown::Tasks;
use std::time::Duration;

/// How often it is looked for.
const EVERY: Duration = Duration::from_millis(200);

/// Settles until the service ends. Several processes at once do the same twice, which changes nothing.
pub async fn run(ledger: Ledger, tasks: Tasks) {
    let mut pause = EVERY;
    while !tasks.is_stopping() {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = tasks.stopping() => return,
        }
        pause = match ledger.settle_appended_elsewhere().await {
            Ok(true) => Duration::ZERO,
            Ok(false) => EVERY,
            Err(error) => {
                tracing::warn!(%error, "what plain postgres-es appended is not settled yet; it is tried again");
                EVERY * 10
            }
        };
    }
}
