//! Group commit: how do requests get into the log? In one ordered lane: all that waits goes in with one statement.
//!
//! | phase | statement |
//! |---|---|
//! | take all that waits, as far as one statement goes (`lane_batch`); what collides with an earlier one waits for the next turn | none |
//! | append | one call of `ledger_append`: lock, checks, positions, chain, rows, keys |
//! | the connection was lost | reconnect, end the lost session, take the lock, then ask which requests are stored, send the others again |
//! | the lock was not had while the requests had patience | none: nothing was stored, which is answered |
//! | the data were refused | send the same requests again one by one |
//!
//! What bounds it: the channel (full: [`RecordError::Busy`]), events and bytes a turn, and `PATIENCE`, after which no request
//! is kept waiting. Two processes at once take turns by the database's lock. The README of this folder has the whole table.

use super::append_health::AppendHealth;
use super::error::{RecordError, is_lock_timeout, is_unavailable};
use super::following::Following;
use super::heads::Heads;
use super::intent::Intent;
use super::lane_batch::{Position, Request, granted_before, take_batch};
use super::lane_session::Session;
use super::statement::{self, Granted};
use crate::clock::Clock;
use metrics::{counter, gauge, histogram};
use projections::change::Committed;
use sqlx::postgres::PgConnectOptions;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};

/// The most requests that wait.
const WAITING_MAX: usize = 8_192;
/// How long a request waits for a database that does not append.
const PATIENCE: Duration = Duration::from_secs(5);
/// What of its patience a request keeps for the way back: the lock is not waited for until the very end, so that whoever is
/// told that it took too long is told the truth.
const WAY_BACK: Duration = Duration::from_millis(500);
/// The least time that a lock is waited for.
const LOCK_MIN: Duration = Duration::from_millis(50);
/// How long a statement may go without an answer before its connection is taken for lost.
const ANSWER_MAX: Duration = Duration::from_secs(8);

/// The way into the lane.
pub struct Lane {
    sender: mpsc::Sender<Request>,
    pub health: Arc<AppendHealth>,
}

/// Those who are told what the lane committed.
#[derive(Clone)]
pub struct Told {
    pub handover: mpsc::Sender<Committed>,
    pub following: Arc<Following>,
    pub heads: Arc<Heads>,
}

/// The lane's own task; whoever made it runs it.
pub struct Worker {
    receiver: mpsc::Receiver<Request>,
    clock: Arc<dyn Clock>,
    told: Told,
    session: Session,
    waiting: VecDeque<Request>,
    health: Arc<AppendHealth>,
    /// The last position that this lane has seen.
    head: Position,
}

impl Lane {
    /// A lane to the database of `options`; what is committed is handed over if there is room.
    pub fn new(options: PgConnectOptions, clock: Arc<dyn Clock>, told: Told) -> (Self, Worker) {
        let (sender, receiver) = mpsc::channel(WAITING_MAX);
        let (health, session) = (Arc::<AppendHealth>::default(), Session::new(options));
        let waiting = VecDeque::new();
        let worker = Worker { receiver, clock, told, session, waiting, health: health.clone(), head: 0 };
        (Self { sender, health }, worker)
    }

    /// Requests that wait.
    pub fn depth(&self) -> usize {
        WAITING_MAX - self.sender.capacity()
    }

    /// Appends, and answers once it is on disk. A request that was not sent within `PATIENCE` never will be.
    pub async fn append(&self, intent: Intent) -> Result<Position, RecordError> {
        let (reply, answer) = oneshot::channel();
        let request = Request { intent: Box::new(intent), queued_at: Instant::now(), reply };
        self.sender.try_send(request).map_err(|full| match full {
            mpsc::error::TrySendError::Full(_) => RecordError::Busy,
            mpsc::error::TrySendError::Closed(_) => RecordError::Unavailable,
        })?;
        let answered = tokio::time::timeout(PATIENCE, answer).await.map_err(|_| RecordError::Unavailable)?;
        answered.map_err(|_| RecordError::Unavailable)?
    }
}

impl Worker {
    /// Appends until every [`Lane`] is gone and nothing waits.
    pub async fn run(mut self) {
        loop {
            if self.waiting.is_empty() {
                let mut arrived = Vec::new();
                if self.receiver.recv_many(&mut arrived, WAITING_MAX).await == 0 {
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
            if !batch.is_empty() {
                self.health.begins(batch.iter().map(|request| request.queued_at).min());
                self.append(batch).await;
            }
        }
    }

    async fn append(&mut self, batch: Vec<Request>) {
        let started = Instant::now();
        histogram!("ledger_batch_requests").record(batch.len() as f64);
        match self.try_append(&batch, started).await {
            Ok(granted) => {
                self.health.ends(None);
                self.answer(batch, &granted);
            }
            Err(error) if is_unavailable(&error) => {
                tracing::warn!(%error, requests = batch.len(), "appends given up: the database does not append");
                self.health.ends(Some(Instant::now()));
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
                self.health.ends(None);
                refuse(batch, || RecordError::Internal(error.to_string()));
            }
        }
        histogram!("ledger_append_seconds").record(started.elapsed().as_secs_f64());
    }

    /// Appends; over a lost connection, finds out what was stored and appends the rest.
    async fn try_append(&mut self, batch: &[Request], started: Instant) -> Result<Granted, sqlx::Error> {
        let intents: Vec<&Intent> = batch.iter().map(|request| &*request.intent).collect();
        let oldest = batch.iter().map(|request| request.queued_at).min().unwrap_or(started);
        let mut is_unsure = false;
        loop {
            let error = match self.attempt(&intents, oldest, &mut is_unsure).await {
                Ok(granted) => return Ok(granted),
                Err(error) => error,
            };
            // The statement was not begun: nothing of it is stored, and its session goes on.
            if is_lock_timeout(&error) {
                return Err(error);
            }
            self.session.lose();
            if !is_unavailable(&error) || started.elapsed() >= PATIENCE {
                return Err(error);
            }
            counter!("ledger_append_retries").increment(1);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// One try. `oldest`: when the first of them was queued; `is_unsure`: an earlier try may have stored something.
    async fn attempt(
        &mut self,
        intents: &[&Intent],
        oldest: Instant,
        is_unsure: &mut bool,
    ) -> Result<Granted, sqlx::Error> {
        // A lease that was held when a request was decided is held still for that request, though it ends while the request
        // waits: in the log, two leases of one number never overlap.
        let decided = intents.iter().map(|intent| intent.decided_at).min();
        let now = self.clock.now();
        let now = decided.map_or(now, |decided| decided.min(now));
        let conn = self.session.connect().await?;
        let patience = PATIENCE.saturating_sub(oldest.elapsed() + WAY_BACK).max(LOCK_MIN);
        let work = async {
            if *is_unsure {
                let stored = statement::stored(conn, intents).await?;
                // One statement stored all or none of what it granted: the first one found tells where it began.
                if stored.iter().any(Option::is_some) {
                    return Ok(granted_before(&stored, intents));
                }
            }
            *is_unsure = true;
            statement::append(conn, now, patience, intents).await
        };
        let timed = tokio::time::timeout(ANSWER_MAX, work).await;
        timed.unwrap_or_else(|_| Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())))
    }

    fn answer(&mut self, batch: Vec<Request>, granted: &Granted) {
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
        self.notice(granted);
        if position > granted.base {
            self.told.heads.own(granted.base, position);
            self.told.following.committed(position);
            // No room: the follower reads it from the log.
            let _ = self.told.handover.try_send(Committed { after: granted.base, upto: position, changes });
        }
        self.head = position;
        for (reply, result) in replies {
            let _ = reply.send(result);
        }
    }

    /// What the database says of the log itself.
    fn notice(&self, granted: &Granted) {
        if granted.base < self.head {
            tracing::error!(
                head = granted.base,
                seen = self.head,
                "the log is shorter than it was: events that were acknowledged are gone; restore it from a backup"
            );
            // Nothing is followed any more until the follower has compared its checkpoints with the log.
            self.told.following.reached(0);
        }
    }
}

fn refuse(batch: Vec<Request>, error: impl Fn() -> RecordError) {
    for request in batch {
        let _ = request.reply.send(Err(error()));
    }
}
