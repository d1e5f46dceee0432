//! How many wrong passwords are too many? So many in a quarter of an hour, for each account and each address.

use crate::clock::Clock;
use domain::time::Instant;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

const WINDOW_SECONDS: i64 = 15 * 60;
/// Names and addresses remembered at once; when full, those whose window is over are forgotten.
const REMEMBERED_MAX: usize = 100_000;

/// Failed log-ins by account and address.
pub struct Failures {
    limit: Option<u32>,
    clock: Arc<dyn Clock>,
    counts: Mutex<HashMap<String, (u32, Instant)>>,
}

impl Failures {
    /// Nobody has failed yet. `None` limits nobody.
    pub fn new(limit: Option<u32>, clock: Arc<dyn Clock>) -> Self {
        Self { limit, clock, counts: Mutex::default() }
    }

    /// How many seconds these have to wait, if any of them failed too often.
    pub fn wait_seconds(&self, names: &[String]) -> Option<i64> {
        let limit = self.limit?;
        let now = self.clock.now();
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let waits = names.iter().filter_map(|name| counts.get(name)).filter(|(count, _)| *count >= limit);
        let longest = waits.map(|(_, since)| WINDOW_SECONDS - (now - *since).num_seconds()).max()?;
        (longest > 0).then_some(longest)
    }

    /// Takes back what was counted for a try that turned out right.
    pub fn forgive(&self, names: &[String]) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        for name in names {
            if let Some((count, _)) = counts.get_mut(name) {
                *count = count.saturating_sub(1);
            }
        }
    }

    /// Counts a failure for each of these: before it is known to be one, so that many tries at once are many.
    pub fn count(&self, names: &[String]) {
        let now = self.clock.now();
        let is_over = |since: Instant| (now - since).num_seconds() >= WINDOW_SECONDS;
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= REMEMBERED_MAX {
            counts.retain(|_, (_, since)| !is_over(*since));
        }
        for name in names {
            let entry = counts.entry(name.clone()).or_insert((0, now));
            if is_over(entry.1) {
                *entry = (0, now);
            }
            entry.0 += 1;
        }
    }
}
