//! What is a stream now? From memory if it was used lately, else from the log: one statement for all that wait.
//!
//! A state from memory may be behind when another process writes. Whatever is decided by it is checked: by the append if it
//! stores something, by [`Loader::moved`] if not. So that costs one retry and never a wrong answer. Memory never goes back.

use super::error::RecordError;
use super::memory::Memory;
use domain::stream::{State, StreamId};
use projections::change::Folded;
use projections::feed::FeedError;
use projections::streams;
use sqlx::PgPool;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

/// The most streams and numbers asked for at once.
const WAITING_MAX: usize = 1_000;

/// Streams, and the sequence that each was seen at.
pub type Seen = Vec<(StreamId, i64)>;

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
    Moved(Seen, Reply<Vec<StreamId>>),
    Num(i64, Reply<Option<Uuid>>),
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
        let memory = Arc::<Memory>::default();
        (Self { memory: memory.clone(), sender }, Worker { receiver, pool, memory })
    }

    /// The stream as this process last knew it, else as the log says. Unknown streams are empty at sequence 0.
    pub async fn load(&self, stream: StreamId) -> Result<Folded, RecordError> {
        match self.memory.get(stream) {
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

    /// Which of these streams have moved on since they were seen at that sequence: one statement for all who ask at once.
    pub async fn moved(&self, seen: Seen) -> Result<Vec<StreamId>, RecordError> {
        self.ask(|reply| Waiting::Moved(seen, reply)).await
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
        self.memory.forget(stream);
    }

    /// Forgets a stream that another process has brought to `sequence`, unless that is known.
    pub fn forget_before(&self, stream: StreamId, sequence: i64) {
        self.memory.forget_before(stream, sequence);
    }

    /// Finds a lead by its integer id, deleted ones too: from memory (an integer id never changes hands), else by its claim.
    pub async fn lead_of_num(&self, num: i64) -> Result<Option<Uuid>, RecordError> {
        if let Some(id) = self.memory.lead_of_num(num) {
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
            let (mut streams, mut currents, mut nums, mut moved) =
                <(Vec<_>, Vec<_>, Vec<_>, Vec<_>)>::default();
            for one in waiting.drain(..) {
                match one {
                    Waiting::Stream(stream, reply) => streams.push((stream, reply)),
                    Waiting::Current(stream, reply) => currents.push((stream, reply)),
                    Waiting::Num(num, reply) => nums.push((num, reply)),
                    Waiting::Moved(seen, reply) => moved.push((seen, reply)),
                }
            }
            let answer_streams = async {
                streams.extend(self.answer_checks(currents, moved).await);
                self.answer_streams(streams).await;
            };
            tokio::join!(answer_streams, self.answer_nums(nums));
        }
    }

    /// Asks for the sequences of all these streams at once; answers what follows from them. The rest is to be loaded.
    async fn answer_checks(
        &self,
        currents: Vec<(StreamId, Reply<Folded>)>,
        moved: Vec<(Seen, Reply<Vec<StreamId>>)>,
    ) -> Vec<(StreamId, Reply<Folded>)> {
        let wanted: Vec<StreamId> = currents
            .iter()
            .map(|(stream, _)| *stream)
            .chain(moved.iter().flat_map(|(seen, _)| seen.iter().map(|(stream, _)| *stream)))
            .collect();
        if wanted.is_empty() {
            return currents;
        }
        let sequences = self.sequences(wanted).await;
        for (seen, reply) in moved {
            let answer = sequences.as_ref().map_err(Clone::clone).map(|sequences| {
                let differs = |(stream, sequence): &&(StreamId, i64)| sequences.get(stream) != Some(sequence);
                seen.iter().filter(differs).map(|(stream, _)| *stream).collect()
            });
            // Whoever asked may be gone.
            let _ = reply.send(answer);
        }
        let Ok(sequences) = sequences else { return currents };
        let mut unknown = Vec::new();
        for (stream, reply) in currents {
            let known = self.memory.get(stream);
            match known.filter(|known| sequences.get(&stream) == Some(&known.sequence)) {
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
