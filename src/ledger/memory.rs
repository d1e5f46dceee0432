//! Memory: what does this process remember of streams, and which lead has which integer id? It never goes back: of two states
//! of a stream the one of the higher sequence stays.

use domain::stream::StreamId;
use projections::change::Folded;
use quick_cache::sync::{Cache, DefaultLifecycle, EntryAction, EntryResult};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};
use uuid::Uuid;

/// How much the states in memory may weigh, in bytes.
const CACHE_BYTES: u64 = 64 << 20;
/// Parts of the memory that are locked apart; a state heavier than one part is not kept.
const CACHE_PARTS: usize = 2;
/// States that are expected in memory.
const STATES: usize = 50_000;
/// How many numbers are remembered.
const NUMS_MAX: usize = 200_000;
/// About what a state weighs at least, in bytes.
const STATE_BYTES: u64 = 1_000;
#[derive(Clone)]
struct Weight;

impl Weighter<StreamId, Folded> for Weight {
    fn weight(&self, _: &StreamId, folded: &Folded) -> u64 {
        STATE_BYTES + u64::try_from(folded.sequence).unwrap_or(0) * 256
    }
}

/// What is remembered.
pub(super) struct Memory {
    streams: Cache<StreamId, Folded, Weight>,
    nums: Cache<i64, Uuid>,
}

impl Default for Memory {
    fn default() -> Self {
        let options = OptionsBuilder::new()
            .estimated_items_capacity(STATES)
            .weight_capacity(CACHE_BYTES)
            .shards(CACHE_PARTS)
            .build()
            .expect("invariant: both capacities are given");
        let lifecycle = DefaultLifecycle::default();
        let streams = Cache::with_options(options, Weight, DefaultHashBuilder::default(), lifecycle);
        Self { streams, nums: Cache::new(NUMS_MAX) }
    }
}

impl Memory {
    pub fn get(&self, stream: StreamId) -> Option<Folded> {
        self.streams.get(&stream)
    }

    /// The lead of that integer id, which never changes hands.
    pub fn lead_of_num(&self, num: i64) -> Option<Uuid> {
        self.nums.get(&num)
    }

    pub fn forget(&self, stream: StreamId) {
        self.streams.remove(&stream);
    }

    /// Forgets a stream that is known to have come to `sequence`, unless that is what is remembered.
    pub fn forget_before(&self, stream: StreamId, sequence: i64) {
        self.streams.remove_if(&stream, |known| known.sequence < sequence);
    }

    /// Keeps the newer of what is known and `folded`: a load may end after an append that it did not see.
    pub fn put(&self, stream: StreamId, folded: Folded) {
        if let Some(lead) = folded.state.as_lead() {
            self.nums.insert(lead.num, stream.id);
        }
        let entry = self.streams.entry(&stream, None, |_, known| {
            if known.sequence < folded.sequence {
                *known = folded.clone();
            }
            EntryAction::Retain(())
        });
        if let EntryResult::Vacant(guard) = entry {
            // Refused only where the cache was emptied meanwhile.
            let _ = guard.insert(folded);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::dialing::Dialing;
    use domain::stream::State;
    use std::sync::Arc;

    fn dialing(sequence: i64) -> Folded {
        let dialing = Dialing { schedule_version: sequence, ..Dialing::default() };
        Folded { sequence, state: State::Dialing(Arc::new(dialing)) }
    }

    /// A load that was under way while an append put its state, and two appends whose tasks wake in the other order.
    #[test]
    fn memory_never_goes_back() {
        let memory = Memory::default();
        for sequence in [2, 5, 3, 4] {
            memory.put(StreamId::DIALING, dialing(sequence));
        }
        assert_eq!(memory.get(StreamId::DIALING), Some(dialing(5)));
    }

    #[test]
    fn only_what_is_older_than_the_log_is_forgotten() {
        let memory = Memory::default();
        memory.put(StreamId::DIALING, dialing(5));
        memory.forget_before(StreamId::DIALING, 5);
        assert_eq!(memory.get(StreamId::DIALING), Some(dialing(5)));
        memory.forget_before(StreamId::DIALING, 6);
        assert_eq!(memory.get(StreamId::DIALING), None);
    }
}
