//! What came of work that was done in the background? Remembered by id, the latest only, in memory.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use uuid::Uuid;

/// How many are remembered.
const REMEMBERED: usize = 500;

/// Work by id.
#[derive(Debug)]
pub struct Remembered<T>(Arc<Mutex<VecDeque<(Uuid, T)>>>);

impl<T> Default for Remembered<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T> Clone for Remembered<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Clone> Remembered<T> {
    fn known(&self) -> MutexGuard<'_, VecDeque<(Uuid, T)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers one more, and forgets the oldest.
    pub fn push(&self, id: Uuid, work: T) {
        let mut known = self.known();
        known.push_back((id, work));
        if known.len() > REMEMBERED {
            known.pop_front();
        }
    }

    /// Changes what is remembered of one.
    pub fn update(&self, id: Uuid, change: impl FnOnce(&mut T)) {
        if let Some((_, work)) = self.known().iter_mut().find(|(known, _)| *known == id) {
            change(work);
        }
    }

    /// One of those that are remembered, told by something else than its id.
    pub fn find_by(&self, is_meant: impl Fn(&T) -> bool) -> Option<T> {
        self.known().iter().find(|(_, work)| is_meant(work)).map(|(_, work)| work.clone())
    }

    /// One of those that are remembered.
    pub fn find(&self, id: Uuid) -> Option<T> {
        self.known().iter().find(|(known, _)| *known == id).map(|(_, work)| work.clone())
    }
}
