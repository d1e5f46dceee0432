//! How is the log handed out? In short pieces by position, so that a slow reader holds nothing but its own socket; an end that is
//! no end says so.

use super::Ledger;
use crate::shutdown::Tasks;
use futures_util::Stream;
pub use projections::feed::Record;
use projections::feed::{self, FeedError};
use sqlx::PgPool;
use std::time::Duration;
use tokio::sync::mpsc;

/// The most events of one answer.
pub const LIMIT_MAX: i64 = 1_000_000;
/// Positions read at once.
const PAGE: i64 = 500;
/// Pages written ahead of a slow reader.
const PAGES_AHEAD: usize = 2;
/// How long a reader may take no page before it is let go.
const STALL_MAX: Duration = Duration::from_mins(1);

impl Ledger {
    /// The events after position `after` up to `upto`, each written by `line` and ended with a line feed. A reader who
    /// goes away, or takes nothing for a minute, ends it.
    pub fn replay(
        &self,
        tasks: &Tasks,
        after: i64,
        upto: i64,
        line: fn(&Record) -> Result<String, serde_json::Error>,
    ) -> impl Stream<Item = Result<String, std::io::Error>> + Send + use<> {
        let (sender, receiver) = mpsc::channel(PAGES_AHEAD);
        let (pool, stopping) = (self.inner.downloads.clone(), tasks.clone());
        // A task of its own: it ends in time, however rarely the reader's connection is looked after.
        tasks.start(async move {
            let written = tokio::select! {
                written = write_lines(&pool, after, upto, line, &sender) => written,
                () = stopping.stopping() => return,
            };
            if let Err(error) = written {
                tracing::warn!(%error, "replay ended early");
                let told = "{\"error\":\"the log could not be read on\"}\n".to_owned();
                let _ = sender.try_send(Ok(told));
            }
        });
        futures_util::stream::unfold(receiver, |mut receiver| async move {
            let piece = receiver.recv().await?;
            Some((piece, receiver))
        })
    }
}

type Sender = mpsc::Sender<Result<String, std::io::Error>>;

async fn write_lines(
    pool: &PgPool,
    mut after: i64,
    upto: i64,
    line: fn(&Record) -> Result<String, serde_json::Error>,
    sender: &Sender,
) -> Result<(), FeedError> {
    while after < upto {
        let end = upto.min(after + PAGE);
        let mut conn = pool.acquire().await?;
        let records = feed::page(&mut conn, after, end).await?;
        // The connection is free while the reader reads.
        drop(conn);
        let mut page = String::new();
        for record in &records {
            page.push_str(&line(record).map_err(|_| FeedError::Protocol)?);
            page.push('\n');
        }
        match tokio::time::timeout(STALL_MAX, sender.send(Ok(page))).await {
            Ok(Ok(())) => after = end,
            // The reader has gone.
            Ok(Err(_)) => return Ok(()),
            Err(_) => {
                tracing::info!(after, "a reader of the log took nothing for a minute and is let go");
                return Ok(());
            }
        }
    }
    Ok(())
}
