//! What is a stream now, or what was it at some position? Many at once, by one statement.

use crate::change::Folded;
use crate::feed::FeedError;
use domain::keys::Key;
use domain::stored;
use domain::stream::{State, StreamId, StreamKind};
use sqlx::postgres::PgConnection;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Events that are folded at once where they were asked for.
const FOLDED_HERE_MAX: usize = 2_000;

/// Loads the streams that exist, as they were at position `upto` (`None`: as they are).
pub async fn load(
    conn: &mut PgConnection,
    ids: &[StreamId],
    upto: Option<i64>,
) -> Result<HashMap<StreamId, Folded>, FeedError> {
    let mut by_kind: BTreeMap<StreamKind, Vec<StreamId>> = BTreeMap::new();
    // Each once: an event that came twice would be folded twice.
    for id in ids.iter().collect::<BTreeSet<_>>() {
        by_kind.entry(id.kind).or_default().push(*id);
    }
    let mut found = HashMap::with_capacity(ids.len());
    for (kind, ids) in by_kind {
        load_kind(conn, kind, &ids, upto, &mut found).await?;
    }
    Ok(found)
}

/// A stream as it was after its event of that sequence.
pub async fn load_upto(conn: &mut PgConnection, id: StreamId, sequence: i64) -> Result<Folded, FeedError> {
    let rows: Vec<StoredRow> = sqlx::query_as(
        "SELECT e.aggregate_id, e.sequence, e.event_type, e.event_version, e.payload::text, \
         e.position = ANY (ARRAY(SELECT s.position FROM set_aside s)) FROM events e \
         WHERE e.aggregate_type = $1 AND e.aggregate_id = $2 AND e.sequence <= $3 ORDER BY e.sequence",
    )
    .bind(id.kind.as_str())
    .bind(id.aggregate_id())
    .bind(sequence)
    .fetch_all(conn)
    .await?;
    let mut found = HashMap::new();
    fold(id.kind, rows, &mut found)?;
    Ok(found.remove(&id).unwrap_or_else(|| Folded { sequence: 0, state: State::empty(id.kind) }))
}

/// The last sequence of each of these streams, 0 where there is none.
pub async fn sequences(
    conn: &mut PgConnection,
    ids: &[StreamId],
) -> Result<HashMap<StreamId, i64>, sqlx::Error> {
    let rows: Vec<i64> = sqlx::query_scalar(
        "SELECT COALESCE((SELECT e.sequence FROM events e WHERE e.aggregate_type = s.type AND e.aggregate_id = s.id \
         ORDER BY e.sequence DESC LIMIT 1), 0) \
         FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS s(type, id, ordinal) ORDER BY s.ordinal",
    )
    .bind(ids.iter().map(|id| id.kind.as_str()).collect::<Vec<_>>())
    .bind(ids.iter().map(StreamId::aggregate_id).collect::<Vec<_>>())
    .fetch_all(conn)
    .await?;
    Ok(ids.iter().copied().zip(rows).collect())
}

/// Loads the leads of these integer ids, as they are: by the claims in `keys`, which are stored with the events.
pub async fn load_by_num(
    conn: &mut PgConnection,
    nums: &[i64],
) -> Result<Vec<(StreamId, Folded)>, FeedError> {
    let rows: Vec<StoredRow> = sqlx::query_as(
        "SELECT e.aggregate_id, e.sequence, e.event_type, e.event_version, e.payload::text, \
         e.position = ANY (ARRAY(SELECT s.position FROM set_aside s)) \
         FROM unnest($1::text[]) AS n(key) JOIN keys k ON k.kind = 'num' AND k.key = n.key \
         CROSS JOIN LATERAL (SELECT aggregate_id, sequence, event_type, event_version, payload, position FROM events \
                             WHERE aggregate_type = 'lead' AND aggregate_id = k.holder ORDER BY sequence) AS e \
         ORDER BY e.aggregate_id, e.sequence",
    )
    .bind(nums.iter().map(|num| Key::num(StreamKind::Lead, *num).key).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>())
    .fetch_all(conn)
    .await?;
    Ok(fold_apart(StreamKind::Lead, rows).await?.into_iter().collect())
}

/// Aggregate id, sequence, type, version, payload, and whether it is set aside.
type StoredRow = (String, i64, String, String, String, bool);

async fn load_kind(
    conn: &mut PgConnection,
    kind: StreamKind,
    ids: &[StreamId],
    upto: Option<i64>,
    found: &mut HashMap<StreamId, Folded>,
) -> Result<(), FeedError> {
    let names: Vec<String> = ids.iter().map(StreamId::aggregate_id).collect();
    let rows: Vec<StoredRow> = sqlx::query_as(
        // A probe for each stream, whatever the planner thinks of arrays and of positions.
        "SELECT e.aggregate_id, e.sequence, e.event_type, e.event_version, e.payload::text, \
         e.position = ANY (ARRAY(SELECT s.position FROM set_aside s)) \
         FROM unnest($2::text[]) AS k(id) \
         CROSS JOIN LATERAL (SELECT aggregate_id, sequence, event_type, event_version, payload, position FROM events \
                             WHERE aggregate_type = $1 AND aggregate_id = k.id ORDER BY sequence) AS e \
         WHERE e.position <= $3 ORDER BY e.aggregate_id, e.sequence",
    )
    .bind(kind.as_str())
    .bind(&names)
    .bind(upto.unwrap_or(i64::MAX))
    .fetch_all(conn)
    .await?;
    found.extend(fold_apart(kind, rows).await?);
    Ok(())
}

/// Folds many rows apart from the threads that answer requests: a long stream takes a while.
async fn fold_apart(kind: StreamKind, rows: Vec<StoredRow>) -> Result<HashMap<StreamId, Folded>, FeedError> {
    let is_short = rows.len() <= FOLDED_HERE_MAX;
    let folding = move || {
        let mut found = HashMap::new();
        fold(kind, rows, &mut found).map(|()| found)
    };
    if is_short {
        return folding();
    }
    tokio::task::spawn_blocking(folding).await.map_err(|_| sqlx::Error::WorkerCrashed)?
}

fn fold(
    kind: StreamKind,
    rows: Vec<StoredRow>,
    found: &mut HashMap<StreamId, Folded>,
) -> Result<(), FeedError> {
    for (aggregate_id, sequence, name, version, payload, is_set_aside) in rows {
        let Some(stream) = StreamId::read(kind.as_str(), &aggregate_id) else { continue };
        let folded = found.entry(stream).or_insert_with(|| Folded { sequence: 0, state: State::empty(kind) });
        if sequence != folded.sequence + 1 && !is_set_aside {
            return Err(FeedError::Sequence { stream, expected: folded.sequence + 1, found: sequence });
        }
        folded.sequence = sequence;
        if is_set_aside {
            folded.state.pass_over();
        } else {
            let event = stored::decode(kind, &name, &version, &payload)
                .map_err(|problem| FeedError::Unreadable { stream, sequence, problem })?;
            folded.state.apply(event);
        }
    }
    Ok(())
}
