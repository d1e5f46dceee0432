//! How many may listen at once? So many in all, and so many by one person.

use metrics::gauge;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

const ALL_MAX: usize = 5_000;
const PERSON_MAX: usize = 20;

/// Who listens, how often.
#[derive(Clone, Default)]
pub struct Places(Arc<Mutex<HashMap<Uuid, usize>>>);

/// A place; free again when the last copy is dropped.
#[derive(Clone)]
pub struct Place(#[expect(dead_code, reason = "held, never looked at")] Arc<Held>);

struct Held {
    places: Places,
    id: Uuid,
}

impl Places {
    /// A place for this person, if there is one.
    pub fn take(&self, id: Uuid) -> Option<Place> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = known.get(&id).copied().unwrap_or(0);
        if own >= PERSON_MAX || known.values().sum::<usize>() >= ALL_MAX {
            return None;
        }
        known.insert(id, own + 1);
        gauge!("ledger_listeners").increment(1);
        Some(Place(Arc::new(Held { places: self.clone(), id })))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut known = self.places.0.lock().unwrap_or_else(PoisonError::into_inner);
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
        let places = Places::default();
        let [ann, ben] = [1, 2].map(Uuid::from_u128);
        let mut held: Vec<_> = (0..PERSON_MAX).map(|_| places.take(ann).unwrap()).collect();
        assert!(places.take(ann).is_none() && places.take(ben).is_some());
        held.pop();
        assert!(places.take(ann).is_some());
        held.clear();
        assert!(places.0.lock().unwrap().is_empty());
    }
}
