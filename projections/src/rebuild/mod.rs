//! Rebuilding: how are rows made anew? Beside the live ones, from the log alone, then compared and switched; readers never wait
//! for a fold and never see an empty table.
//!
//! | phase | what |
//! |---|---|
//! | read | `COPY` of the log in ranges, in order, one connection |
//! | fold | by stream, in as many threads as the machine has cores |
//! | load | one `COPY FREEZE` a table in the transaction that makes it, then its indexes |
//! | approach | what was appended meanwhile, a step a transaction |
//! | compare | in one short transaction: the rest, then checksums against the live rows at that very position |
//! | switch | see `swap` |

mod compare;
mod error;
mod fold;
mod load;
mod swap;

pub use compare::Comparison;
pub use error::RebuildError;

use crate::checkpoint;
use crate::feed;
use crate::key_rows::KeyComparison;
use crate::projection::Projection;
use compare::Compared;
use fold::Shards;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, TryStreamExt};
use serde::Serialize;
use sqlx::postgres::PgConnection;
use sqlx::{Connection, PgPool};
use std::sync::Arc;

/// The name of the claims and leases among the read models.
const KEYS: &str = "keys";
/// The advisory lock that lets one rebuild or verification run at a time.
const LOCK: i64 = 7_215_463_983;

/// What is made anew.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Targets {
    pub projections: Vec<Projection>,
    /// The claims and leases too. They are compared; whoever asked settles what differs, through the ledger's door.
    pub keys: bool,
}

impl Targets {
    /// Every read model, and the keys.
    pub fn all() -> Self {
        Self { projections: Projection::ALL.to_vec(), keys: true }
    }

    /// Those of these names; `Err` is the first name that there is not.
    pub fn named<'n>(names: impl IntoIterator<Item = &'n str>) -> Result<Self, &'n str> {
        let mut targets = Self { projections: Vec::new(), keys: false };
        for name in names {
            match Projection::from_name(name) {
                Some(projection) => targets.projections.push(projection),
                None if name == KEYS => targets.keys = true,
                None => return Err(name),
            }
        }
        Ok(targets)
    }

    /// Their names.
    pub fn names(&self) -> Vec<&'static str> {
        let keys = self.keys.then_some(KEYS);
        self.projections.iter().map(|projection| projection.name()).chain(keys).collect()
    }
}

/// What came of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Report {
    /// The position at which live and rebuilt rows were compared.
    pub position: i64,
    pub comparisons: Vec<Comparison>,
    /// How the table of keys compares with the log; `None`: it was not asked for.
    pub keys: Option<KeyComparison>,
    /// Whether the rebuilt rows are the live ones now, and up to which position.
    pub switched_at: Option<i64>,
}

impl Report {
    /// Whether every compared read model was what the log says, and the keys.
    pub fn is_clean(&self) -> bool {
        self.comparisons.iter().all(|c| c.differing_rows == 0 && c.live.is_some())
            && self.keys.as_ref().is_none_or(KeyComparison::is_clean)
    }
}

/// Told how many positions have been folded, of how many.
pub type Progress = Arc<dyn Fn(i64, i64) + Send + Sync>;

/// Rebuilds `targets`, compares, and unless `dry_run` switches.
pub async fn run(
    pool: &PgPool,
    targets: &Targets,
    dry_run: bool,
    progress: Progress,
) -> Result<Report, RebuildError> {
    let schema = if dry_run { "compared" } else { "rebuilt" };
    locked(pool, run_locked(pool, schema, targets, dry_run, progress)).await
}

/// Does `work` while nobody else makes read models anew.
pub(crate) async fn locked<T>(
    pool: &PgPool,
    work: impl Future<Output = Result<T, RebuildError>>,
) -> Result<T, RebuildError> {
    // Of no pool: whatever becomes of the work, the lock goes with the connection.
    let mut guard = pool.acquire().await?.detach();
    let is_ours: bool =
        sqlx::query_scalar("SELECT pg_try_advisory_lock($1)").bind(LOCK).fetch_one(&mut guard).await?;
    if !is_ours {
        return Err(RebuildError::Busy);
    }
    let result = work.await;
    // Said, and not left to the connection's end, which the server notices a moment later.
    sqlx::query("SELECT pg_advisory_unlock($1)").bind(LOCK).execute(&mut guard).await?;
    guard.close().await?;
    result
}

async fn run_locked(
    pool: &PgPool,
    schema: &str,
    targets: &Targets,
    dry_run: bool,
    progress: Progress,
) -> Result<Report, RebuildError> {
    let from = start(pool).await?;
    let shards = fold::fold(pool, from, &progress).await?;
    make_tables(pool, schema, targets, shards).await?;
    let mut conn = pool.acquire().await?.detach();
    sqlx::query(&format!("SET search_path TO {schema}, public")).execute(&mut conn).await?;
    let position = swap::approach(&mut conn, targets, from).await?;
    let compared = compare_once(&mut conn, schema, targets, position, dry_run).await?;
    let switched_at = if dry_run {
        sqlx::query(&format!("DROP SCHEMA IF EXISTS {schema} CASCADE")).execute(&mut conn).await?;
        None
    } else {
        let at = swap::switch(pool, &mut conn, schema, targets, compared.position).await?;
        sqlx::query(&format!("DROP TABLE IF EXISTS {schema}.folded_keys")).execute(&mut conn).await?;
        Some(at)
    };
    conn.close().await?;
    let Compared { position, comparisons, keys } = compared;
    Ok(Report { position, comparisons, keys, switched_at })
}

/// From where rebuilt rows catch up with the live ones: no further than those are, nor than the log.
async fn start(pool: &PgPool) -> Result<i64, RebuildError> {
    let mut conn = pool.acquire().await?;
    let checkpoints = checkpoint::read(&mut conn).await?;
    let live_at = checkpoints.iter().map(|checkpoint| checkpoint.position).max().unwrap_or(0);
    Ok(live_at.min(feed::head(&mut conn).await?))
}

async fn compare_once(
    conn: &mut PgConnection,
    schema: &str,
    targets: &Targets,
    position: i64,
    dry_run: bool,
) -> Result<Compared, RebuildError> {
    let mut tx = conn.begin().await?;
    sqlx::query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ").execute(&mut *tx).await?;
    let compared = compare::compare(&mut tx, schema, targets, position).await?;
    if dry_run {
        tx.rollback().await?;
    } else {
        tx.commit().await?;
    }
    Ok(compared)
}

/// Makes the tables of `targets` anew in `schema`, from the log up to `upto`.
pub async fn build(
    pool: &PgPool,
    schema: &str,
    targets: &Targets,
    upto: i64,
    progress: Progress,
) -> Result<(), RebuildError> {
    let shards = fold::fold(pool, upto, &progress).await?;
    make_tables(pool, schema, targets, shards).await
}

async fn make_tables(
    pool: &PgPool,
    schema: &str,
    targets: &Targets,
    shards: Shards,
) -> Result<(), RebuildError> {
    let mut conn = pool.acquire().await?;
    sqlx::query(&format!("DROP SCHEMA IF EXISTS {schema} CASCADE")).execute(&mut *conn).await?;
    sqlx::query(&format!("CREATE SCHEMA {schema}")).execute(&mut *conn).await?;
    drop(conn);
    let mut loads: Vec<BoxFuture<'_, Result<(), RebuildError>>> = targets
        .projections
        .iter()
        .map(|&projection| load::load(pool, schema, projection, shards.clone()).boxed())
        .collect();
    if targets.keys {
        loads.push(load::load_keys(pool, schema, shards.clone()).boxed());
    }
    drop(shards);
    // The big tables first and two at a time: the database has as much to do as we have.
    futures_util::stream::iter(loads).buffer_unordered(2).try_collect().await
}
