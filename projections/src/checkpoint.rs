//! How far is each read model? A position and a generation, moved only by comparison with what was read.

use crate::Views;
use crate::projection::Projection;
use sqlx::postgres::PgConnection;

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
}

impl Checkpoint {
    /// The read model; `None` for one that this release does not have.
    pub fn projection(&self) -> Option<Projection> {
        Projection::from_name(&self.projection)
    }
}

const SELECT: &str =
    "SELECT projection, position, generation, paused_by FROM projection_checkpoints ORDER BY projection";

/// All of them.
pub async fn read(conn: &mut PgConnection) -> Result<Vec<Checkpoint>, sqlx::Error> {
    sqlx::query_as(SELECT).fetch_all(conn).await
}

/// All of them, held until the transaction ends: nobody follows meanwhile.
pub async fn hold(conn: &mut PgConnection) -> Result<Vec<Checkpoint>, sqlx::Error> {
    sqlx::query_as(
        "SELECT projection, position, generation, paused_by FROM projection_checkpoints ORDER BY projection FOR UPDATE",
    )
    .fetch_all(conn)
    .await
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

impl Views {
    /// How far every read model is.
    pub async fn checkpoints(&self) -> Result<Vec<Checkpoint>, sqlx::Error> {
        sqlx::query_as(SELECT).fetch_all(&self.pool).await
    }

    /// The last position of the log.
    pub async fn head(&self) -> Result<i64, sqlx::Error> {
        sqlx::query_scalar("SELECT COALESCE(max(position), 0) FROM events").fetch_one(&self.pool).await
    }

    /// The position that every running read model has reached.
    pub async fn followed(&self) -> Result<i64, sqlx::Error> {
        sqlx::query_scalar(
            "SELECT COALESCE(min(position), 0) FROM projection_checkpoints WHERE paused_by IS NULL",
        )
        .fetch_one(&self.pool)
        .await
    }
}
