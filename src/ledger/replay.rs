//! How is the log handed out? A piece at a time, so that neither side holds it all; an end that is no end says so.

use super::Ledger;
use futures_util::{Stream, StreamExt, TryStreamExt};
pub use projections::feed::Record;
use projections::feed::{self, FeedError};
use std::pin::pin;
use tokio::sync::mpsc;

/// The most events of one answer.
pub const LIMIT_MAX: i64 = 1_000_000;
/// Lines written ahead of a slow reader, in pieces of about 64 KiB.
const PIECES_AHEAD: usize = 4;
const PIECE: usize = 64 << 10;

impl Ledger {
    /// The events after position `after` up to `upto`, each written by `line` and ended with a line feed. A reader who
    /// goes away ends it.
    pub fn replay(
        &self,
        after: i64,
        upto: i64,
        line: fn(&Record) -> Result<String, serde_json::Error>,
    ) -> impl Stream<Item = Result<String, std::io::Error>> + Send + use<> {
        let (sender, receiver) = mpsc::channel(PIECES_AHEAD);
        let pool = self.pool().clone();
        let write = async move {
            if let Err(error) = write_lines(&pool, after, upto, line, &sender).await {
                tracing::warn!(%error, "replay ended early");
                let told = "{\"error\":\"the log could not be read on\"}\n".to_owned();
                let _ = sender.send(Ok(told)).await;
            }
        };
        let pieces = futures_util::stream::unfold(receiver, |mut receiver| async move {
            let piece = receiver.recv().await?;
            Some((piece, receiver))
        });
        // Driven by whoever reads the pieces; yields none of its own.
        let writing = futures_util::stream::once(write).filter_map(|()| std::future::ready(None));
        futures_util::stream::select(pieces, writing)
    }
}

async fn write_lines(
    pool: &sqlx::PgPool,
    after: i64,
    upto: i64,
    line: fn(&Record) -> Result<String, serde_json::Error>,
    sender: &mpsc::Sender<Result<String, std::io::Error>>,
) -> Result<(), FeedError> {
    if upto <= after {
        return Ok(());
    }
    let mut conn = pool.acquire().await?;
    let mut records = pin!(feed::read(&mut conn, after, upto));
    let mut piece = String::with_capacity(PIECE + PIECE / 8);
    while let Some(record) = records.try_next().await? {
        piece.push_str(&line(&record).map_err(|_| FeedError::Protocol)?);
        piece.push('\n');
        if piece.len() >= PIECE {
            let full = std::mem::replace(&mut piece, String::with_capacity(PIECE + PIECE / 8));
            if sender.send(Ok(full)).await.is_err() {
                return Ok(());
            }
        }
    }
    let _ = sender.send(Ok(piece)).await;
    Ok(())
}
