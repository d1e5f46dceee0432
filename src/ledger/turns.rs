//! Who is next? One request at a time for each stream of this process, so that 24 reports on one lead are 24 turns and
//! not 24 collisions. Fairness only: what is right, the append checks.

use domain::stream::StreamId;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use tokio::sync::{Mutex, OwnedMutexGuard};

/// Streams share this many turnstiles; two that share one only wait a little longer.
const TURNSTILES: usize = 4_096;

/// The turnstiles.
#[derive(Debug)]
pub struct Turns {
    gates: Vec<Arc<Mutex<()>>>,
    hasher: RandomState,
}

impl Default for Turns {
    fn default() -> Self {
        Self { gates: (0..TURNSTILES).map(|_| Arc::default()).collect(), hasher: RandomState::new() }
    }
}

impl Turns {
    /// Waits for the stream's turn, which ends when the guard is dropped.
    pub async fn take(&self, stream: StreamId) -> OwnedMutexGuard<()> {
        #[expect(clippy::cast_possible_truncation, reason = "any bits of the hash will do")]
        let index = self.hasher.hash_one(stream) as usize % TURNSTILES;
        self.gates[index].clone().lock_owned().await
    }
}
