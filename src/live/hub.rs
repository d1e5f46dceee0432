//! Who reads the log for all listeners? One task a process: what the read models have reached is read once and handed to
//! everybody, and nothing is read while nobody listens.

use super::news::{self, News};
use crate::ledger::{Ledger, RecordError};
use crate::shutdown::Tasks;
use projections::occurrences;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio::sync::{Semaphore, broadcast, watch};

/// Positions read at once.
const RANGE: i64 = 2_000;
/// Between two readings, so that a busy ledger is read in larger pieces.
const PAUSE: Duration = Duration::from_millis(50);
/// Listeners that read what they missed at once.
const CATCHING_UP: usize = 2;
/// Batches that wait for a slow listener, who then reads the log for itself.
const BATCHES: usize = 64;

/// News of all positions from `after` (exclusive) to `upto`.
#[derive(Clone, Debug)]
pub struct Batch {
    pub after: i64,
    pub upto: i64,
    pub news: Arc<Vec<News>>,
}

/// A listener's seat: while anybody holds one, the log is read.
#[derive(Clone)]
pub struct Seat(#[expect(dead_code, reason = "held, never looked at")] watch::Receiver<()>);

/// Where listeners come.
#[derive(Clone)]
pub struct Hub {
    ledger: Ledger,
    sender: broadcast::Sender<Batch>,
    /// Nothing is ever sent: it counts who holds a seat.
    seats: watch::Sender<()>,
    /// All up to here is told, or was told before anybody listened.
    read: Arc<AtomicI64>,
    /// Turns at reading what was missed: the service has other things to do too.
    turns: Arc<Semaphore>,
}

impl Hub {
    /// Nobody listens yet; what is stored up to `head` was told by others, or to nobody.
    pub fn new(ledger: Ledger, head: i64) -> Self {
        Self {
            ledger,
            sender: broadcast::Sender::new(BATCHES),
            seats: watch::Sender::new(()),
            read: Arc::new(AtomicI64::new(head)),
            turns: Arc::new(Semaphore::new(CATCHING_UP)),
        }
    }

    /// A seat. What happens from now on is told to whoever has subscribed.
    pub fn seat(&self) -> Seat {
        Seat(self.seats.subscribe())
    }

    /// What is told from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Batch> {
        self.sender.subscribe()
    }

    /// How far the log has been read for listeners: what comes after it is told to whoever has subscribed.
    pub fn position(&self) -> i64 {
        self.read.load(Ordering::Acquire)
    }

    /// What happened at positions `after + 1` to `upto`, as it was told then.
    pub async fn between(&self, after: i64, upto: i64) -> Result<Vec<News>, RecordError> {
        let mut conn = self.ledger.pool().acquire().await?;
        let happened = occurrences::between(&mut conn, after, upto, news::is_told).await?;
        Ok(happened.iter().filter_map(news::of).collect())
    }

    /// What somebody missed after that position, up to `upto` at most; how far it reaches.
    pub async fn missed(&self, after: i64, upto: i64) -> Result<(Vec<News>, i64), RecordError> {
        let _turn = self.turns.acquire().await;
        self.next(after, upto).await
    }

    async fn next(&self, after: i64, upto: i64) -> Result<(Vec<News>, i64), RecordError> {
        let upto = upto.min(after + RANGE);
        Ok((self.between(after, upto).await?, upto))
    }

    /// Tells what happens from now on until the service ends.
    pub async fn run(self, mut followed: watch::Receiver<i64>, tasks: Tasks) {
        let mut read = self.position();
        let mut told = read;
        loop {
            tokio::select! {
                reached = followed.wait_for(|position| *position > read) => {
                    if reached.is_err() {
                        return;
                    }
                }
                () = tasks.stopping() => return,
            }
            let upto = *followed.borrow();
            // It was taken back meanwhile: nobody knows how far the read models are.
            if upto <= read {
                continue;
            }
            if self.seats.receiver_count() == 0 {
                (told, read) = (upto, upto);
                self.read.store(read, Ordering::Release);
                tokio::time::sleep(PAUSE).await;
                continue;
            }
            match self.next(read, upto).await {
                Ok((news, reached)) => {
                    read = reached;
                    if !news.is_empty() {
                        // Somebody who has just gone hears nothing.
                        let _ = self.sender.send(Batch { after: told, upto: read, news: Arc::new(news) });
                        told = read;
                    }
                    self.read.store(read, Ordering::Release);
                }
                Err(error) => tracing::warn!(%error, "what happens could not be told; it is tried again"),
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}
