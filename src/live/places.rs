//! How many may listen at once? A number in all, and a number for each person.

use metrics::gauge;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

const ALL_MAX: usize = 5_000;
const PERSON_MAX: usize = 20;

/// Who listens, how often.
#[derive(Clone)]
pub struct Places {
    known: Arc<Mutex<HashMap<Uuid, usize>>>,
    max: usize,
}

/// A place; free again when the last copy is dropped.
#[derive(Clone)]
pub struct Place(#[expect(dead_code, reason = "held, never looked at")] Arc<Held>);

struct Held {
    places: Places,
    id: Uuid,
}

impl Places {
    /// Nobody listens yet, and `max` may: those who listen keep their connections, and others need some too.
    pub fn new(max: usize) -> Self {
        Self { known: Arc::default(), max: max.min(ALL_MAX) }
    }

    /// A place for this person, if there is one.
    pub fn take(&self, id: Uuid) -> Option<Place> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let own = known.get(&id).copied().unwrap_or(0);
        if own >= PERSON_MAX || known.values().sum::<usize>() >= self.max {
            return None;
        }
        known.insert(id, own + 1);
        gauge!("ledger_listeners").increment(1);
        Some(Place(Arc::new(Held { places: self.clone(), id })))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut known = self.places.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = known.get_mut(&self.id) {
            *own -= 1;
            gauge!("ledger_listeners").decrement(1);
            if *own == 0 {
                known.remove(&self.id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_takes_all_places_and_a_place_that_is_left_is_free() {
        let places = Places::new(PERSON_MAX + 1);
        let [ann, ben] = [1, 2].map(Uuid::from_u128);
        let mut held: Vec<_> = (0..PERSON_MAX).map(|_| places.take(ann).unwrap()).collect();
        assert!(places.take(ann).is_none() && places.take(ben).is_some());
        let bens = places.take(ben).unwrap();
        assert!(places.take(ben).is_none(), "all places are taken");
        drop(bens);
        held.pop();
        assert!(places.take(ann).is_some());
        held.clear();
        assert!(places.known.lock().unwrap().is_empty());
    }
}
