//! Files are made in the background, with progress; whoever asked waits a while, and comes back for a long one.

use super::book::Book;
use super::{ExportError, Format, Wanted, pdf, store, xlsx};
use crate::ledger::{Ledger, RecordError};
use crate::shutdown::Tasks;
use crate::work::remembered::Remembered;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, watch};
use uuid::Uuid;

/// Files made at once: each takes a core for a while.
const AT_ONCE: usize = 2;

/// Where a file stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Progress {
    /// Reports read, of how many; all read: it is being written.
    Running {
        done: usize,
        of: usize,
    },
    Done,
    Failed(Failure),
}

/// Why there is no file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Failure {
    /// More reports than a file holds.
    TooMany,
    /// The service could not make it now.
    Unavailable,
}

impl Progress {
    /// Whether nothing more will come.
    pub fn is_over(&self) -> bool {
        !matches!(self, Self::Running { .. })
    }
}

/// A file in the making.
#[derive(Clone, Debug)]
pub struct Export {
    pub id: Uuid,
    pub owner_id: Uuid,
    pub filename: String,
    progress: watch::Receiver<Progress>,
}

impl Export {
    /// How far it is, and from now on.
    pub fn progress(&self) -> watch::Receiver<Progress> {
        self.progress.clone()
    }

    /// How far it is when it is done, or at the end of one's patience.
    pub async fn wait(&self, patience: Duration) -> Progress {
        let mut progress = self.progress();
        let over = progress.wait_for(Progress::is_over);
        let _ = tokio::time::timeout(patience, over).await;
        self.progress.borrow().clone()
    }
}

/// The files that this process makes.
#[derive(Clone)]
pub struct Exports {
    ledger: Ledger,
    known: Remembered<Export>,
    turns: Arc<Semaphore>,
}

impl Exports {
    /// None yet.
    pub fn new(ledger: Ledger) -> Self {
        Self { ledger, known: Remembered::default(), turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// Starts to make a file.
    pub fn start(&self, tasks: &Tasks, wanted: Wanted) -> Export {
        let id = crate::clock::new_id(self.ledger.now());
        let (tell, progress) = watch::channel(Progress::Running { done: 0, of: 0 });
        let filename = filename(&wanted, id, self.ledger.now());
        let export = Export { id, owner_id: wanted.owner_id, filename, progress };
        self.known.push(id, export.clone());
        let (this, name, stopping) = (self.clone(), export.filename.clone(), tasks.clone());
        tasks.start(async move {
            tokio::select! {
                made = this.make(&name, &wanted, &tell) => {
                    tell.send_replace(match made {
                        Ok(()) => Progress::Done,
                        Err(error) => {
                            tracing::warn!(%error, "a file was not made");
                            Progress::Failed(failure(&error))
                        }
                    });
                }
                () = stopping.stopping() => {}
            }
        });
        export
    }

    /// One of those that are remembered.
    pub fn find(&self, id: Uuid) -> Option<Export> {
        self.known.find(id)
    }

    /// The one of that name, if it is remembered.
    pub fn named(&self, filename: &str) -> Option<Export> {
        self.known.find_by(|export| export.filename == filename)
    }

    async fn make(
        &self,
        name: &str,
        wanted: &Wanted,
        tell: &watch::Sender<Progress>,
    ) -> Result<(), ExportError> {
        let _turn = self.turns.acquire().await;
        let zone = self.ledger.dialing().await?.zone();
        let book = Book::read(self.ledger.views(), zone, wanted, |done, of| {
            tell.send_replace(Progress::Running { done, of });
        });
        let (book, format) = (book.await?, wanted.format);
        let written = tokio::task::spawn_blocking(move || match format {
            Format::Excel => xlsx::write(&book),
            Format::Pdf => pdf::write(&book),
        });
        let content = written.await.map_err(|_| ExportError::Thread)??;
        let (pool, now) = (self.ledger.pool(), self.ledger.now());
        store::keep(pool, name, wanted.owner_id, format, &content, now).await?;
        Ok(())
    }

    /// A file that is done, if its time is not over.
    pub async fn stored(&self, filename: &str) -> Result<Option<store::Stored>, RecordError> {
        Ok(store::find(self.ledger.pool(), filename, self.ledger.now()).await?)
    }
}

fn failure(error: &ExportError) -> Failure {
    match error {
        ExportError::TooMany(_) => Failure::TooMany,
        ExportError::Ledger(_) | ExportError::Excel(_) | ExportError::Pdf(_) | ExportError::Thread => {
            Failure::Unavailable
        }
    }
}

/// What it is, its days, and something nobody guesses.
fn filename(wanted: &Wanted, id: Uuid, now: domain::time::Instant) -> String {
    let kind = wanted.period.map_or("all", domain::report::event::Period::as_str);
    let today = now.date_naive();
    let days = match (wanted.from, wanted.upto) {
        (Some(from), Some(upto)) if from != upto => format!("{from}_{upto}"),
        (Some(day), _) | (None, Some(day)) => day.to_string(),
        (None, None) => today.to_string(),
    };
    let random = &id.simple().to_string()[20..];
    format!("report_{kind}_{days}_{random}.{}", wanted.format.extension())
}
