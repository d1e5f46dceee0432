//! Where does a page begin that somebody is likely to ask for next? Remembered as a key, so that paging on costs the same
//! wherever it has come to.

use quick_cache::sync::Cache;
use std::fmt;
use std::hash::Hash;
use std::time::{Duration, Instant};

/// How many beginnings of pages are remembered, and how long: longer, and a list that grows would be cut elsewhere.
const STARTS_MAX: usize = 10_000;
const START_FRESH: Duration = Duration::from_mins(1);

/// After what the page begins that comes after so many items of a list `K`.
pub(crate) struct Starts<K, V>(Cache<(K, i64), (V, Instant)>);

impl<K: Eq + Hash + Clone, V: Clone> Default for Starts<K, V> {
    fn default() -> Self {
        Self(Cache::new(STARTS_MAX))
    }
}

impl<K, V> fmt::Debug for Starts<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Starts").finish_non_exhaustive()
    }
}

impl<K: Eq + Hash + Clone, V: Clone> Starts<K, V> {
    /// After what the page begins that skips so many, if that is known.
    pub(crate) fn find(&self, list: &K, skip: i64) -> Option<V> {
        let (after, known_since) = self.0.get(&(list.clone(), skip))?;
        (skip > 0 && known_since.elapsed() < START_FRESH).then_some(after)
    }

    /// Remembers it.
    pub(crate) fn put(&self, list: &K, skip: i64, after: V) {
        self.0.insert((list.clone(), skip), (after, Instant::now()));
    }
}
