//! What is a batch now? The fold of its events.

use super::event::{BatchEvent, BatchIssued};
use crate::time::Instant;
use serde::{Deserialize, Serialize};

/// A batch as its events made it; `issued` empty: nothing has happened yet.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Batch {
    pub issued: Option<BatchIssued>,
    pub expired_at: Option<Instant>,
}

impl Batch {
    /// Takes in one event.
    pub fn apply(&mut self, event: BatchEvent) {
        match event {
            BatchEvent::BatchIssued(e) => self.issued = Some(e),
            BatchEvent::BatchExpired(e) => self.expired_at = Some(e.at),
        }
    }
}
