//! Connection limit: which connections are open, what does each of them wait for, and which is closed when room is needed?
//!
//! | a connection | is closed |
//! |---|---|
//! | sent no complete request head | after 10 s; first of all when room is needed |
//! | waits for its next request (keep-alive) | after 75 s; when room is needed, the one that has waited longest |
//! | sends a body, for 2 s or more | when room is needed and no other waits |
//! | is being answered, streams, or was upgraded | never, by us |
//!
//! Closing what waits loses nothing: no request of it is being worked on. A request whose head comes at that very moment is
//! not begun, so its client may send it again on another connection, as HTTP clients do.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How long a client may take to send the head of a request, from its first byte; of a new connection, until that byte too.
const HEAD_MAX: Duration = Duration::from_secs(10);
/// How long a connection may wait for its next request. Longer than the minute for which proxies keep theirs, so that they
/// never send a request to a connection that we are closing.
const IDLE_MAX: Duration = Duration::from_secs(75);
/// How long the sender of a body is left alone, however little room there is.
const BODY_GRACE: Duration = Duration::from_secs(2);
/// A second of waiting without one complete request weighs as much as so many seconds of a client that has sent one.
const UNPROVEN_WEIGHT: u32 = 4;
/// This part of the limit is kept free, so that a connection that comes need not wait for another to be closed.
const SLACK: usize = 16;
/// How often a full house is looked over again.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// All connections of a listener.
pub struct Connections {
    seats: Mutex<Seats>,
    max: usize,
    freed: Notify,
}

#[derive(Default)]
struct Seats {
    open: HashMap<u64, Arc<Seat>>,
    next: u64,
}

/// One connection, and what it waits for.
pub struct Seat {
    state: Mutex<State>,
    ended: CancellationToken,
}

#[derive(Clone, Copy)]
struct State {
    phase: Phase,
    /// Since when it is in this phase.
    since: Instant,
    /// Whether it has sent a complete request head before.
    is_proven: bool,
    /// Whether the client takes nothing of what is written to it.
    is_blocked: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    /// Nothing of a request has come.
    Idle,
    /// A part of a request's head has come.
    Head,
    /// The head is complete, the body is on its way.
    Body,
    /// The request is complete, or is being answered.
    Answer,
    /// The connection speaks something else from now on.
    Upgraded,
    /// The connection is being closed.
    Ended,
}

/// A place among the connections; free again when the last copy is dropped.
#[derive(Clone)]
pub struct Place(Arc<Held>);

struct Held {
    connections: Arc<Connections>,
    number: u64,
    seat: Arc<Seat>,
}

/// A request that is being answered, until the last byte of its answer is handed over.
pub struct Served(Arc<Seat>);

impl Connections {
    /// No connection yet, and `max` at most.
    pub fn new(max: usize) -> Arc<Self> {
        Arc::new(Self { seats: Mutex::default(), max, freed: Notify::new() })
    }

    fn seats(&self) -> MutexGuard<'_, Seats> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until one more may come, and closes what can be spared when there is little room.
    pub async fn room(&self) {
        loop {
            let open = self.all();
            if open.len() + self.slack() >= self.max {
                let staying = open.iter().filter(|seat| seat.state().phase != Phase::Ended).count();
                self.make_room((staying + 2 * self.slack()).saturating_sub(self.max));
            }
            if open.len() < self.max {
                return;
            }
            // What is busy now may be idle soon, of which nobody is notified.
            let _ = tokio::time::timeout(LOOK_AGAIN, self.freed.notified()).await;
        }
    }

    /// How many are closed at once to make room.
    pub fn slack(&self) -> usize {
        (self.max / SLACK).max(1)
    }

    fn all(&self) -> Vec<Arc<Seat>> {
        self.seats().open.values().cloned().collect()
    }

    /// A place for a connection that has just come.
    pub fn take(self: &Arc<Self>) -> Place {
        let seat = Arc::new(Seat::new());
        let mut seats = self.seats();
        let number = seats.next;
        seats.next += 1;
        seats.open.insert(number, seat.clone());
        drop(seats);
        Place(Arc::new(Held { connections: self.clone(), number, seat }))
    }

    /// Closes as many of the connections that can be spared, those that can best be spared first; answers how many.
    pub fn make_room(&self, count: usize) -> usize {
        let now = Instant::now();
        let open = self.all();
        let mut spared: Vec<_> = open.iter().filter_map(|seat| Some((seat.spare(now)?, seat))).collect();
        spared.sort_by_key(|(spare, _)| Reverse(*spare));
        spared.iter().take(count).filter(|(_, seat)| seat.end()).count()
    }

    /// Closes what has waited too long.
    pub fn sweep(&self) {
        let now = Instant::now();
        for seat in self.all().iter().filter(|seat| seat.is_overdue(now)) {
            seat.end();
        }
    }

    /// Closes every connection on which nothing is being received or answered.
    pub fn end_waiting(&self) {
        for seat in self.all().iter().filter(|seat| seat.state().is_waiting()) {
            seat.end();
        }
    }

    /// Closes every connection, whatever is being answered.
    pub fn end_all(&self) {
        for seat in self.all() {
            seat.ended.cancel();
        }
    }
}

impl State {
    /// Whether nothing is on its way to the client, and no request is complete.
    fn is_waiting(&self) -> bool {
        match self.phase {
            Phase::Idle | Phase::Head => !self.is_blocked,
            Phase::Body | Phase::Answer | Phase::Upgraded | Phase::Ended => false,
        }
    }

    fn enter(&mut self, phase: Phase) {
        (self.phase, self.since) = (phase, Instant::now());
    }
}

impl Seat {
    fn new() -> Self {
        let state = State { phase: Phase::Idle, since: Instant::now(), is_proven: false, is_blocked: false };
        Self { state: Mutex::new(state), ended: CancellationToken::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Is done when the connection is to be closed.
    pub async fn ended(&self) {
        self.ended.cancelled().await;
    }

    /// Bytes of the client have come.
    pub fn heard(&self) {
        let mut state = self.state();
        if state.phase == Phase::Idle {
            state.enter(Phase::Head);
        }
    }

    /// The client takes, or does not take, what is written to it.
    pub fn blocked(&self, is_blocked: bool) {
        let mut state = self.state();
        (state.is_blocked, state.since) = (is_blocked, Instant::now());
    }

    /// A request's head is complete; `None` if the connection is being closed: then it must not be begun.
    pub fn begin(self: &Arc<Self>, has_body: bool) -> Option<Served> {
        let mut state = self.state();
        if state.phase == Phase::Ended {
            return None;
        }
        state.enter(if has_body { Phase::Body } else { Phase::Answer });
        state.is_proven = true;
        drop(state);
        Some(Served(self.clone()))
    }

    /// The request's body has come, or its answer begins without it.
    pub fn received(&self) {
        let mut state = self.state();
        if state.phase == Phase::Body {
            state.enter(Phase::Answer);
        }
    }

    /// From now on the connection speaks something else, and is left alone.
    pub fn upgraded(&self) {
        self.state().enter(Phase::Upgraded);
    }

    /// How well the connection can be spared, the larger the better; `None`: not at all.
    fn spare(&self, now: Instant) -> Option<(bool, Duration)> {
        let state = self.state();
        let waited = now.duration_since(state.since);
        if state.is_waiting() {
            let is_client = state.is_proven && state.phase == Phase::Idle;
            return Some((true, waited * if is_client { 1 } else { UNPROVEN_WEIGHT }));
        }
        (state.phase == Phase::Body && waited >= BODY_GRACE).then_some((false, waited))
    }

    fn is_overdue(&self, now: Instant) -> bool {
        let state = self.state();
        let is_client = state.is_proven && state.phase == Phase::Idle;
        state.is_waiting() && now.duration_since(state.since) >= if is_client { IDLE_MAX } else { HEAD_MAX }
    }

    /// Closes the connection, unless a request was completed meanwhile.
    fn end(&self) -> bool {
        let mut state = self.state();
        let can_end = state.is_waiting() || state.phase == Phase::Body;
        if can_end {
            state.enter(Phase::Ended);
            self.ended.cancel();
        }
        can_end
    }
}

impl Place {
    /// The connection of this place.
    pub fn seat(&self) -> &Arc<Seat> {
        &self.0.seat
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.connections.seats().open.remove(&self.number);
        self.connections.freed.notify_one();
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let mut state = self.0.state();
        match state.phase {
            Phase::Body | Phase::Answer => state.enter(Phase::Idle),
            Phase::Idle | Phase::Head | Phase::Upgraded | Phase::Ended => {}
        }
    }
}

#[cfg(test)]
#[path = "connections_tests.rs"]
mod tests;
