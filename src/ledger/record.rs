//! The one door for writes: decide, append, try again if others were faster, answer once it is durable and followed.

use super::desk::Desk;
use super::error::{Conflict, RecordError};
use super::{Context, Ledger};
use metrics::{counter, histogram};
use projections::change::Change;
use std::time::{Duration, Instant};

/// How often a decision is made again because others were faster.
const TRIES_MAX: u32 = 12;
/// How long an answer waits for the read models.
const FOLLOW_MAX: Duration = Duration::from_secs(2);

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

impl Ledger {
    /// Records what `action` decides. An `Ok` is on disk.
    pub async fn record<A: Action>(
        &self,
        context: &Context,
        action: &A,
    ) -> Result<Recorded<A::Answer>, RecordError> {
        let mut conflict = Conflict::default();
        for tried in 0..TRIES_MAX {
            match self.try_record(context, action).await {
                Err(RecordError::Conflict(met)) => {
                    counter!("ledger_conflicts").increment(1);
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

    async fn try_record<A: Action>(
        &self,
        context: &Context,
        action: &A,
    ) -> Result<Recorded<A::Answer>, RecordError> {
        let recorded = self.append_only(context, action).await?;
        let is_followed = !recorded.is_new || self.wait_followed(recorded.position).await;
        Ok(Recorded { is_followed, ..recorded })
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
        let answer = action.decide(&mut desk).await?;
        let (intent, turn) = desk.close();
        if intent.is_empty() {
            let position = self.followed().position;
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

    /// Waits until the running read models have reached `position`; false if that takes too long.
    pub async fn wait_followed(&self, position: i64) -> bool {
        let mut followed = self.inner.followed.clone();
        let reached = followed.wait_for(|followed| followed.position >= position || followed.is_lagging);
        let in_time = tokio::time::timeout(FOLLOW_MAX, reached).await;
        in_time.is_ok_and(|followed| followed.is_ok_and(|followed| followed.position >= position))
    }
}
