//! How do rebuilt tables take the live ones' place? While the checkpoints are held, by moving them between schemas.

use super::{RebuildError, Targets};
use crate::change::coalesce;
use crate::checkpoint;
use crate::feed;
use crate::follow::changes_between;
use crate::key_rows;
use crate::plan::Plan;
use crate::projection::Projection;
use sqlx::postgres::PgConnection;
use sqlx::{Connection, PgPool};
use std::time::Duration;

/// How often a switch is tried when readers hold the tables.
const TRIES_MAX: u32 = 100;
/// Positions caught up with in one step.
pub(super) const STEP: i64 = 5_000;
/// How close the rebuilt rows must be before followers are made to wait.
const CLOSE_ENOUGH: i64 = 2_000;
/// Steps that may gain nothing on a log that grows as fast: then the followers wait a little longer.
const STEPS_IN_VAIN_MAX: u32 = 5;

/// Makes an empty table like the live one, without its indexes.
pub(super) async fn create_table(
    conn: &mut PgConnection,
    schema: &str,
    projection: Projection,
) -> Result<(), sqlx::Error> {
    let table = projection.name();
    sqlx::query(&format!(
        "CREATE TABLE {schema}.{table} (LIKE live.{table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"
    ))
    .execute(&mut *conn)
    .await?;
    let options: Option<String> = sqlx::query_scalar(
        "SELECT array_to_string(reloptions, ', ') FROM pg_class WHERE oid = ('live.' || $1)::regclass",
    )
    .bind(table)
    .fetch_one(&mut *conn)
    .await?;
    if let Some(options) = options.filter(|options| !options.is_empty()) {
        sqlx::query(&format!("ALTER TABLE {schema}.{table} SET ({options})")).execute(conn).await?;
    }
    Ok(())
}

/// Gives a table the indexes of the live one, and statistics.
pub(super) async fn create_indexes(
    conn: &mut PgConnection,
    schema: &str,
    projection: Projection,
) -> Result<(), sqlx::Error> {
    let table = projection.name();
    let indexes: Vec<(String, String, bool)> = sqlx::query_as(
        "SELECT c.relname::text, pg_get_indexdef(i.indexrelid), i.indisprimary \
         FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = ('live.' || $1)::regclass",
    )
    .bind(table)
    .fetch_all(&mut *conn)
    .await?;
    for (name, definition, is_primary) in indexes {
        let definition = definition.replace(" ON live.", &format!(" ON {schema}."));
        sqlx::query(&definition).execute(&mut *conn).await?;
        if is_primary {
            let add =
                format!("ALTER TABLE {schema}.{table} ADD CONSTRAINT {name} PRIMARY KEY USING INDEX {name}");
            sqlx::query(&add).execute(&mut *conn).await?;
        }
    }
    sqlx::query(&format!("ANALYZE {schema}.{table}")).execute(conn).await?;
    Ok(())
}

/// Brings rebuilt rows close to where the live ones are, a step a transaction; answers where they are then.
pub(super) async fn approach(
    conn: &mut PgConnection,
    targets: &Targets,
    mut position: i64,
) -> Result<i64, RebuildError> {
    let mut nearest = i64::MAX;
    let mut in_vain = 0;
    loop {
        let goal = followed(conn).await?;
        let left = goal - position;
        if left <= CLOSE_ENOUGH || in_vain >= STEPS_IN_VAIN_MAX {
            return Ok(position);
        }
        in_vain = if left < nearest { 0 } else { in_vain + 1 };
        nearest = nearest.min(left);
        let upto = goal.min(position + STEP);
        let mut tx = conn.begin().await?;
        catch_up(&mut tx, targets, position, upto).await?;
        tx.commit().await?;
        position = upto;
    }
}

/// Catches up, then puts the tables of `schema` in the place of the live ones. Answers the position they were at.
pub(super) async fn switch(
    pool: &PgPool,
    conn: &mut PgConnection,
    schema: &str,
    targets: &Targets,
    mut position: i64,
) -> Result<i64, RebuildError> {
    let mut drop_conn = pool.acquire().await?.detach();
    sqlx::query("DROP SCHEMA IF EXISTS retired CASCADE").execute(&mut drop_conn).await?;
    for _ in 0..TRIES_MAX {
        position = approach(conn, targets, position).await?;
        match try_switch(conn, schema, targets, position).await {
            Ok(at) => {
                drop_later(&mut drop_conn).await;
                return Ok(at);
            }
            Err(RebuildError::Contended) => tokio::time::sleep(Duration::from_millis(50)).await,
            Err(other) => return Err(other),
        }
    }
    Err(RebuildError::Contended)
}

/// Where the live rows are that are furthest, and no further than the log.
async fn followed(conn: &mut PgConnection) -> Result<i64, sqlx::Error> {
    let furthest: i64 = sqlx::query_scalar("SELECT COALESCE(max(position), 0) FROM projection_checkpoints")
        .fetch_one(&mut *conn)
        .await?;
    Ok(furthest.min(feed::head(conn).await?))
}

/// Brings rebuilt rows from one position to another.
pub(super) async fn catch_up(
    conn: &mut PgConnection,
    targets: &Targets,
    mut from: i64,
    upto: i64,
) -> Result<(), RebuildError> {
    while from < upto {
        let step = upto.min(from + STEP);
        let changes = coalesce(changes_between(conn, from, step).await?);
        let mut plan = Plan::default();
        for projection in &targets.projections {
            projection.fold(&changes).plan(&mut plan)?;
        }
        plan.run(conn).await?;
        if targets.keys {
            key_rows::catch_up(conn, &changes).await?;
        }
        from = step;
    }
    Ok(())
}

/// One try: hold the checkpoints, catch up to them, move the tables. A lock not had in time undoes it all.
async fn try_switch(
    conn: &mut PgConnection,
    schema: &str,
    targets: &Targets,
    position: i64,
) -> Result<i64, RebuildError> {
    let mut tx = conn.begin().await?;
    match move_tables(&mut tx, schema, targets, position).await {
        Ok(at) => {
            tx.commit().await?;
            Ok(at)
        }
        Err(error) => {
            tx.rollback().await?;
            Err(if is_lock_timeout(&error) { RebuildError::Contended } else { error })
        }
    }
}

async fn move_tables(
    conn: &mut PgConnection,
    schema: &str,
    targets: &Targets,
    position: i64,
) -> Result<i64, RebuildError> {
    sqlx::query("SET LOCAL lock_timeout = '300ms'").execute(&mut *conn).await?;
    // A process that hangs here must not keep the followers from going on.
    sqlx::query("SET LOCAL idle_in_transaction_session_timeout = '10s'").execute(&mut *conn).await?;
    checkpoint::hold(conn).await?;
    let at = followed(conn).await?;
    catch_up(conn, targets, position, at).await?;
    sqlx::query("CREATE SCHEMA IF NOT EXISTS retired").execute(&mut *conn).await?;
    for projection in &targets.projections {
        let table = projection.name();
        sqlx::query(&format!("ALTER TABLE live.{table} SET SCHEMA retired")).execute(&mut *conn).await?;
        sqlx::query(&format!("ALTER TABLE {schema}.{table} SET SCHEMA live")).execute(&mut *conn).await?;
    }
    let names: Vec<_> = targets.projections.iter().map(|projection| projection.name()).collect();
    sqlx::query(
        "UPDATE projection_checkpoints SET position = $2, hash = (SELECT e.hash FROM events e WHERE e.position = $2), \
         generation = generation + 1, paused_by = NULL, is_recovering = false WHERE projection = ANY($1)",
    )
    .bind(&names)
    .bind(at)
    .execute(conn)
    .await?;
    Ok(at)
}

fn is_lock_timeout(error: &RebuildError) -> bool {
    const LOCK_NOT_AVAILABLE: &str = "55P03";
    const DEADLOCK_DETECTED: &str = "40P01";
    let RebuildError::Feed(crate::feed::FeedError::Database(sqlx::Error::Database(error))) = error else {
        return false;
    };
    error.code().is_some_and(|code| code == LOCK_NOT_AVAILABLE || code == DEADLOCK_DETECTED)
}

/// The old tables go when nobody reads them any more; the next rebuild sees to what is left.
async fn drop_later(conn: &mut PgConnection) {
    for statement in
        ["SET lock_timeout = '2s'", "DROP SCHEMA IF EXISTS retired CASCADE", "RESET lock_timeout"]
    {
        if let Err(error) = sqlx::query(statement).execute(&mut *conn).await {
            tracing::info!(%error, "the replaced tables stay until the next rebuild");
        }
    }
}
