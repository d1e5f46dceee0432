//! What was handed out to whom?

use crate::Views;
use crate::change::Folded;
use crate::row::row;
use chrono::{DateTime, Utc};
use domain::stream::StreamId;
use uuid::Uuid;

row! {
    /// A batch as it was issued.
    BatchRow in "batches" {
        id: Uuid = "uuid",
        holder: String = "text",
        size_requested: i32 = "integer",
        size_returned: i32 = "integer",
        issued_at: DateTime<Utc> = "timestamptz",
        expires_at: DateTime<Utc> = "timestamptz",
        expired_at: Option<DateTime<Utc>> = "timestamptz",
    }
}

/// The row of a batch's stream; none for other streams.
pub fn rows(stream: StreamId, folded: &Folded) -> Vec<BatchRow> {
    let Some(batch) = folded.state.as_batch() else { return Vec::new() };
    let Some(issued) = &batch.issued else { return Vec::new() };
    vec![BatchRow {
        id: stream.id,
        holder: issued.holder.clone(),
        size_requested: i32::try_from(issued.size_requested).unwrap_or(i32::MAX),
        size_returned: i32::try_from(issued.leads.len()).unwrap_or(i32::MAX),
        issued_at: issued.at,
        expires_at: issued.expires_at,
        expired_at: batch.expired_at,
    }]
}

impl Views {
    /// Batches whose time is over and that nobody has said so of.
    pub async fn batches_to_expire(&self, now: DateTime<Utc>, limit: i64) -> Result<Vec<Uuid>, sqlx::Error> {
        sqlx::query_scalar(
            "SELECT id FROM batches WHERE expired_at IS NULL AND expires_at <= $1 ORDER BY expires_at LIMIT $2",
        )
        .bind(now)
        .bind(limit)
        .fetch_all(&self.pool)
        .await
    }
}
