//! Folding the whole log: read in order by one connection, folded by stream in as many threads as the machine has cores.

use super::Progress;
use super::RebuildError;
use crate::change::Folded;
use crate::feed::{FeedError, Record};
use crate::log_reader::LogReader;
use domain::stream::{State, StreamId};
use futures_util::TryStreamExt;
use sqlx::PgPool;
use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, mpsc};

/// Positions read by one `COPY`.
const RANGE: i64 = 100_000;
/// Records handed to a fold thread at once.
const HANDFUL: usize = 500;

/// The streams of a fold, by shard, in order of their ids.
pub(super) type Shards = Vec<Arc<Vec<(StreamId, Folded)>>>;

/// Reads the log up to `upto` and folds it by stream.
pub(super) async fn fold(pool: &PgPool, upto: i64, progress: &Progress) -> Result<Shards, RebuildError> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut senders = Vec::new();
    let mut folds = Vec::new();
    for _ in 0..threads {
        let (sender, receiver) = mpsc::sync_channel::<Vec<Record>>(64);
        senders.push(sender);
        folds.push(tokio::task::spawn_blocking(move || fold_shard(&receiver)));
    }
    let read = read_log(pool, upto, &senders, progress).await;
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
    let mut log = LogReader::open(pool).await?;
    let mut handfuls: Vec<Vec<Record>> = senders.iter().map(|_| Vec::with_capacity(HANDFUL)).collect();
    let mut after = 0;
    while after < upto {
        let end = (after + RANGE).min(upto);
        let mut records = pin!(log.read(after, end));
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
            let Some((stream, event)) = record.contents()? else { continue };
            let folded = streams
                .entry(stream)
                .or_insert_with(|| Folded { sequence: 0, state: State::empty(stream.kind) });
            if let Some(event) = event {
                if record.sequence != folded.sequence + 1 {
                    let (expected, found) = (folded.sequence + 1, record.sequence);
                    return Err(FeedError::Sequence { stream, expected, found });
                }
                folded.state.apply(event);
            } else {
                folded.state.pass_over();
            }
            folded.sequence = record.sequence;
        }
    }
    let mut sorted: Vec<_> = streams.into_iter().collect();
    sorted.sort_unstable_by_key(|(stream, _)| *stream);
    Ok(sorted)
}
