//! The one door for writes: decide, append, try again if others were faster, answer once it is durable and followed. A decision
//! that stores nothing is a read: it is answered once the streams it looked at are known to be what it saw.

use super::desk::Desk;
use super::error::{Conflict, RecordError};
use super::{Context, Ledger};
use domain::keys::KeyKind;
use domain::stream::StreamId;
use metrics::{counter, histogram};
use projections::change::Change;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How often a decision is made again because others were faster.
const TRIES_MAX: u32 = 12;

/// Something that somebody asks of the ledger.
pub trait Action: Send + Sync {
    /// What the asker is told.
    type Answer: Send;

    /// Looks at the desk, decides, and lays on it what is to be stored. Made again whenever something it looked at
    /// has changed meanwhile, so it must have no effect but on the desk.
    fn decide(&self, desk: &mut Desk<'_>) -> impl Future<Output = Result<Self::Answer, RecordError>> + Send;
}

/// What was recorded.
#[derive(Clone, Debug)]
pub struct Recorded<T> {
    pub answer: T,
    /// The position of its last event; of the read models where nothing had to be stored.
    pub position: i64,
    /// Whether every running read model has it.
    pub is_followed: bool,
    /// Whether anything was stored.
    pub is_new: bool,
}

impl<T> Recorded<T> {
    /// The same with another answer.
    pub fn map<U>(self, answer: impl FnOnce(T) -> U) -> Recorded<U> {
        let Self { position, is_followed, is_new, .. } = self;
        Recorded { answer: answer(self.answer), position, is_followed, is_new }
    }
}

impl Ledger {
    /// Records what `action` decides. An `Ok` is on disk.
    pub async fn record<A: Action>(
        &self,
        context: &Context,
        action: &A,
    ) -> Result<Recorded<A::Answer>, RecordError> {
        let recorded = self.append_until_stored(context, action).await?;
        let is_followed = !recorded.is_new || self.wait_followed(recorded.position).await;
        Ok(Recorded { is_followed, ..recorded })
    }

    /// The same without waiting for the read models.
    pub async fn append_until_stored<A: Action>(
        &self,
        context: &Context,
        action: &A,
    ) -> Result<Recorded<A::Answer>, RecordError> {
        let mut conflict = Conflict::default();
        for tried in 0..TRIES_MAX {
            match self.append_only(context, action).await {
                Err(RecordError::Conflict(met)) => {
                    counter!("ledger_conflicts").increment(1);
                    if met.keys.iter().any(|key| key.kind == KeyKind::Num) {
                        self.inner.nums.raise_all().await?;
                    }
                    if tried >= 2 {
                        let pause = crate::clock::jitter(Duration::from_millis(2u64 << tried.min(6)));
                        tokio::time::sleep(pause).await;
                    }
                    conflict = met;
                }
                done => return done,
            }
        }
        match conflict.keys.first() {
            Some(key) => Err(domain::Refusal::KeyIsTaken(key.kind).into()),
            None => Err(RecordError::Conflict(conflict)),
        }
    }

    /// Records once and does not wait for the read models: what stands in the way is named, for a caller who can do
    /// without it.
    pub async fn append_only<A: Action>(
        &self,
        context: &Context,
        action: &A,
    ) -> Result<Recorded<A::Answer>, RecordError> {
        let started = Instant::now();
        let mut desk = Desk::new(self, context);
        let answer = match action.decide(&mut desk).await {
            Ok(answer) => answer,
            Err(RecordError::Refused(refusal)) => {
                self.require_current(desk.looked_at()).await?;
                return Err(refusal.into());
            }
            Err(other) => return Err(other),
        };
        let (intent, turn) = desk.close();
        if intent.is_empty() {
            self.require_current(intent.seen).await?;
            let position = self.followed();
            return Ok(Recorded { answer, position, is_followed: true, is_new: false });
        }
        let changes: Vec<Change> = intent.changes.clone();
        let seen: Vec<_> = intent.seen.keys().copied().collect();
        let position = match self.inner.lane.append(intent).await {
            Ok(position) => position,
            Err(error) => {
                for stream in seen {
                    self.inner.loader.forget(stream);
                }
                return Err(error);
            }
        };
        for change in changes {
            self.inner.loader.put(change.stream, change.after);
        }
        drop(turn);
        histogram!("ledger_record_seconds").record(started.elapsed().as_secs_f64());
        Ok(Recorded { answer, position, is_followed: false, is_new: true })
    }

    /// A conflict if any of these streams has moved on since it was seen at that sequence: memory may be behind what other
    /// processes appended. Streams that were found empty were asked for just now.
    async fn require_current(&self, seen: BTreeMap<StreamId, i64>) -> Result<(), RecordError> {
        let seen: Vec<_> = seen.into_iter().filter(|(_, sequence)| *sequence > 0).collect();
        if seen.is_empty() {
            return Ok(());
        }
        let streams = self.inner.loader.moved(seen).await?;
        if streams.is_empty() {
            return Ok(());
        }
        for stream in &streams {
            self.inner.loader.forget(*stream);
        }
        Err(RecordError::Conflict(Conflict { streams, keys: Vec::new() }))
    }

    /// Waits until the running read models have reached `position`; false if that takes too long.
    pub async fn wait_followed(&self, position: i64) -> bool {
        self.inner.following.wait(position).await
    }
}
