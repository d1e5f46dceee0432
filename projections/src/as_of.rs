//! What did lists and sums say at some time? Read models of then, made under a name in a schema of their own, which
//! nothing follows.

use crate::Views;
use crate::feed;
use crate::projection::Projection;
use crate::rebuild::{self, Progress, RebuildError, Targets};
use domain::time::Instant;
use sqlx::PgPool;
use sqlx::postgres::{PgConnection, PgPoolOptions};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The longest name.
const NAME_MAX: usize = 40;
/// Names that are kept connected to; more, and all are let go.
const NAMES_MAX: usize = 8;
/// Connections to one name.
const CONNECTIONS: u32 = 2;
const IDLE_MAX: Duration = Duration::from_mins(1);

/// Which tables they are like: those of the newest migration. Others cannot be read by this release.
const TABLES: &str = "SELECT max(version) FROM _sqlx_migrations";

/// Read models as of a time.
#[derive(Clone, Debug)]
pub struct AsOf {
    pub views: Views,
    /// What was recorded up to then is in them.
    pub at: Instant,
}

/// Connections to named read models, by schema.
#[derive(Debug, Default)]
pub(crate) struct Named(Mutex<HashMap<String, Views>>);

/// The schema of a name; `None` for what is none: `a-z`, then `a-z`, `0-9` and `_`.
pub fn schema(name: &str) -> Option<String> {
    let is_letter = |c: char| c.is_ascii_lowercase();
    let is_good = name.starts_with(is_letter)
        && name.len() <= NAME_MAX
        && name.chars().all(|c| is_letter(c) || c.is_ascii_digit() || c == '_');
    is_good.then(|| format!("as_of_{name}"))
}

impl Views {
    /// The read models that were made under this name, if there are; those of another release are not.
    pub async fn as_of(&self, name: &str) -> Result<Option<AsOf>, sqlx::Error> {
        let Some(schema) = schema(name) else { return Ok(None) };
        let is_there: bool = sqlx::query_scalar("SELECT to_regclass($1 || '.made') IS NOT NULL")
            .bind(&schema)
            .fetch_one(&self.pool)
            .await?;
        if !is_there {
            return Ok(None);
        }
        let views = self.named(&schema);
        let made = format!("SELECT as_of FROM made WHERE tables = ({TABLES})");
        let at = sqlx::query_scalar(&made).fetch_optional(&views.pool).await?;
        Ok(at.map(|at| AsOf { views, at }))
    }

    fn named(&self, schema: &str) -> Views {
        let mut known = self.named.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(views) = known.get(schema) {
            return views.clone();
        }
        if known.len() >= NAMES_MAX {
            known.clear();
        }
        let options = (*self.pool.connect_options()).clone();
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .idle_timeout(IDLE_MAX)
            .connect_lazy_with(options.options([("search_path", format!("public,{schema}"))]));
        let views = Views::new(pool.clone(), pool);
        known.insert(schema.to_owned(), views.clone());
        views
    }
}

/// Makes the read models of everything recorded up to `at` in `schema`, in the place of what had that name. Answers the
/// last position that is in them.
pub async fn make(pool: &PgPool, schema: &str, at: Instant, progress: Progress) -> Result<i64, RebuildError> {
    rebuild::locked(pool, async {
        let mut conn = pool.acquire().await?;
        let now: Instant = sqlx::query_scalar("SELECT clock_timestamp()").fetch_one(&mut *conn).await?;
        if at > now {
            return Err(RebuildError::Future);
        }
        let position = position_at(&mut conn, at).await?;
        drop(conn);
        // No name has this schema.
        let making = format!("making_{schema}");
        let targets = Targets { projections: Projection::ALL.to_vec(), keys: false };
        rebuild::build(pool, &making, &targets, position, progress).await?;
        let mut tx = pool.begin().await?;
        sqlx::query(&format!(
            "CREATE TABLE {making}.made (as_of timestamptz NOT NULL, position bigint NOT NULL, tables bigint)"
        ))
        .execute(&mut *tx)
        .await?;
        sqlx::query(&format!(
            "INSERT INTO {making}.made (as_of, position, tables) VALUES ($1, $2, ({TABLES}))"
        ))
        .bind(at)
        .bind(position)
        .execute(&mut *tx)
        .await?;
        sqlx::query(&format!("DROP SCHEMA IF EXISTS {schema} CASCADE")).execute(&mut *tx).await?;
        sqlx::query(&format!("ALTER SCHEMA {making} RENAME TO {schema}")).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(position)
    })
    .await
}

/// The last position recorded at `at` or before; times never go back along the log, so half of it is out each time.
async fn position_at(conn: &mut PgConnection, at: Instant) -> Result<i64, sqlx::Error> {
    let (mut known, mut beyond) = (0, feed::head(conn).await? + 1);
    while beyond - known > 1 {
        let middle = known + (beyond - known) / 2;
        let recorded_at: Instant = sqlx::query_scalar("SELECT recorded_at FROM events WHERE position = $1")
            .bind(middle)
            .fetch_one(&mut *conn)
            .await?;
        if recorded_at <= at {
            known = middle;
        } else {
            beyond = middle;
        }
    }
    Ok(known)
}

#[cfg(test)]
mod tests {
    use super::schema;

    #[test]
    fn a_name_is_a_plain_word_and_never_sql() {
        assert_eq!(schema("end_of_may2").as_deref(), Some("as_of_end_of_may2"));
        for other in ["", "May", "1may", "may;drop", "may-1", "live\"", "é", &"m".repeat(41)] {
            assert_eq!(schema(other), None, "{other}");
        }
    }
}
