//! How do requests get into the log? In one ordered lane: whatever waits goes in with one statement.
//!
//! | phase | statement |
//! |---|---|
//! | take all that waits, up to `EVENTS_MAX` events; what collides with an earlier one waits for the next turn | none |
//! | append | one call of `ledger_append`: lock, checks, positions, chain, rows, keys |
//! | the connection was lost | reconnect, take the lock, ask which requests are stored, send the others again |
//! | the data were refused | send the same requests again one by one |
//!
//! What bounds it: the channel (full: [`RecordError::Busy`]), events and bytes a turn, `PATIENCE` while the database
//! is away. Two processes at once take turns by the database's lock.

use super::error::{Conflict, RecordError, is_unavailable};
use super::intent::Intent;
use super::statement::{self, Granted};
use crate::clock::Clock;
use domain::keys::Key;
use domain::stream::StreamId;
use metrics::{counter, gauge, histogram};
use projections::change::Committed;
use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};

/// The most requests that wait.
const WAITING_MAX: usize = 8_192;
/// The most events of one statement.
const EVENTS_MAX: usize = 1_000;
/// The most bytes of one statement.
const BYTES_MAX: usize = 1 << 20;
/// How long requests wait for a database that is away.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where an intent was stored: the position of its last event, or of the head where it had none.
pub type Position = i64;

struct Request {
    intent: Box<Intent>,
    reply: oneshot::Sender<Result<Position, RecordError>>,
}

/// The way into the lane.
pub struct Lane {
    sender: mpsc::Sender<Request>,
}

/// The lane's own task; whoever made it runs it.
pub struct Worker {
    receiver: mpsc::Receiver<Request>,
    options: PgConnectOptions,
    clock: Arc<dyn Clock>,
    handover: mpsc::Sender<Committed>,
    conn: Option<PgConnection>,
    waiting: VecDeque<Request>,
}

impl Lane {
    /// A lane to the database of `options`; what is committed is handed over to `handover` if there is room.
    pub fn new(
        options: PgConnectOptions,
        clock: Arc<dyn Clock>,
        handover: mpsc::Sender<Committed>,
    ) -> (Self, Worker) {
        let (sender, receiver) = mpsc::channel(WAITING_MAX);
        let waiting = VecDeque::new();
        (Self { sender }, Worker { receiver, options, clock, handover, conn: None, waiting })
    }

    /// Requests that wait.
    pub fn depth(&self) -> usize {
        WAITING_MAX - self.sender.capacity()
    }

    /// Appends, and answers once it is on disk.
    pub async fn append(&self, intent: Intent) -> Result<Position, RecordError> {
        let (reply, answer) = oneshot::channel();
        self.sender.try_send(Request { intent: Box::new(intent), reply }).map_err(|full| match full {
            mpsc::error::TrySendError::Full(_) => RecordError::Busy,
            mpsc::error::TrySendError::Closed(_) => RecordError::Unavailable,
        })?;
        answer.await.map_err(|_| RecordError::Unavailable)?
    }
}

impl Worker {
    /// Appends until every [`Lane`] is gone and nothing waits.
    pub async fn run(mut self) {
        loop {
            if self.waiting.is_empty() {
                let mut arrived = Vec::new();
                if self.receiver.recv_many(&mut arrived, EVENTS_MAX).await == 0 {
                    return;
                }
                self.waiting.extend(arrived);
            }
            while let Ok(request) = self.receiver.try_recv() {
                self.waiting.push_back(request);
                if self.waiting.len() >= WAITING_MAX {
                    break;
                }
            }
            gauge!("ledger_queue_depth").set(self.waiting.len() as f64);
            let batch = take_batch(&mut self.waiting);
            self.append(batch).await;
        }
    }

    async fn append(&mut self, batch: Vec<Request>) {
        let started = Instant::now();
        histogram!("ledger_batch_requests").record(batch.len() as f64);
        match self.try_append(&batch, started).await {
            Ok(granted) => self.answer(batch, &granted),
            Err(error) if is_unavailable(&error) => {
                tracing::warn!(%error, requests = batch.len(), "appends given up: the database is not available");
                refuse(batch, || RecordError::Unavailable);
            }
            Err(error) if batch.len() > 1 => {
                tracing::warn!(%error, requests = batch.len(), "appends sent again one by one");
                for request in batch {
                    Box::pin(self.append(vec![request])).await;
                }
            }
            Err(error) => {
                tracing::error!(%error, "append refused by the database");
                refuse(batch, || RecordError::Internal(error.to_string()));
            }
        }
        histogram!("ledger_append_seconds").record(started.elapsed().as_secs_f64());
    }

    /// Appends; over a lost connection, finds out what was stored and appends the rest.
    async fn try_append(&mut self, batch: &[Request], started: Instant) -> Result<Granted, sqlx::Error> {
        let intents: Vec<&Intent> = batch.iter().map(|request| &*request.intent).collect();
        let mut is_unsure = false;
        loop {
            let result = self.attempt(&intents, is_unsure).await;
            match result {
                Err(error) if is_unavailable(&error) && started.elapsed() < PATIENCE => {
                    counter!("ledger_append_retries").increment(1);
                    self.conn = None;
                    is_unsure = true;
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                Err(error) => {
                    self.conn = None;
                    return Err(error);
                }
                Ok(granted) => return Ok(granted),
            }
        }
    }

    async fn attempt(&mut self, intents: &[&Intent], is_unsure: bool) -> Result<Granted, sqlx::Error> {
        let now = self.clock.now();
        let conn = self.connect().await?;
        if is_unsure && intents.iter().any(|intent| !intent.events.is_empty()) {
            let stored = statement::stored(conn, intents).await?;
            // One statement stored them all or none of what it granted: the first one found tells where it began.
            let found = stored.iter().zip(intents).find_map(|(position, _)| *position);
            if found.is_some() {
                return Ok(granted_before(&stored, intents));
            }
        }
        statement::append(conn, now, intents).await
    }

    async fn connect(&mut self) -> Result<&mut PgConnection, sqlx::Error> {
        if self.conn.is_none() {
            self.conn = Some(self.options.connect().await?);
        }
        Ok(self.conn.as_mut().expect("invariant: connected just above"))
    }

    fn answer(&self, batch: Vec<Request>, granted: &Granted) {
        let mut position = granted.base;
        let mut changes = Vec::new();
        let mut replies = Vec::with_capacity(batch.len());
        for (index, mut request) in batch.into_iter().enumerate() {
            if let Some(conflict) = granted.refused.get(&index) {
                replies.push((request.reply, Err(RecordError::Conflict(conflict.clone()))));
                continue;
            }
            position += i64::try_from(request.intent.events.len()).unwrap_or(0);
            changes.append(&mut request.intent.changes);
            replies.push((request.reply, Ok(position)));
        }
        counter!("ledger_events_appended").increment(u64::try_from(position - granted.base).unwrap_or(0));
        if position > granted.base {
            // No room: the follower reads it from the log.
            let _ = self.handover.try_send(Committed { after: granted.base, upto: position, changes });
        }
        for (reply, result) in replies {
            let _ = reply.send(result);
        }
    }
}

/// What a lost statement granted, told by what is stored. Its refused requests are asked to try again.
fn granted_before(stored: &[Option<i64>], intents: &[&Intent]) -> Granted {
    let first = stored.iter().flatten().min().copied().unwrap_or(1);
    let refused = stored
        .iter()
        .zip(intents)
        .enumerate()
        .filter(|(_, (position, _))| position.is_none())
        .map(|(index, _)| (index, Conflict::default()))
        .collect();
    Granted { base: first - 1, refused }
}

fn refuse(batch: Vec<Request>, error: impl Fn() -> RecordError) {
    for request in batch {
        let _ = request.reply.send(Err(error()));
    }
}

/// Takes from the front what fits into one statement. A request that meets a stream written, or a key taken, by an
/// earlier one of this turn waits for the next: it would be refused in this one.
fn take_batch(waiting: &mut VecDeque<Request>) -> Vec<Request> {
    let mut written: HashSet<StreamId> = HashSet::new();
    let mut keys: HashSet<Key> = HashSet::new();
    let (mut events, mut bytes) = (0, 0);
    let mut batch = Vec::new();
    let mut later = VecDeque::new();
    while let Some(request) = waiting.pop_front() {
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
