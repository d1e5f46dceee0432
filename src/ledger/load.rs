//! What is a stream now? From memory if it was used lately, else from the log: one statement for all that wait.
//!
//! A state from memory may be stale when another process writes: the append checks its sequence, so that costs one
//! retry and never a wrong answer.

use super::error::RecordError;
use domain::stream::{State, StreamId};
use projections::change::Folded;
use projections::feed::FeedError;
use projections::streams;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use sqlx::PgPool;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

/// How much the states in memory may weigh, in bytes.
const CACHE_BYTES: u64 = 48 << 20;
/// How many numbers are remembered.
const NUMS_MAX: usize = 200_000;
/// About what a state weighs at least, in bytes.
const STATE_BYTES: u64 = 1_000;
/// The most streams and numbers asked for at once.
const WAITING_MAX: usize = 1_000;

#[derive(Clone)]
struct Weight;

impl Weighter<StreamId, Folded> for Weight {
    fn weight(&self, _: &StreamId, folded: &Folded) -> u64 {
        STATE_BYTES + u64::try_from(folded.sequence).unwrap_or(0) * 256
    }
}

type Reply<T> = oneshot::Sender<Result<T, Failed>>;

/// Why a load failed; told to all that waited for it.
#[derive(Clone, Debug)]
enum Failed {
    Unavailable,
    Internal(String),
}

impl From<FeedError> for Failed {
    fn from(error: FeedError) -> Self {
        RecordError::from(error).into()
    }
}

impl From<sqlx::Error> for Failed {
    fn from(error: sqlx::Error) -> Self {
        RecordError::from(error).into()
    }
}

impl From<RecordError> for Failed {
    fn from(error: RecordError) -> Self {
        match error {
            RecordError::Unavailable | RecordError::Busy => Self::Unavailable,
            other @ (RecordError::Refused(_) | RecordError::Conflict(_) | RecordError::Internal(_)) => {
                Self::Internal(other.to_string())
            }
        }
    }
}

impl From<Failed> for RecordError {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Unavailable => Self::Unavailable,
            Failed::Internal(problem) => Self::Internal(problem),
        }
    }
}

/// What somebody waits for.
enum Waiting {
    Stream(StreamId, Reply<Folded>),
    Current(StreamId, Reply<Folded>),
    Num(i64, Reply<Option<Uuid>>),
}

/// What is remembered.
struct Memory {
    streams: Cache<StreamId, Folded, Weight>,
    nums: Cache<i64, Uuid>,
}

impl Memory {
    fn put(&self, stream: StreamId, folded: Folded) {
        if let Some(lead) = folded.state.as_lead() {
            self.nums.insert(lead.num, stream.id);
        }
        self.streams.insert(stream, folded);
    }
}

/// Loads streams.
pub struct Loader {
    memory: Arc<Memory>,
    sender: mpsc::Sender<Waiting>,
}

/// The loader's own task; whoever made it runs it.
pub struct Worker {
    receiver: mpsc::Receiver<Waiting>,
    pool: PgPool,
    memory: Arc<Memory>,
}

impl Loader {
    /// A loader of the log behind `pool`.
    pub fn new(pool: PgPool) -> (Self, Worker) {
        let (sender, receiver) = mpsc::channel(8_192);
        let streams = Cache::with_weighter(50_000, CACHE_BYTES, Weight);
        let memory = Arc::new(Memory { streams, nums: Cache::new(NUMS_MAX) });
        (Self { memory: memory.clone(), sender }, Worker { receiver, pool, memory })
    }

    /// The stream as this process last knew it, else as the log says. Unknown streams are empty at sequence 0.
    pub async fn load(&self, stream: StreamId) -> Result<Folded, RecordError> {
        match self.memory.streams.get(&stream) {
            Some(folded) => Ok(folded),
            None => self.reload(stream).await,
        }
    }

    /// The stream as the log says.
    pub async fn reload(&self, stream: StreamId) -> Result<Folded, RecordError> {
        self.ask(|reply| Waiting::Stream(stream, reply)).await
    }

    /// The stream as the log says: from memory if nothing has been added to it since, which is asked for each time.
    pub async fn current(&self, stream: StreamId) -> Result<Folded, RecordError> {
        self.ask(|reply| Waiting::Current(stream, reply)).await
    }

    async fn ask<T>(&self, waiting: impl FnOnce(Reply<T>) -> Waiting) -> Result<T, RecordError> {
        let (reply, answer) = oneshot::channel();
        self.sender.send(waiting(reply)).await.map_err(|_| RecordError::Unavailable)?;
        Ok(answer.await.map_err(|_| RecordError::Unavailable)??)
    }

    /// Remembers what a stream has become.
    pub fn put(&self, stream: StreamId, folded: Folded) {
        self.memory.put(stream, folded);
    }

    /// Forgets a stream that has moved on elsewhere.
    pub fn forget(&self, stream: StreamId) {
        self.memory.streams.remove(&stream);
    }

    /// The lead of that number, deleted ones too: from memory (a number never changes hands), else from the read model.
    pub async fn lead_of_num(&self, num: i64) -> Result<Option<Uuid>, RecordError> {
        if let Some(id) = self.memory.nums.get(&num) {
            return Ok(Some(id));
        }
        self.ask(|reply| Waiting::Num(num, reply)).await
    }
}

impl Worker {
    /// Loads until every [`Loader`] is gone.
    pub async fn run(mut self) {
        let mut waiting = Vec::new();
        while self.receiver.recv_many(&mut waiting, WAITING_MAX).await > 0 {
            let (mut streams, mut currents, mut nums) = (Vec::new(), Vec::new(), Vec::new());
            for one in waiting.drain(..) {
                match one {
                    Waiting::Stream(stream, reply) => streams.push((stream, reply)),
                    Waiting::Current(stream, reply) => currents.push((stream, reply)),
                    Waiting::Num(num, reply) => nums.push((num, reply)),
                }
            }
            let answer_streams = async {
                streams.extend(self.answer_currents(currents).await);
                self.answer_streams(streams).await;
            };
            tokio::join!(answer_streams, self.answer_nums(nums));
        }
    }

    /// Answers those whose stream is in memory as it is in the log; the rest is to be loaded.
    async fn answer_currents(
        &self,
        waiting: Vec<(StreamId, Reply<Folded>)>,
    ) -> Vec<(StreamId, Reply<Folded>)> {
        if waiting.is_empty() {
            return waiting;
        }
        let wanted: Vec<StreamId> = waiting.iter().map(|(stream, _)| *stream).collect();
        let Ok(sequences) = self.sequences(wanted).await else { return waiting };
        let mut unknown = Vec::new();
        for (stream, reply) in waiting {
            let known = self.memory.streams.get(&stream);
            match known.filter(|known| sequences.get(&stream) == Some(&known.sequence)) {
                // Whoever asked may be gone.
                Some(folded) => drop(reply.send(Ok(folded))),
                None => unknown.push((stream, reply)),
            }
        }
        unknown
    }

    async fn answer_streams(&self, waiting: Vec<(StreamId, Reply<Folded>)>) {
        if waiting.is_empty() {
            return;
        }
        let wanted: Vec<StreamId> = waiting.iter().map(|(stream, _)| *stream).collect();
        let found = self.load(&wanted).await;
        for (stream, reply) in waiting {
            let empty = || Folded { sequence: 0, state: State::empty(stream.kind) };
            let answer = match &found {
                Ok(found) => Ok(found.get(&stream).cloned().unwrap_or_else(empty)),
                Err(error) => Err(error.clone()),
            };
            let _ = reply.send(answer);
        }
    }

    async fn answer_nums(&self, waiting: Vec<(i64, Reply<Option<Uuid>>)>) {
        if waiting.is_empty() {
            return;
        }
        let wanted: Vec<i64> = waiting.iter().map(|(num, _)| *num).collect();
        let found = self.load_by_num(&wanted).await;
        for (num, reply) in waiting {
            let answer = found.as_ref().map(|found| found.get(&num).copied()).map_err(Clone::clone);
            let _ = reply.send(answer);
        }
    }

    /// Whoever asks for a number wants the lead next: both come with one statement.
    async fn load_by_num(&self, nums: &[i64]) -> Result<HashMap<i64, Uuid>, Failed> {
        let mut conn = self.pool.acquire().await?;
        let found = streams::load_by_num(&mut conn, nums).await?;
        let mut ids = HashMap::with_capacity(found.len());
        for (stream, folded) in found {
            if let Some(lead) = folded.state.as_lead() {
                ids.insert(lead.num, stream.id);
            }
            self.memory.put(stream, folded);
        }
        Ok(ids)
    }

    async fn sequences(&self, mut wanted: Vec<StreamId>) -> Result<HashMap<StreamId, i64>, Failed> {
        wanted.sort_unstable();
        wanted.dedup();
        let mut conn = self.pool.acquire().await?;
        Ok(streams::sequences(&mut conn, &wanted).await?)
    }

    async fn load(&self, wanted: &[StreamId]) -> Result<HashMap<StreamId, Folded>, Failed> {
        let mut conn = self.pool.acquire().await?;
        let found = streams::load(&mut conn, wanted, None).await?;
        for (stream, folded) in &found {
            self.memory.put(*stream, folded.clone());
        }
        Ok(found)
    }
}
