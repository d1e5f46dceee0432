//! What did the read models say at one position? One connection that sees them as they were when it was opened, whatever is
//! written meanwhile.

use crate::Views;
use chrono::{DateTime, Utc};
use sqlx::Executor;
use sqlx::postgres::PgPoolOptions;

/// The read models at one position.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Reads of that position only.
    pub views: Views,
    pub position: i64,
    /// When that position was recorded; of an empty log, the epoch.
    pub recorded_at: DateTime<Utc>,
}

impl Views {
    /// The read models as they are now, for as long as this is held.
    pub async fn snapshot(&self) -> Result<Snapshot, sqlx::Error> {
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .after_connect(|conn, _| {
                Box::pin(async move {
                    conn.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await.map(|_| ())
                })
            })
            .connect_with((*self.pool.connect_options()).clone())
            .await?;
        let views = Self::new(pool.clone(), pool);
        let position = views.followed().await?;
        let recorded_at: Option<DateTime<Utc>> =
            sqlx::query_scalar("SELECT recorded_at FROM events WHERE position = $1")
                .bind(position)
                .fetch_optional(&views.pool)
                .await?;
        Ok(Snapshot { views, position, recorded_at: recorded_at.unwrap_or_default() })
    }
}
