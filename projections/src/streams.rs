//! What is a stream now, or what was it at some position? Many at once, by one statement.

use crate::change::Folded;
use crate::feed::FeedError;
use domain::ids::AnyId;
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

/// Loads the leads of these numbers, as they are.
pub async fn load_by_num(
    conn: &mut PgConnection,
    nums: &[i64],
) -> Result<Vec<(StreamId, Folded)>, FeedError> {
    let rows: Vec<StoredRow> = sqlx::query_as(
        "SELECT e.aggregate_id, e.sequence, e.event_type, e.event_version, e.payload::text \
         FROM lead l JOIN events e ON e.aggregate_type = 'lead' AND e.aggregate_id = l.id::text \
         WHERE l.num = ANY($1) ORDER BY e.aggregate_id, e.sequence",
    )
    .bind(nums)
    .fetch_all(conn)
    .await?;
    let mut found = HashMap::new();
    fold(StreamKind::Lead, rows, &mut found)?;
    Ok(found.into_iter().collect())
}

/// Aggregate id, sequence, type, version, payload.
type StoredRow = (String, i64, String, String, String);

async fn load_kind(
    conn: &mut PgConnection,
    kind: StreamKind,
    ids: &[StreamId],
    upto: Option<i64>,
    found: &mut HashMap<StreamId, Folded>,
) -> Result<(), FeedError> {
    let names: Vec<String> = ids.iter().map(StreamId::aggregate_id).collect();
    let rows: Vec<StoredRow> = sqlx::query_as(
        "SELECT aggregate_id, sequence, event_type, event_version, payload::text FROM events \
         WHERE aggregate_type = $1 AND aggregate_id = ANY($2) AND position <= $3 \
         ORDER BY aggregate_id, sequence",
    )
    .bind(kind.as_str())
    .bind(&names)
    .bind(upto.unwrap_or(i64::MAX))
    .fetch_all(conn)
    .await?;
    fold(kind, rows, found)
}

fn fold(
    kind: StreamKind,
    rows: Vec<StoredRow>,
    found: &mut HashMap<StreamId, Folded>,
) -> Result<(), FeedError> {
    for (aggregate_id, sequence, name, version, payload) in rows {
        let Some(stream) = StreamId::read(kind.as_str(), &aggregate_id) else { continue };
        let event = stored::decode(kind, &name, &version, &payload)
            .map_err(|problem| FeedError::Unreadable { stream, sequence, problem })?;
        let folded = found.entry(stream).or_insert_with(|| Folded { sequence: 0, state: State::empty(kind) });
        folded.state.apply(event);
        folded.sequence = sequence;
    }
    Ok(())
}

/// An event as stored.
#[derive(Clone, Debug, serde::Serialize, sqlx::FromRow)]
pub struct StoredEvent {
    pub position: i64,
    pub recorded_at: chrono::DateTime<chrono::Utc>,
    pub event_id: uuid::Uuid,
    pub sequence: i64,
    pub event_type: String,
    pub event_version: String,
    pub payload: serde_json::Value,
    pub metadata: serde_json::Value,
}

/// Everything ever said of a lead.
#[derive(Clone, Debug, serde::Serialize)]
pub struct LeadHistory {
    pub lead_id: uuid::Uuid,
    pub num: i64,
    pub events: Vec<StoredEvent>,
}

/// An event and the lead it belongs to, as one statement finds both.
#[derive(sqlx::FromRow)]
struct HistoryRow {
    lead_id: uuid::Uuid,
    num: i64,
    #[sqlx(flatten)]
    event: StoredEvent,
}

macro_rules! select_history {
    ($condition:literal) => {
        concat!(
            "SELECT l.id AS lead_id, l.num, e.position, e.recorded_at, e.event_id, e.sequence, e.event_type, ",
            "e.event_version, e.payload, e.metadata FROM lead l JOIN events e ON e.aggregate_type = 'lead' ",
            "AND e.aggregate_id = l.id::text WHERE ",
            $condition,
            " ORDER BY e.sequence LIMIT 10000"
        )
    };
}

impl crate::Views {
    /// Everything ever said of a lead, in order, by any of its ids.
    pub async fn lead_history(&self, id: AnyId) -> Result<Option<LeadHistory>, sqlx::Error> {
        let query = match id {
            AnyId::Num(num) => sqlx::query_as(select_history!("l.num = $1")).bind(num),
            AnyId::Uuid(id) => sqlx::query_as(select_history!("l.id = $1")).bind(id),
            AnyId::Oid { first, last } => {
                sqlx::query_as(select_history!("l.id BETWEEN $1 AND $2")).bind(first).bind(last)
            }
        };
        let rows: Vec<HistoryRow> = query.fetch_all(&self.pool).await?;
        let Some((lead_id, num)) = rows.first().map(|row| (row.lead_id, row.num)) else { return Ok(None) };
        Ok(Some(LeadHistory { lead_id, num, events: rows.into_iter().map(|row| row.event).collect() }))
    }
}
