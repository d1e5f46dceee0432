//! How are many small reads made cheap? Those that wait at the same time are answered by one statement: whoever comes
//! to its turn asks for all that wait. Nobody waits for company; alone, a read is one statement as ever.

use sqlx::PgPool;
use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot::error::TryRecvError;
use tokio::sync::{Semaphore, oneshot};

/// Statements at once: one runs while the next fills up.
const AT_ONCE: usize = 2;
/// The most keys of one statement.
const KEYS_MAX: usize = 256;

/// What can be found for many keys at once.
pub trait Lookup: Send + Sync {
    type Key: Copy + Eq + Hash + Send + Sync;
    type Found: Clone + Send + Sync;

    /// Finds what there is for these keys.
    fn find(
        &self,
        pool: &PgPool,
        keys: &[Self::Key],
    ) -> impl Future<Output = Result<HashMap<Self::Key, Self::Found>, sqlx::Error>> + Send;
}

/// What is found, or `Err` if the statement failed.
type Answer<L> = Result<Option<<L as Lookup>::Found>, ()>;
type Waiting<L> = (<L as Lookup>::Key, oneshot::Sender<Answer<L>>);

/// A lookup that answers those who wait together.
pub struct Together<L: Lookup> {
    lookup: L,
    waiting: Mutex<VecDeque<Waiting<L>>>,
    turns: Semaphore,
}

impl<L: Lookup> Together<L> {
    pub fn new(lookup: L) -> Self {
        Self { lookup, waiting: Mutex::default(), turns: Semaphore::new(AT_ONCE) }
    }

    /// What there is for `key`, as of some moment after this was called. Where another caller's statement was to
    /// answer and failed, the error is `WorkerCrashed`.
    pub async fn find(&self, pool: &PgPool, key: L::Key) -> Result<Option<L::Found>, sqlx::Error> {
        loop {
            let (reply, mut answer) = oneshot::channel();
            self.waiting().push_back((key, reply));
            let turn = tokio::select! {
                biased;
                answered = &mut answer => match answered {
                    Ok(answered) => return told(answered),
                    // Whoever was to ask for us has gone away.
                    Err(_) => continue,
                },
                turn = self.turns.acquire() => turn.map_err(|_| sqlx::Error::PoolClosed)?,
            };
            // Until our own has been taken, by us or by whoever has the other turn.
            let mut answered = answer.try_recv();
            while matches!(answered, Err(TryRecvError::Empty)) && self.answer_some(pool).await? {
                answered = answer.try_recv();
            }
            drop(turn);
            match answered {
                Ok(answered) => return told(answered),
                Err(TryRecvError::Closed) => {}
                Err(TryRecvError::Empty) => {
                    if let Ok(answered) = answer.await {
                        return told(answered);
                    }
                }
            }
        }
    }

    /// Answers those who have waited longest; false if nobody waits. Who has gone away is not asked for.
    async fn answer_some(&self, pool: &PgPool) -> Result<bool, sqlx::Error> {
        let taken: Vec<Waiting<L>> = {
            let mut waiting = self.waiting();
            waiting.retain(|(_, reply)| !reply.is_closed());
            let count = waiting.len().min(KEYS_MAX);
            waiting.drain(..count).collect()
        };
        if taken.is_empty() {
            return Ok(false);
        }
        let distinct: HashSet<L::Key> = taken.iter().map(|(key, _)| *key).collect();
        let keys: Vec<L::Key> = distinct.into_iter().collect();
        let found = self.lookup.find(pool, &keys).await;
        for (key, reply) in taken {
            let answer = found.as_ref().map(|found| found.get(&key).cloned()).map_err(|_| ());
            // Whoever asked may be gone.
            drop(reply.send(answer));
        }
        found.map(|_| true)
    }

    fn waiting(&self) -> MutexGuard<'_, VecDeque<Waiting<L>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn told<T>(answered: Result<Option<T>, ()>) -> Result<Option<T>, sqlx::Error> {
    answered.map_err(|()| sqlx::Error::WorkerCrashed)
}

impl<L: Lookup> fmt::Debug for Together<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Together").finish_non_exhaustive()
    }
}
