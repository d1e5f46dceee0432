//! How is the log handed out? In short pieces by position, so that a slow reader holds nothing but its own socket; an end that is
//! no end says so.

use crate::audit::told_events::ToldEvent;
use crate::ledger::Ledger;
use crate::ledger::error::RecordError;
use crate::shutdown::Tasks;
use domain::rights::Reach;
use futures_util::Stream;
use projections::feed::{self, FeedError};
use std::time::Duration;
use thiserror::Error;
use tokio::sync::mpsc;

/// The most events of one answer.
pub const LIMIT_MAX: i64 = 1_000_000;
/// Positions read at once.
const PAGE: i64 = 500;
/// Pages written ahead of a slow reader.
const PAGES_AHEAD: usize = 2;
/// How long a reader may take no page before it is let go.
const STALL_MAX: Duration = Duration::from_mins(1);

/// How an event is written, without its line feed.
pub type Line = fn(&ToldEvent) -> Result<String, serde_json::Error>;

/// Why the log was not handed out to its end.
#[derive(Debug, Error)]
enum Ended {
    #[error(transparent)]
    Feed(#[from] FeedError),
    #[error(transparent)]
    Ledger(#[from] RecordError),
    #[error("an event cannot be written: {0}")]
    Line(#[from] serde_json::Error),
}

impl Ledger {
    /// The events after position `after` up to `upto` that somebody of this reach may read, each written by `line` and ended
    /// with a line feed. A reader who goes away, or takes nothing for a minute, ends it.
    pub fn replay(
        &self,
        tasks: &Tasks,
        after: i64,
        upto: i64,
        reach: Reach,
        line: Line,
    ) -> impl Stream<Item = Result<String, std::io::Error>> + Send + use<> {
        let (sender, receiver) = mpsc::channel(PAGES_AHEAD);
        let (this, stopping) = (self.clone(), tasks.clone());
        // A task of its own: it ends in time, however rarely the reader's connection is looked after.
        tasks.start(async move {
            let written = tokio::select! {
                written = this.write_lines(after, upto, &reach, line, &sender) => written,
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

    async fn write_lines(
        &self,
        mut after: i64,
        upto: i64,
        reach: &Reach,
        line: Line,
        sender: &Sender,
    ) -> Result<(), Ended> {
        while after < upto {
            let end = upto.min(after + PAGE);
            let mut conn = self.downloads().acquire().await.map_err(FeedError::from)?;
            let records = feed::page(&mut conn, after, end).await?;
            // The connection is free while the reader reads.
            drop(conn);
            let mut page = String::new();
            for told in self.tell_events(records, reach).await? {
                page.push_str(&line(&told)?);
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
}

type Sender = mpsc::Sender<Result<String, std::io::Error>>;
