//! How do appends go? Kept by the lane, asked by whoever wants to know whether the service is ready.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a failure is remembered that no append has followed.
const FAILING_FOR: Duration = Duration::from_secs(5);

/// Whether appends go through.
#[derive(Debug, Default)]
pub struct AppendHealth {
    /// Since when the oldest request of the turn under way has waited.
    waiting_since: Mutex<Option<Instant>>,
    /// When appends last failed for want of a database, if none has gone through since.
    failed_at: Mutex<Option<Instant>>,
}

impl AppendHealth {
    /// For how long the oldest request has waited.
    pub fn waited(&self) -> Option<Duration> {
        locked(&self.waiting_since).map(|since| since.elapsed())
    }

    /// Whether the last append failed for want of a database within the last seconds.
    pub fn is_failing(&self) -> bool {
        locked(&self.failed_at).is_some_and(|at| at.elapsed() < FAILING_FOR)
    }

    pub(super) fn begins(&self, waiting_since: Option<Instant>) {
        *self.waiting_since.lock().unwrap_or_else(PoisonError::into_inner) = waiting_since;
    }

    pub(super) fn ends(&self, failed_at: Option<Instant>) {
        self.begins(None);
        *self.failed_at.lock().unwrap_or_else(PoisonError::into_inner) = failed_at;
    }
}

fn locked(since: &Mutex<Option<Instant>>) -> Option<Instant> {
    *since.lock().unwrap_or_else(PoisonError::into_inner)
}
