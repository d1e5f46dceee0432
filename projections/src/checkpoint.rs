//! How far is each read model? A position, the hash of the event there, and a generation, moved only by comparison with what
//! was read.

use crate::Views;
use crate::feed::FeedError;
use crate::projection::Projection;
use sqlx::postgres::PgConnection;
use std::time::Duration;

/// How far one read model is.
#[derive(Clone, PartialEq, Eq, Debug, sqlx::FromRow)]
pub struct Checkpoint {
    pub projection: String,
    /// Everything up to here is in its rows.
    pub position: i64,
    /// Rises with every swap.
    pub generation: i64,
    /// What holds it back, if anything.
    pub paused_by: Option<String>,
    /// It was held back or is new, and has not caught up yet: nobody waits for it.
    pub is_recovering: bool,
}

impl Checkpoint {
    /// The read model; `None` for one that this release does not have.
    pub fn projection(&self) -> Option<Projection> {
        Projection::from_name(&self.projection)
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT projection, position, generation, paused_by, is_recovering FROM projection_checkpoints \
             ORDER BY projection",
            $rest
        )
    };
}

/// The position that every running read model has reached, those apart that are catching up; 0 where none runs, and where one
/// stands at an event that the log does not hold.
const FOLLOWED: &str = "SELECT CASE WHEN bool_and(c.position = 0 OR c.hash IS NULL OR EXISTS (
        SELECT 1 FROM events e WHERE e.position = c.position AND e.hash = c.hash))
    THEN min(c.position) ELSE 0 END
    FROM projection_checkpoints c WHERE c.paused_by IS NULL AND NOT c.is_recovering";

/// All of them.
pub async fn read(conn: &mut PgConnection) -> Result<Vec<Checkpoint>, sqlx::Error> {
    sqlx::query_as(select!("")).fetch_all(conn).await
}

/// All of them, held until the transaction ends: nobody follows meanwhile.
pub async fn hold(conn: &mut PgConnection) -> Result<Vec<Checkpoint>, sqlx::Error> {
    sqlx::query_as(select!(" FOR UPDATE")).fetch_all(conn).await
}

/// The position that every running read model has reached (see [`Views::followed`]), and whether nobody can go on from there.
pub async fn followed(conn: &mut PgConnection) -> Result<(i64, bool), sqlx::Error> {
    let sql = format!("SELECT ({FOLLOWED}), (SELECT stuck IS NOT NULL FROM follower)");
    let (position, is_stuck): (Option<i64>, bool) = sqlx::query_as(&sql).fetch_one(conn).await?;
    Ok((position.unwrap_or(0), is_stuck))
}

/// The lowest position at which a read model stands and the log holds another event, or none.
const DIVERGED: &str = "SELECT min(c.position) FROM projection_checkpoints c WHERE c.position > 0 AND c.hash IS NOT NULL \
    AND NOT EXISTS (SELECT 1 FROM events e WHERE e.position = c.position AND e.hash = c.hash)";

/// An error if a read model stands at an event that the log does not hold: it was folded from another log, or from more.
pub async fn compare_with_log(conn: &mut PgConnection) -> Result<(), FeedError> {
    match sqlx::query_scalar(DIVERGED).fetch_one(conn).await? {
        None => Ok(()),
        Some(position) => Err(FeedError::Diverged { position }),
    }
}

/// Holds a read model back; readers keep its last good rows.
pub async fn pause(conn: &mut PgConnection, projection: Projection, why: &str) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE projection_checkpoints SET paused_by = $2 WHERE projection = $1")
        .bind(projection.name())
        .bind(why)
        .execute(conn)
        .await?;
    Ok(())
}

/// Lets those that are held back try again, behind the others. Answers whether there are any.
pub async fn retry_paused(conn: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let retried = sqlx::query(
        "UPDATE projection_checkpoints SET paused_by = NULL, is_recovering = true WHERE paused_by IS NOT NULL",
    )
    .execute(conn)
    .await?;
    Ok(retried.rows_affected() > 0)
}

/// These have caught up: they are waited for like the others.
pub async fn recovered(conn: &mut PgConnection, names: &[&str]) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE projection_checkpoints SET is_recovering = false WHERE projection = ANY($1)")
        .bind(names)
        .execute(conn)
        .await?;
    Ok(())
}

impl Views {
    /// How far every read model is.
    pub async fn checkpoints(&self) -> Result<Vec<Checkpoint>, sqlx::Error> {
        sqlx::query_as(select!("")).fetch_all(&self.pool).await
    }

    /// The last position of the log.
    pub async fn head(&self) -> Result<i64, sqlx::Error> {
        sqlx::query_scalar("SELECT COALESCE(max(position), 0) FROM events").fetch_one(&self.pool).await
    }

    /// The position that every running read model has reached, those apart that are catching up; 0 where none runs, and
    /// where one stands at an event that the log does not hold.
    pub async fn followed(&self) -> Result<i64, sqlx::Error> {
        Ok(sqlx::query_scalar::<_, Option<i64>>(FOLLOWED).fetch_one(&self.pool).await?.unwrap_or(0))
    }

    /// Where a read model stands at an event that the log does not hold.
    pub async fn diverged_at(&self) -> Result<Option<i64>, sqlx::Error> {
        sqlx::query_scalar(DIVERGED).fetch_one(&self.pool).await
    }

    /// Whether the log's newest time lies ahead of the database's clock by more than two seconds.
    pub async fn is_ahead(&self) -> Result<bool, sqlx::Error> {
        let is_ahead: Option<bool> = sqlx::query_scalar(
            "SELECT recorded_at > clock_timestamp() + interval '2 seconds' FROM events ORDER BY position DESC LIMIT 1",
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(is_ahead.unwrap_or(false))
    }

    /// The age of the oldest event that the running read models do not have, by the database's clock.
    pub async fn lag(&self) -> Result<Option<Duration>, sqlx::Error> {
        let seconds: Option<f64> = sqlx::query_scalar(
            "SELECT extract(epoch FROM GREATEST(clock_timestamp() - e.recorded_at, '0'))::float8 FROM events e \
             WHERE e.position = 1 + (SELECT min(position) FROM projection_checkpoints \
                                     WHERE paused_by IS NULL AND NOT is_recovering)",
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(seconds.map(Duration::from_secs_f64))
    }
}
