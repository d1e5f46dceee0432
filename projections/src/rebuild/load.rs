//! Loading rebuilt rows: one `COPY FREEZE` a table in the transaction that makes it, then its indexes. Each on a connection that
//! belongs to no pool: a `COPY` that is broken off leaves it of no use.

use super::fold::Shards;
use super::{RebuildError, swap};
use crate::call_metrics::Sums;
use crate::key_rows;
use crate::lead_counts::Counts;
use crate::lead_metrics::Came;
use crate::projection::Projection;
use bytes::BytesMut;
use sqlx::postgres::PgConnection;
use sqlx::{Connection, PgPool};
use tokio::sync::mpsc;

/// Bytes sent to the database at once.
const CHUNK: usize = 1 << 20;

/// Makes the table of a read model and fills it.
pub(super) async fn load(
    pool: &PgPool,
    schema: &str,
    projection: Projection,
    shards: Shards,
) -> Result<(), RebuildError> {
    let mut conn = pool.acquire().await?.detach();
    let mut tx = conn.begin().await?;
    swap::create_table(&mut tx, schema, projection).await?;
    let table = format!("{schema}.{}", projection.name());
    copy_in(&mut tx, &table, move |sender| encode(projection, &shards, sender)).await?;
    swap::create_indexes(&mut tx, schema, projection).await?;
    tx.commit().await?;
    Ok(())
}

/// Makes the table of the keys that follow from the log and fills it.
pub(super) async fn load_keys(pool: &PgPool, schema: &str, shards: Shards) -> Result<(), RebuildError> {
    let mut conn = pool.acquire().await?.detach();
    let mut tx = conn.begin().await?;
    key_rows::create_table(&mut tx, schema).await?;
    let encode = move |sender: &mpsc::Sender<BytesMut>| {
        let mut chunk = BytesMut::with_capacity(CHUNK + CHUNK / 8);
        for (stream, folded) in shards.iter().flat_map(|shard| shard.iter()) {
            key_rows::copy(*stream, folded, &mut chunk);
            if chunk.len() >= CHUNK && !send_full(&mut chunk, sender) {
                return;
            }
        }
        let _ = sender.blocking_send(chunk);
    };
    copy_in(&mut tx, &format!("{schema}.folded_keys"), encode).await?;
    key_rows::create_index(&mut tx, schema).await?;
    tx.commit().await?;
    Ok(())
}

async fn copy_in(
    conn: &mut PgConnection,
    table: &str,
    encode: impl FnOnce(&mpsc::Sender<BytesMut>) + Send + 'static,
) -> Result<(), RebuildError> {
    let (sender, mut chunks) = mpsc::channel::<BytesMut>(4);
    let encoding = tokio::task::spawn_blocking(move || encode(&sender));
    let mut copy = conn.copy_in_raw(&format!("COPY {table} FROM STDIN (FREEZE)")).await?;
    while let Some(chunk) = chunks.recv().await {
        copy.send(chunk).await?;
    }
    copy.finish().await?;
    encoding.await.map_err(|_| RebuildError::Thread)
}

fn encode(projection: Projection, shards: &Shards, sender: &mpsc::Sender<BytesMut>) {
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
            if chunk.len() >= CHUNK && !send_full(&mut chunk, sender) {
                return;
            }
        }
    }
    sums.copy(&mut chunk);
    counts.copy(&mut chunk);
    came.copy(&mut chunk);
    let _ = sender.blocking_send(chunk);
}

/// False if nobody takes it any more.
fn send_full(chunk: &mut BytesMut, sender: &mpsc::Sender<BytesMut>) -> bool {
    let full = std::mem::replace(chunk, BytesMut::with_capacity(CHUNK + CHUNK / 8));
    sender.blocking_send(full).is_ok()
}
