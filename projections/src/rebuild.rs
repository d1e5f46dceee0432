//! How are rows made anew? Beside the live ones, from the log alone, then compared and switched; readers never wait
//! for a fold and never see an empty table.
//!
//! | phase | what |
//! |---|---|
//! | read | `COPY` of the log in ranges, in order, one connection |
//! | fold | by stream, in as many threads as the machine has cores |
//! | load | one `COPY FREEZE` a table in the transaction that makes it, then its indexes |
//! | compare | checksums against the live rows as they were at that very position, differing keys where they disagree |
//! | switch | see `swap` |

use crate::call_metrics::Sums;
use crate::change::Folded;
use crate::checkpoint::{self, Checkpoint};
use crate::checksum::{self, Checksum};
use crate::feed::{self, FeedError, Record};
use crate::lead_counts::Counts;
use crate::lead_metrics::Came;
use crate::projection::Projection;
use crate::swap;
use bytes::BytesMut;
use domain::stream::{State, StreamId};
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, TryStreamExt};
use serde::Serialize;
use sqlx::PgPool;
use sqlx::postgres::PgConnection;
use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, mpsc};
use thiserror::Error;

/// Positions read by one `COPY`.
const RANGE: i64 = 100_000;
/// Records handed to a fold thread at once.
const HANDFUL: usize = 500;
/// Bytes sent to the database at once.
const CHUNK: usize = 1 << 20;
/// The advisory lock that lets one rebuild or verification run at a time.
const LOCK: i64 = 7_215_463_983;

/// Why rows could not be made anew. Never a success short of the head.
#[derive(Debug, Error)]
pub enum RebuildError {
    #[error(transparent)]
    Feed(#[from] FeedError),
    #[error("another rebuild or verification is running; try again when it is done")]
    Busy,
    #[error("a fold thread died")]
    Thread,
    #[error("that time has not come yet: what it will say cannot be known")]
    Future,
    #[error("the tables could not be switched while they were in use; try again")]
    Contended,
}

impl From<sqlx::Error> for RebuildError {
    fn from(error: sqlx::Error) -> Self {
        Self::Feed(error.into())
    }
}

/// How one read model compares with the log.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Comparison {
    pub projection: String,
    /// What the live rows amount to; `None` where they were not at the compared position (paused).
    pub live: Option<Checksum>,
    pub rebuilt: Checksum,
    pub differing_rows: i64,
    pub differing_keys: Vec<String>,
}

/// What came of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Report {
    /// The position at which live and rebuilt rows were compared.
    pub position: i64,
    pub comparisons: Vec<Comparison>,
    /// Whether the rebuilt rows are the live ones now, and up to which position.
    pub switched_at: Option<i64>,
}

impl Report {
    /// Whether every compared read model was what the log says.
    pub fn is_clean(&self) -> bool {
        self.comparisons.iter().all(|c| c.differing_rows == 0 && c.live.is_some())
    }
}

/// Told how many positions have been folded, of how many.
pub type Progress = Arc<dyn Fn(i64, i64) + Send + Sync>;

/// The streams of a fold, by shard, in order of their ids.
type Shards = Vec<Arc<Vec<(StreamId, Folded)>>>;

/// Rebuilds `projections`, compares, and unless `dry_run` switches.
pub async fn run(
    pool: &PgPool,
    projections: &[Projection],
    dry_run: bool,
    progress: Progress,
) -> Result<Report, RebuildError> {
    let schema = if dry_run { "compared" } else { "rebuilt" };
    locked(pool, run_locked(pool, schema, projections, dry_run, progress)).await
}

/// Does `work` while nobody else makes read models anew.
pub(crate) async fn locked<T>(
    pool: &PgPool,
    work: impl Future<Output = Result<T, RebuildError>>,
) -> Result<T, RebuildError> {
    let mut guard = pool.acquire().await?;
    let is_ours: bool =
        sqlx::query_scalar("SELECT pg_try_advisory_lock($1)").bind(LOCK).fetch_one(&mut *guard).await?;
    if !is_ours {
        return Err(RebuildError::Busy);
    }
    let result = work.await;
    sqlx::query("SELECT pg_advisory_unlock($1)").bind(LOCK).execute(&mut *guard).await?;
    result
}

async fn run_locked(
    pool: &PgPool,
    schema: &str,
    projections: &[Projection],
    dry_run: bool,
    progress: Progress,
) -> Result<Report, RebuildError> {
    let mut snapshot = pool.begin().await?;
    sqlx::query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ").execute(&mut *snapshot).await?;
    let checkpoints = checkpoint::read(&mut snapshot).await?;
    let position = checkpoints.iter().map(|checkpoint| checkpoint.position).max().unwrap_or(0);
    build(pool, schema, projections, position, progress).await?;
    let comparisons = compare(&mut snapshot, schema, projections, &checkpoints, position).await?;
    snapshot.commit().await?;
    let switched_at =
        if dry_run { None } else { Some(swap::switch(pool, schema, projections, position).await?) };
    if dry_run {
        let mut conn = pool.acquire().await?;
        sqlx::query(&format!("DROP SCHEMA IF EXISTS {schema} CASCADE")).execute(&mut *conn).await?;
    }
    Ok(Report { position, comparisons, switched_at })
}

/// Makes the tables of `projections` anew in `schema`, from the log up to `upto`.
pub async fn build(
    pool: &PgPool,
    schema: &str,
    projections: &[Projection],
    upto: i64,
    progress: Progress,
) -> Result<(), RebuildError> {
    let shards = fold(pool, upto, progress).await?;
    let mut conn = pool.acquire().await?;
    sqlx::query(&format!("DROP SCHEMA IF EXISTS {schema} CASCADE")).execute(&mut *conn).await?;
    sqlx::query(&format!("CREATE SCHEMA {schema}")).execute(&mut *conn).await?;
    drop(conn);
    let loads: Vec<BoxFuture<'_, Result<(), RebuildError>>> = projections
        .iter()
        .map(|&projection| load(pool, schema, projection, shards.clone()).boxed())
        .collect();
    // The big tables first and two at a time: the database has as much to do as we have.
    futures_util::stream::iter(loads).buffer_unordered(2).try_collect().await
}

/// Reads the log in order and folds it by stream.
async fn fold(pool: &PgPool, upto: i64, progress: Progress) -> Result<Shards, RebuildError> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut senders = Vec::new();
    let mut folds = Vec::new();
    for _ in 0..threads {
        let (sender, receiver) = mpsc::sync_channel::<Vec<Record>>(64);
        senders.push(sender);
        folds.push(tokio::task::spawn_blocking(move || fold_shard(&receiver)));
    }
    let read = read_log(pool, upto, &senders, &progress).await;
    drop(senders);
    let mut shards = Vec::new();
    for fold in folds {
        shards.push(Arc::new(fold.await.map_err(|_| RebuildError::Thread)??));
    }
    read?;
    Ok(shards)
}

async fn read_log(
    pool: &PgPool,
    upto: i64,
    senders: &[mpsc::SyncSender<Vec<Record>>],
    progress: &Progress,
) -> Result<(), RebuildError> {
    let mut conn = pool.acquire().await?;
    let mut handfuls: Vec<Vec<Record>> = senders.iter().map(|_| Vec::with_capacity(HANDFUL)).collect();
    let mut after = 0;
    while after < upto {
        let end = (after + RANGE).min(upto);
        let mut records = pin!(feed::read(&mut conn, after, end));
        while let Some(record) = records.try_next().await? {
            let shard = shard_of(&record, senders.len());
            handfuls[shard].push(record);
            if handfuls[shard].len() == HANDFUL {
                let full = std::mem::replace(&mut handfuls[shard], Vec::with_capacity(HANDFUL));
                hand(&senders[shard], full).await;
            }
        }
        after = end;
        progress(after, upto);
    }
    for (sender, rest) in senders.iter().zip(handfuls) {
        hand(sender, rest).await;
    }
    Ok(())
}

/// A thread that died has closed its channel; its error is what the caller will see.
async fn hand(sender: &mpsc::SyncSender<Vec<Record>>, mut records: Vec<Record>) {
    while let Err(mpsc::TrySendError::Full(back)) = sender.try_send(records) {
        records = back;
        tokio::time::sleep(std::time::Duration::from_micros(200)).await;
    }
}

fn shard_of(record: &Record, shards: usize) -> usize {
    record.aggregate_id().bytes().fold(0usize, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()))
        % shards
}

fn fold_shard(records: &mpsc::Receiver<Vec<Record>>) -> Result<Vec<(StreamId, Folded)>, FeedError> {
    let mut streams: HashMap<StreamId, Folded> = HashMap::new();
    while let Ok(handful) = records.recv() {
        for record in handful {
            let stream = record.stream()?;
            let folded = streams
                .entry(stream)
                .or_insert_with(|| Folded { sequence: 0, state: State::empty(stream.kind) });
            folded.state.apply(record.event()?);
            folded.sequence = record.sequence;
        }
    }
    let mut sorted: Vec<_> = streams.into_iter().collect();
    sorted.sort_unstable_by_key(|(stream, _)| *stream);
    Ok(sorted)
}

/// Makes one table and fills it.
async fn load(
    pool: &PgPool,
    schema: &str,
    projection: Projection,
    shards: Shards,
) -> Result<(), RebuildError> {
    let mut tx = pool.begin().await?;
    swap::create_table(&mut tx, schema, projection).await?;
    let (sender, mut chunks) = tokio::sync::mpsc::channel::<BytesMut>(4);
    let encode = tokio::task::spawn_blocking(move || encode(projection, &shards, &sender));
    let statement = format!("COPY {schema}.{} FROM STDIN (FREEZE)", projection.name());
    let mut copy = tx.copy_in_raw(&statement).await?;
    while let Some(chunk) = chunks.recv().await {
        copy.send(chunk).await?;
    }
    copy.finish().await?;
    encode.await.map_err(|_| RebuildError::Thread)?;
    swap::create_indexes(&mut tx, schema, projection).await?;
    tx.commit().await?;
    Ok(())
}

fn encode(projection: Projection, shards: &Shards, sender: &tokio::sync::mpsc::Sender<BytesMut>) {
    let mut chunk = BytesMut::with_capacity(CHUNK + CHUNK / 8);
    let (mut sums, mut counts, mut came) = (Sums::default(), Counts::default(), Came::default());
    for shard in shards {
        for (stream, folded) in shard.iter().filter(|(stream, _)| stream.kind == projection.reads()) {
            if projection == Projection::CallMetrics {
                sums.add(folded, 1);
            }
            if projection == Projection::LeadCounts {
                counts.add(folded, 1);
            }
            if projection == Projection::LeadMetrics {
                came.add(folded, 1);
            }
            projection.copy(*stream, folded, &mut chunk);
            if chunk.len() >= CHUNK {
                let full = std::mem::replace(&mut chunk, BytesMut::with_capacity(CHUNK + CHUNK / 8));
                if sender.blocking_send(full).is_err() {
                    return;
                }
            }
        }
    }
    sums.copy(&mut chunk);
    counts.copy(&mut chunk);
    came.copy(&mut chunk);
    let _ = sender.blocking_send(chunk);
}

/// Compares rebuilt rows with the live ones, both as of `position`: the snapshot still sees the live rows of then,
/// and rows loaded by `COPY FREEZE` are visible to everyone.
async fn compare(
    snapshot: &mut PgConnection,
    schema: &str,
    projections: &[Projection],
    checkpoints: &[Checkpoint],
    position: i64,
) -> Result<Vec<Comparison>, RebuildError> {
    let mut comparisons = Vec::new();
    for &projection in projections {
        let is_there =
            checkpoints.iter().any(|c| c.projection() == Some(projection) && c.position == position);
        let rebuilt = checksum::of(snapshot, schema, projection).await?;
        let live = if is_there { Some(checksum::of(snapshot, "live", projection).await?) } else { None };
        let (differing_rows, differing_keys) = match &live {
            Some(live) if *live != rebuilt => {
                checksum::differing(snapshot, "live", schema, projection).await?
            }
            Some(_) | None => (0, Vec::new()),
        };
        let projection = projection.name().to_owned();
        comparisons.push(Comparison { projection, live, rebuilt, differing_rows, differing_keys });
    }
    Ok(comparisons)
}
