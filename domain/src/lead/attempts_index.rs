//! Which attempt is it, among very many? The indexes of [`super::attempts`], each a persistent tree.

use super::attempt::Attempt;
use super::event::{Direction, ProviderCall};
use crate::ids::{AttemptId, BatchId};
use crate::time::Instant;
use imbl::OrdMap;
use std::ops::Bound;
use uuid::Uuid;

/// Which attempts are meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Among {
    All,
    /// Those that are over.
    Final,
    /// Those that say where the lead stands: somebody who is calling us has said nothing yet.
    Telling,
    /// Those in which a person was spoken to.
    Answered,
}

impl Among {
    const EACH: [Self; 4] = [Self::All, Self::Final, Self::Telling, Self::Answered];

    /// Whether that attempt is meant.
    pub fn has(self, attempt: &Attempt) -> bool {
        #[cfg(test)]
        looked::count();
        match self {
            Self::All => true,
            Self::Final => attempt.outcome.is_final(),
            Self::Telling => attempt.outcome.is_final() || attempt.direction == Direction::Outbound,
            Self::Answered => attempt.outcome.is_answered(),
        }
    }
}

/// What orders attempts: time, then id. The place in the list tells two of one id apart, which no client can make.
pub(super) type Moment = (Instant, AttemptId, u32);

/// Where each attempt stands in the list. A copy costs the same however many there are.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    by_id: OrdMap<AttemptId, u32>,
    by_report: OrdMap<(Option<BatchId>, Instant), u32>,
    by_call: OrdMap<(String, String), u32>,
    /// One for each [`Among`], in order of time.
    ordered: [OrdMap<Moment, u32>; 4],
    followups: u32,
}

impl Index {
    /// Takes in that the attempt at that place of the list is now as it is (`before`: as it was there).
    pub(super) fn put(&mut self, place: u32, before: Option<&Attempt>, now: &Attempt) {
        if before.is_none() {
            self.by_id.entry(now.id).or_insert(place);
            self.by_report.entry((now.batch_id, now.attempted_at)).or_insert(place);
        }
        self.put_call(place, before.and_then(|attempt| attempt.call.as_ref()), now.call.as_ref());
        let answered_from = self.first_time(Among::Answered);
        let moment = (now.ordered_at(), now.id, place);
        for among in Among::EACH {
            match (before.is_some_and(|attempt| among.has(attempt)), among.has(now)) {
                (false, true) => {
                    self.ordered[among as usize].insert(moment, place);
                }
                (true, false) => {
                    self.ordered[among as usize].remove(&moment);
                }
                (true, true) | (false, false) => {}
            }
        }
        if answered_from.is_some_and(|from| now.ordered_at() > from) {
            match (before.is_some_and(|attempt| Among::Final.has(attempt)), Among::Final.has(now)) {
                (false, true) => self.followups += 1,
                (true, false) => self.followups -= 1,
                (true, true) | (false, false) => {}
            }
        }
        self.answered_from(answered_from, self.first_time(Among::Answered));
    }

    fn put_call(&mut self, place: u32, before: Option<&ProviderCall>, now: Option<&ProviderCall>) {
        if before == now {
            return;
        }
        let key = |call: &ProviderCall| (call.provider.clone(), call.id.clone());
        if let Some(old) = before.map(key).filter(|old| self.by_call.get(old) == Some(&place)) {
            self.by_call.remove(&old);
        }
        if let Some(new) = now.map(key) {
            self.by_call.entry(new).or_insert(place);
        }
    }

    /// The first answered attempt is another now: the attempts between the two times are follow-ups, or no longer.
    fn answered_from(&mut self, was: Option<Instant>, is_now: Option<Instant>) {
        let ended = |after, upto| {
            let between = self.within(Among::Final, (Bound::Excluded(after), upto));
            u32::try_from(between.count()).unwrap_or(u32::MAX)
        };
        self.followups = match (was, is_now) {
            (_, None) => 0,
            (None, Some(from)) => ended(from, Bound::Unbounded),
            (Some(was), Some(from)) if from < was => self.followups + ended(from, Bound::Included(was)),
            (Some(was), Some(from)) if was < from => self.followups - ended(was, Bound::Included(from)),
            (Some(_), Some(_)) => self.followups,
        };
    }

    pub(super) fn of_id(&self, id: AttemptId) -> Option<u32> {
        self.by_id.get(&id).copied()
    }

    pub(super) fn of_report(&self, batch_id: Option<BatchId>, attempted_at: Instant) -> Option<u32> {
        self.by_report.get(&(batch_id, attempted_at)).copied()
    }

    pub(super) fn of_call(&self, call: &ProviderCall) -> Option<u32> {
        self.by_call.get(&(call.provider.clone(), call.id.clone())).copied()
    }

    pub(super) fn first(&self, among: Among) -> Option<u32> {
        self.ordered[among as usize].get_min().map(|(_, place)| *place)
    }

    pub(super) fn last(&self, among: Among) -> Option<u32> {
        self.ordered[among as usize].get_max().map(|(_, place)| *place)
    }

    pub(super) fn len(&self, among: Among) -> usize {
        self.ordered[among as usize].len()
    }

    pub(super) fn followups(&self) -> u32 {
        self.followups
    }

    pub(super) fn within(
        &self,
        among: Among,
        (from, upto): (Bound<Instant>, Bound<Instant>),
    ) -> impl Iterator<Item = u32> {
        let least = |at| (at, AttemptId(Uuid::nil()), 0);
        let greatest = |at| (at, AttemptId(Uuid::max()), u32::MAX);
        let from = match from {
            Bound::Included(at) => Bound::Included(least(at)),
            Bound::Excluded(at) => Bound::Excluded(greatest(at)),
            Bound::Unbounded => Bound::Unbounded,
        };
        let upto = match upto {
            Bound::Included(at) => Bound::Included(greatest(at)),
            Bound::Excluded(at) => Bound::Excluded(least(at)),
            Bound::Unbounded => Bound::Unbounded,
        };
        self.ordered[among as usize].range((from, upto)).map(|(_, place)| *place)
    }

    fn first_time(&self, among: Among) -> Option<Instant> {
        self.ordered[among as usize].get_min().map(|((at, ..), _)| *at)
    }
}

/// How many attempts were looked at: what tests count instead of time.
#[cfg(test)]
pub(super) mod looked {
    use std::cell::Cell;

    thread_local! {
        static AT: Cell<u64> = const { Cell::new(0) };
    }

    pub(in crate::lead) fn count() {
        AT.set(AT.get() + 1);
    }

    /// How many are looked at while that is done.
    pub(in crate::lead) fn during<T>(work: impl FnOnce() -> T) -> (T, u64) {
        let before = AT.get();
        let done = work();
        (done, AT.get() - before)
    }
}
