//! Batches of the lane: which of the waiting requests go into one statement, and what did a lost statement store?

use super::error::{Conflict, RecordError};
use super::intent::Intent;
use super::statement::Granted;
use domain::keys::Key;
use domain::stream::StreamId;
use std::collections::{HashSet, VecDeque};
use std::time::Instant;
use tokio::sync::oneshot;

/// The most events of one statement.
const EVENTS_MAX: usize = 1_000;
/// The most bytes of one statement.
const BYTES_MAX: usize = 1 << 20;

/// Where an intent was stored: the position of its last event, or of the head where it had none.
pub type Position = i64;

/// A request that waits to be appended.
pub(super) struct Request {
    pub intent: Box<Intent>,
    pub queued_at: Instant,
    pub reply: oneshot::Sender<Result<Position, RecordError>>,
}

/// What a lost statement granted, told by what is stored. Its refused requests are asked to try again.
pub(super) fn granted_before(stored: &[Option<Position>], intents: &[&Intent]) -> Granted {
    let base = stored.iter().flatten().min().copied().unwrap_or(0);
    let refused = stored
        .iter()
        .zip(intents)
        .enumerate()
        .filter(|(_, (position, _))| position.is_none())
        .map(|(index, _)| (index, Conflict::default()))
        .collect();
    Granted { base, refused }
}

/// Takes from the front what fits into one statement. A request that meets a stream written, or a key taken, by an
/// earlier one of this turn waits for the next: it would be refused in this one.
pub(super) fn take_batch(waiting: &mut VecDeque<Request>) -> Vec<Request> {
    let mut written: HashSet<StreamId> = HashSet::new();
    let mut keys: HashSet<Key> = HashSet::new();
    let (mut events, mut bytes) = (0, 0);
    let mut batch = Vec::new();
    let mut later = VecDeque::new();
    while let Some(request) = waiting.pop_front() {
        // Whoever asked has gone or was answered that it took too long: it is not stored behind their back.
        if request.reply.is_closed() {
            continue;
        }
        let intent = &request.intent;
        let weight = intent.weight();
        let is_full = events + intent.events.len() > EVENTS_MAX || bytes + weight > BYTES_MAX;
        if is_full && !batch.is_empty() {
            later.push_back(request);
            break;
        }
        let names =
            || intent.take.iter().chain(&intent.take_softly).map(|take| &take.key).chain(&intent.absent);
        let names_released = || names().chain(intent.release.iter().map(|(key, _)| key));
        let meets = intent.seen.keys().any(|stream| written.contains(stream))
            || names_released().any(|key| keys.contains(key));
        if meets {
            later.push_back(request);
            continue;
        }
        written.extend(intent.events.iter().map(|event| event.stream));
        keys.extend(names_released().cloned());
        events += intent.events.len();
        bytes += weight;
        batch.push(request);
    }
    later.append(waiting);
    *waiting = later;
    batch
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Context;
    use domain::keys::TakeKey;
    use domain::stream::StreamKind;
    use uuid::Uuid;

    fn stream(n: u128) -> StreamId {
        StreamId::new(StreamKind::Lead, Uuid::from_u128(n))
    }

    /// A request that looked at a stream and takes a key; who asked waits at the other end.
    fn request(seen: u128, key: &str) -> (Request, oneshot::Receiver<Result<Position, RecordError>>) {
        let (reply, answer) = oneshot::channel();
        let mut intent = Intent::new(&Context::system("test"), domain::time::Instant::default());
        intent.seen.insert(stream(seen), 1);
        let (key, holder) = (Key::phone(key), "holder".to_owned());
        intent.take.push(TakeKey { key, holder, until: None, outcome: None });
        (Request { intent: Box::new(intent), queued_at: Instant::now(), reply }, answer)
    }

    #[test]
    fn what_collides_waits_and_what_nobody_waits_for_is_dropped() {
        let (first, _a) = request(1, "+1");
        let (same_key, _b) = request(2, "+1");
        let (other, _c) = request(3, "+3");
        let (gone, answer) = request(4, "+4");
        drop(answer);
        let mut waiting = VecDeque::from([first, same_key, gone, other]);
        let seen = |request: &Request| request.intent.seen.keys().copied().next();
        let batch = take_batch(&mut waiting);
        assert_eq!(batch.iter().map(seen).collect::<Vec<_>>(), [Some(stream(1)), Some(stream(3))]);
        assert_eq!(waiting.iter().map(seen).collect::<Vec<_>>(), [Some(stream(2))]);
    }

    #[test]
    fn a_lost_statement_is_told_by_what_it_stored() {
        let intents = [
            Intent::new(&Context::system("test"), domain::time::Instant::default()),
            Intent::new(&Context::system("test"), domain::time::Instant::default()),
        ];
        let granted = granted_before(&[None, Some(41)], &[&intents[0], &intents[1]]);
        assert_eq!((granted.base, granted.refused.keys().copied().collect::<Vec<_>>()), (41, vec![0]));
    }
}
