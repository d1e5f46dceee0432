//! How do rebuilt tables take the live ones' place? While the checkpoints are held, by moving them between schemas.

use crate::change::coalesce;
use crate::checkpoint;
use crate::follow::changes_between;
use crate::plan::Plan;
use crate::projection::Projection;
use crate::rebuild::RebuildError;
use sqlx::PgPool;
use sqlx::postgres::PgConnection;
use std::time::Duration;

/// How often a switch is tried when readers hold the tables.
const TRIES_MAX: u32 = 100;
/// Positions caught up with in one transaction.
const STEP: i64 = 5_000;
/// How close the rebuilt rows must be before followers are made to wait.
const CLOSE_ENOUGH: i64 = 2_000;

/// Makes an empty table like the live one, without its indexes.
pub(crate) async fn create_table(
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
pub(crate) async fn create_indexes(
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

/// Catches up, then puts the tables of `schema` in the place of the live ones. Answers the position they were at.
pub(crate) async fn switch(
    pool: &PgPool,
    schema: &str,
    projections: &[Projection],
    mut position: i64,
) -> Result<i64, RebuildError> {
    let mut conn = pool.acquire().await?.detach();
    sqlx::query(&format!("SET search_path TO {schema}, public")).execute(&mut conn).await?;
    let mut drop_conn = pool.acquire().await?;
    sqlx::query("DROP SCHEMA IF EXISTS retired CASCADE").execute(&mut *drop_conn).await?;
    for _ in 0..TRIES_MAX {
        loop {
            let goal = followed(&mut conn).await?;
            if goal - position <= CLOSE_ENOUGH {
                break;
            }
            let upto = goal.min(position + STEP);
            sqlx::query("BEGIN").execute(&mut conn).await?;
            catch_up(&mut conn, projections, position, upto).await?;
            sqlx::query("COMMIT").execute(&mut conn).await?;
            position = upto;
        }
        match try_switch(&mut conn, schema, projections, position).await {
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

async fn followed(conn: &mut PgConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("SELECT COALESCE(max(position), 0) FROM projection_checkpoints").fetch_one(conn).await
}

async fn catch_up(
    conn: &mut PgConnection,
    projections: &[Projection],
    from: i64,
    upto: i64,
) -> Result<(), RebuildError> {
    let changes = coalesce(changes_between(conn, from, upto).await?);
    let mut plan = Plan::default();
    for projection in projections {
        projection.fold(&changes).plan(&mut plan)?;
    }
    plan.run(conn).await?;
    Ok(())
}

/// One try: hold the checkpoints, catch up to them, move the tables. A lock not had in time undoes it all.
async fn try_switch(
    conn: &mut PgConnection,
    schema: &str,
    projections: &[Projection],
    position: i64,
) -> Result<i64, RebuildError> {
    sqlx::query("BEGIN").execute(&mut *conn).await?;
    match move_tables(conn, schema, projections, position).await {
        Ok(at) => {
            sqlx::query("COMMIT").execute(conn).await?;
            Ok(at)
        }
        Err(error) => {
            sqlx::query("ROLLBACK").execute(conn).await?;
            Err(if is_lock_timeout(&error) { RebuildError::Contended } else { error })
        }
    }
}

async fn move_tables(
    conn: &mut PgConnection,
    schema: &str,
    projections: &[Projection],
    position: i64,
) -> Result<i64, RebuildError> {
    sqlx::query("SET LOCAL lock_timeout = '300ms'").execute(&mut *conn).await?;
    let held = checkpoint::hold(conn).await?;
    let at = held.iter().map(|checkpoint| checkpoint.position).max().unwrap_or(0);
    catch_up(conn, projections, position, at).await?;
    sqlx::query("CREATE SCHEMA IF NOT EXISTS retired").execute(&mut *conn).await?;
    for projection in projections {
        let table = projection.name();
        sqlx::query(&format!("ALTER TABLE live.{table} SET SCHEMA retired")).execute(&mut *conn).await?;
        sqlx::query(&format!("ALTER TABLE {schema}.{table} SET SCHEMA live")).execute(&mut *conn).await?;
    }
    let names: Vec<_> = projections.iter().map(|projection| projection.name()).collect();
    sqlx::query(
        "UPDATE projection_checkpoints SET position = $2, generation = generation + 1, paused_by = NULL \
         WHERE projection = ANY($1)",
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
