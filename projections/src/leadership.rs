//! Leadership: who keeps the read models up to date? Whoever holds a lease of some seconds and goes on renewing it, so that a
//! process that hangs is replaced. The lease is for order alone: two followers at once are harmless (see `follow`).

use crate::Views;
use sqlx::postgres::PgConnection;
use std::time::Duration;
use uuid::Uuid;

/// How long a lease lasts without being renewed.
const LEASE: Duration = Duration::from_millis(2_500);
/// How often it is renewed.
pub const BEAT: Duration = Duration::from_millis(500);

/// Takes or renews the lease; false if another process has it.
pub async fn hold(conn: &mut PgConnection, process: Uuid) -> Result<bool, sqlx::Error> {
    let held = sqlx::query(
        "UPDATE follower SET holder = $1, until = clock_timestamp() + make_interval(secs => $2) \
         WHERE holder = $1 OR until < clock_timestamp()",
    )
    .bind(process)
    .bind(LEASE.as_secs_f64())
    .execute(conn)
    .await?;
    Ok(held.rows_affected() > 0)
}

/// Gives the lease up; why, if this process could not go on.
pub async fn step_down(
    conn: &mut PgConnection,
    process: Uuid,
    stuck: Option<&str>,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE follower SET until = '-infinity', stuck = COALESCE($2, stuck) WHERE holder = $1")
        .bind(process)
        .bind(stuck)
        .execute(conn)
        .await?;
    Ok(())
}

/// Whoever follows goes on: what stopped another is past.
pub async fn goes_on(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE follower SET stuck = NULL WHERE stuck IS NOT NULL").execute(conn).await?;
    Ok(())
}

impl Views {
    /// Why nobody can follow the log any further; `None` where somebody can.
    pub async fn stuck(&self) -> Result<Option<String>, sqlx::Error> {
        sqlx::query_scalar("SELECT stuck FROM follower").fetch_one(&self.pool).await
    }
}
