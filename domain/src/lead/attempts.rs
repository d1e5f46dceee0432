//! The attempts of a lead: a persistent list. A copy costs the same however long the list is, a change costs the
//! logarithm of its length, and two versions are compared by what differs between them.
//!
//! Most leads have a handful of attempts, which are scanned; an index answers where there are many.

use super::attempt::Attempt;
use super::attempts_index::{Among, Index, Moment};
use super::event::ProviderCall;
use crate::ids::{AttemptId, BatchId};
use crate::time::Instant;
use imbl::OrdMap;
use imbl::ordmap::DiffItem;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::ops::{Bound, RangeBounds};
use std::sync::Arc;

/// How many attempts a lead may have. A stream without an end could not be loaded one day.
pub const ATTEMPTS_MAX: usize = 50_000;
/// How many facts an attempt may have.
pub const FACTS_MAX: usize = 1_000;

/// Up to how many attempts are scanned.
const FEW: usize = 16;

/// The attempts of a lead, in the order in which the ledger heard of them.
#[derive(Clone, Debug, Default)]
pub struct Attempts {
    list: OrdMap<u32, Arc<Attempt>>,
    index: Option<Arc<Index>>,
}

impl Attempts {
    pub fn len(&self) -> usize {
        self.list.len()
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// All of them, in the order in which the ledger heard of them.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Attempt> {
        self.list.values().map(Arc::as_ref)
    }

    /// The attempt of that id.
    pub fn find(&self, id: AttemptId) -> Option<&Attempt> {
        self.get(self.place(id)?)
    }

    /// The attempt that a report of that batch and stated time is about (C-17).
    pub fn find_reported(&self, batch_id: Option<BatchId>, attempted_at: Instant) -> Option<&Attempt> {
        match &self.index {
            Some(index) => self.get(index.of_report(batch_id, attempted_at)?),
            None => self
                .iter()
                .find(|attempt| attempt.batch_id == batch_id && attempt.attempted_at == attempted_at),
        }
    }

    /// The attempt that is this call at its provider.
    pub fn find_call(&self, call: &ProviderCall) -> Option<&Attempt> {
        match &self.index {
            Some(index) => self.get(index.of_call(call)?),
            None => self.iter().find(|attempt| attempt.call.as_ref() == Some(call)),
        }
    }

    /// The attempt of these with the latest time, then id.
    pub fn newest(&self, among: Among) -> Option<&Attempt> {
        match &self.index {
            Some(index) => self.get(index.last(among)?),
            None => self.scan(among).max_by_key(moment).map(|(_, attempt)| attempt),
        }
    }

    /// The attempt of these with the earliest time, then id.
    pub fn first(&self, among: Among) -> Option<&Attempt> {
        match &self.index {
            Some(index) => self.get(index.first(among)?),
            None => self.scan(among).min_by_key(moment).map(|(_, attempt)| attempt),
        }
    }

    /// How many of these there are.
    pub fn count(&self, among: Among) -> u32 {
        let count = match &self.index {
            Some(index) => index.len(among),
            None => self.scan(among).count(),
        };
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// Those of these whose time lies between two times. Costs what it answers.
    pub fn within(&self, among: Among, times: (Bound<Instant>, Bound<Instant>)) -> Vec<&Attempt> {
        if let Some(index) = &self.index {
            return index.within(among, times).filter_map(|place| self.get(place)).collect();
        }
        let scanned = self.scan(among).map(|(_, attempt)| attempt);
        scanned.filter(|attempt| times.contains(&attempt.ordered_at())).collect()
    }

    /// Finished attempts after the first that was answered (C-35).
    pub fn followups(&self) -> u32 {
        match (&self.index, self.first(Among::Answered)) {
            (Some(index), _) => index.followups(),
            (None, None) => 0,
            (None, Some(first)) => {
                let later =
                    self.within(Among::Final, (Bound::Excluded(first.ordered_at()), Bound::Unbounded));
                u32::try_from(later.len()).unwrap_or(u32::MAX)
            }
        }
    }

    /// What differs from an earlier version, as it was and as it is. Parts that both share are not looked at.
    pub fn changed_since<'a>(
        &'a self,
        before: &'a Self,
    ) -> impl Iterator<Item = (Option<&'a Attempt>, Option<&'a Attempt>)> {
        before.list.diff(&self.list).map(|item| match item {
            DiffItem::Add(_, new) => (None, Some(new.as_ref())),
            DiffItem::Update { old: (_, old), new: (_, new) } => (Some(old.as_ref()), Some(new.as_ref())),
            DiffItem::Remove(_, old) => (Some(old.as_ref()), None),
        })
    }

    /// Adds an attempt.
    pub(super) fn push(&mut self, attempt: Attempt) {
        let place = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        if let Some(index) = &mut self.index {
            Arc::make_mut(index).put(place, None, &attempt);
        }
        self.list.insert(place, Arc::new(attempt));
        if self.index.is_none() && self.list.len() > FEW {
            let mut index = Index::default();
            for (place, attempt) in &self.list {
                index.put(*place, None, attempt);
            }
            self.index = Some(Arc::new(index));
        }
    }

    /// Changes the attempt of that id and answers whether there is one.
    pub(super) fn change(&mut self, id: AttemptId, change: impl FnOnce(&mut Attempt)) -> bool {
        let Some(place) = self.place(id) else { return false };
        let Some(known) = self.list.get(&place) else { return false };
        let mut changed = Attempt::clone(known);
        change(&mut changed);
        if let Some(index) = &mut self.index {
            Arc::make_mut(index).put(place, Some(known), &changed);
        }
        self.list.insert(place, Arc::new(changed));
        true
    }

    fn place(&self, id: AttemptId) -> Option<u32> {
        match &self.index {
            Some(index) => index.of_id(id),
            None => self.list.iter().find(|(_, attempt)| attempt.id == id).map(|(place, _)| *place),
        }
    }

    fn get(&self, place: u32) -> Option<&Attempt> {
        #[cfg(test)]
        super::attempts_index::looked::count();
        self.list.get(&place).map(Arc::as_ref)
    }

    fn scan(&self, among: Among) -> impl Iterator<Item = (u32, &Attempt)> {
        let all = self.list.iter().map(|(place, attempt)| (*place, attempt.as_ref()));
        all.filter(move |(_, attempt)| among.has(attempt))
    }
}

fn moment((place, attempt): &(u32, &Attempt)) -> Moment {
    (attempt.ordered_at(), attempt.id, *place)
}

impl PartialEq for Attempts {
    fn eq(&self, other: &Self) -> bool {
        self.changed_since(other).next().is_none()
    }
}

impl FromIterator<Attempt> for Attempts {
    fn from_iter<I: IntoIterator<Item = Attempt>>(all: I) -> Self {
        let mut attempts = Self::default();
        for attempt in all {
            attempts.push(attempt);
        }
        attempts
    }
}

impl Serialize for Attempts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Attempts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self::from_iter)
    }
}

#[cfg(test)]
#[path = "attempts_tests.rs"]
mod tests;
