//! What is a stream now, or what was it at some position? Many at once, by one statement.

use crate::change::Folded;
use crate::feed::FeedError;
use domain::stored;
use domain::stream::{State, StreamId, StreamKind};
use sqlx::postgres::PgConnection;
use std::collections::{BTreeMap, HashMap};

/// Loads the streams that exist, as they were at position `upto` (`None`: as they are).
pub async fn load(
    conn: &mut PgConnection,
    ids: &[StreamId],
    upto: Option<i64>,
) -> Result<HashMap<StreamId, Folded>, FeedError> {
    let mut by_kind: BTreeMap<StreamKind, Vec<StreamId>> = BTreeMap::new();
    for id in ids {
        by_kind.entry(id.kind).or_default().push(*id);
    }
    let mut found = HashMap::with_capacity(ids.len());
    for (kind, ids) in by_kind {
        load_kind(conn, kind, &ids, upto, &mut found).await?;
    }
    Ok(found)
}

async fn load_kind(
    conn: &mut PgConnection,
    kind: StreamKind,
    ids: &[StreamId],
    upto: Option<i64>,
    found: &mut HashMap<StreamId, Folded>,
) -> Result<(), FeedError> {
    let names: Vec<String> = ids.iter().map(StreamId::aggregate_id).collect();
    let rows: Vec<(String, i64, String, String, String)> = sqlx::query_as(
        "SELECT aggregate_id, sequence, event_type, event_version, payload::text FROM events \
         WHERE aggregate_type = $1 AND aggregate_id = ANY($2) AND position <= $3 \
         ORDER BY aggregate_id, sequence",
    )
    .bind(kind.as_str())
    .bind(&names)
    .bind(upto.unwrap_or(i64::MAX))
    .fetch_all(conn)
    .await?;
    for (aggregate_id, sequence, name, version, payload) in rows {
        let Some(stream) = StreamId::read(kind.as_str(), &aggregate_id) else { continue };
        let event = stored::decode(kind, &name, &version, &payload)
            .map_err(|problem| FeedError::Stored { position: upto.unwrap_or_default(), problem })?;
        let folded = found.entry(stream).or_insert_with(|| Folded { sequence: 0, state: State::empty(kind) });
        folded.state.apply(event);
        folded.sequence = sequence;
    }
    Ok(())
}
