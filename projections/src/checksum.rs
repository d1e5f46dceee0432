//! Are two tables the same, row by row? A sum over row hashes that does not depend on their order.

use crate::projection::Projection;
use serde::Serialize;
use sqlx::postgres::PgConnection;

/// How many differing keys a report names.
const SAMPLES_MAX: i64 = 10;

/// What a table amounts to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Checksum {
    pub rows: i64,
    pub sum: String,
}

/// The checksum of one read model in `schema`.
pub async fn of(
    conn: &mut PgConnection,
    schema: &str,
    projection: Projection,
) -> Result<Checksum, sqlx::Error> {
    let sql = format!(
        "SELECT count(*), COALESCE(sum(hashtextextended(t::text, 0)::numeric), 0)::text FROM {schema}.{} t",
        projection.name()
    );
    let (rows, sum) = sqlx::query_as(&sql).fetch_one(conn).await?;
    Ok(Checksum { rows, sum })
}

/// How many rows of two schemas differ, and the keys of some of them.
pub async fn differing(
    conn: &mut PgConnection,
    one: &str,
    other: &str,
    projection: Projection,
) -> Result<(i64, Vec<String>), sqlx::Error> {
    let table = projection.name();
    let keys = projection.key_columns().join(", ");
    let first = projection.key_columns()[0];
    let source = format!(
        "SELECT concat_ws('/', {keys}) AS key FROM {one}.{table} a FULL JOIN {other}.{table} b USING ({keys}) \
         WHERE a.{first} IS NULL OR b.{first} IS NULL OR a::text IS DISTINCT FROM b::text"
    );
    let count =
        sqlx::query_scalar(&format!("SELECT count(*) FROM ({source}) d")).fetch_one(&mut *conn).await?;
    let samples =
        sqlx::query_scalar(&format!("SELECT key FROM ({source}) d ORDER BY key LIMIT {SAMPLES_MAX}"))
            .fetch_all(conn)
            .await?;
    Ok((count, samples))
}
