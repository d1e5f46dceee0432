//! Where do files lie until somebody fetches them? In the database, for a day: every process finds them, and nobody's path is
//! anybody's business.

use super::Format;
use chrono::Duration;
use domain::time::Instant;
use sqlx::PgPool;
use uuid::Uuid;

/// For how long a file may be fetched (C-33).
const LIFETIME: Duration = Duration::hours(24);

/// A file that somebody may fetch.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Stored {
    pub owner_id: Uuid,
    pub content_type: String,
    pub content: Vec<u8>,
}

/// Keeps a file.
pub async fn keep(
    pool: &PgPool,
    name: &str,
    owner_id: Uuid,
    format: Format,
    content: &[u8],
    now: Instant,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO exports (name, owner_id, content_type, content, expires_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(name)
    .bind(owner_id)
    .bind(format.content_type())
    .bind(content)
    .bind(now + LIFETIME)
    .execute(pool)
    .await?;
    Ok(())
}

/// Forgets the files whose time is over.
pub async fn forget_expired(pool: &PgPool, now: Instant) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM exports WHERE expires_at <= $1").bind(now).execute(pool).await?;
    Ok(())
}

/// The file of that name, if its time is not over.
pub async fn find(pool: &PgPool, name: &str, now: Instant) -> Result<Option<Stored>, sqlx::Error> {
    sqlx::query_as("SELECT owner_id, content_type, content FROM exports WHERE name = $1 AND expires_at > $2")
        .bind(name)
        .bind(now)
        .fetch_optional(pool)
        .await
}
