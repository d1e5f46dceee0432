//! What is a stream now? From memory if it was used lately, else from the log: one statement for all that wait.
//!
//! A state from memory may be stale when another process writes: the append checks its sequence, so that costs one
//! retry and never a wrong answer.

use super::error::RecordError;
use domain::stream::{State, StreamId};
use projections::change::Folded;
use projections::streams;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use sqlx::PgPool;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// How much the states in memory may weigh, in bytes.
const CACHE_BYTES: u64 = 48 << 20;
/// About what a state weighs at least, in bytes.
const STATE_BYTES: u64 = 1_000;
/// The most streams of one statement.
const STREAMS_MAX: usize = 1_000;

#[derive(Clone)]
struct Weight;

impl Weighter<StreamId, Folded> for Weight {
    fn weight(&self, _: &StreamId, folded: &Folded) -> u64 {
        STATE_BYTES + u64::try_from(folded.sequence).unwrap_or(0) * 256
    }
}

type Waiting = (StreamId, oneshot::Sender<Result<Folded, String>>);

/// Loads streams.
pub struct Loader {
    cache: Arc<Cache<StreamId, Folded, Weight>>,
    nums: Cache<i64, uuid::Uuid>,
    sender: mpsc::Sender<Waiting>,
}

/// The loader's own task; whoever made it runs it.
pub struct Worker {
    receiver: mpsc::Receiver<Waiting>,
    pool: PgPool,
}

impl Loader {
    /// A loader of the log behind `pool`.
    pub fn new(pool: PgPool) -> (Self, Worker) {
        let (sender, receiver) = mpsc::channel(8_192);
        let cache = Arc::new(Cache::with_weighter(50_000, CACHE_BYTES, Weight));
        (Self { cache, nums: Cache::new(200_000), sender }, Worker { receiver, pool })
    }

    /// The stream as this process last knew it, else as the log says. Unknown streams are empty at sequence 0.
    pub async fn load(&self, stream: StreamId) -> Result<Folded, RecordError> {
        match self.cache.get(&stream) {
            Some(folded) => Ok(folded),
            None => self.reload(stream).await,
        }
    }

    /// The stream as the log says.
    pub async fn reload(&self, stream: StreamId) -> Result<Folded, RecordError> {
        let (reply, answer) = oneshot::channel();
        self.sender.send((stream, reply)).await.map_err(|_| RecordError::Unavailable)?;
        let folded = answer.await.map_err(|_| RecordError::Unavailable)?.map_err(RecordError::Internal)?;
        if folded.sequence > 0 {
            self.put(stream, folded.clone());
        }
        Ok(folded)
    }

    /// Remembers what a stream has become.
    pub fn put(&self, stream: StreamId, folded: Folded) {
        if let Some(lead) = folded.state.as_lead() {
            self.nums.insert(lead.num, stream.id);
        }
        self.cache.insert(stream, folded);
    }

    /// Forgets a stream that has moved on elsewhere.
    pub fn forget(&self, stream: StreamId) {
        self.cache.remove(&stream);
    }

    /// The lead of that number, if this process has met it: a number never changes hands.
    pub fn lead_of_num(&self, num: i64) -> Option<uuid::Uuid> {
        self.nums.get(&num)
    }
}

impl Worker {
    /// Loads until every [`Loader`] is gone.
    pub async fn run(mut self) {
        let mut waiting = Vec::new();
        while self.receiver.recv_many(&mut waiting, STREAMS_MAX).await > 0 {
            let wanted: Vec<StreamId> = waiting.iter().map(|(stream, _)| *stream).collect();
            let found = self.load(&wanted).await;
            for (stream, reply) in waiting.drain(..) {
                let empty = || Folded { sequence: 0, state: State::empty(stream.kind) };
                let answer = match &found {
                    Ok(found) => Ok(found.get(&stream).cloned().unwrap_or_else(empty)),
                    Err(error) => Err(error.clone()),
                };
                let _ = reply.send(answer);
            }
        }
    }

    async fn load(&self, wanted: &[StreamId]) -> Result<HashMap<StreamId, Folded>, String> {
        let mut conn = self.pool.acquire().await.map_err(|error| error.to_string())?;
        streams::load(&mut conn, wanted, None).await.map_err(|error| error.to_string())
    }
}
