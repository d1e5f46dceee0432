//! Leads in flight: those that this process has picked or leased for a batch and whose rows may not say so yet.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use uuid::Uuid;

/// The leads in flight, each with the position until which its row may be behind; and the turn of who picks next.
#[derive(Debug, Default)]
pub struct InFlight {
    turn: tokio::sync::Mutex<()>,
    leads: Mutex<HashMap<Uuid, i64>>,
}

impl InFlight {
    /// Waits until no other request of this process picks.
    pub async fn turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// Each lead in flight, with the position until which its row may be behind.
    pub fn leads(&self) -> MutexGuard<'_, HashMap<Uuid, i64>> {
        self.leads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
