//! What was ever said of a lead? Its events as they were stored, found by any of its ids.

use crate::Views;
use crate::together::Lookup;
use domain::ids::AnyId;
use serde_json::value::RawValue;
use sqlx::PgPool;
use sqlx::types::Json;
use std::collections::HashMap;
use uuid::Uuid;

/// An event as stored.
#[derive(Clone, Debug, serde::Serialize, sqlx::FromRow)]
pub struct StoredEvent {
    pub position: i64,
    pub recorded_at: chrono::DateTime<chrono::Utc>,
    pub event_id: Uuid,
    pub sequence: i64,
    pub event_type: String,
    pub event_version: String,
    /// Byte for byte, as its hash covers it.
    pub payload: Json<Box<RawValue>>,
    pub metadata: Json<Box<RawValue>>,
}

/// Everything ever said of a lead.
#[derive(Clone, Debug, serde::Serialize)]
pub struct LeadHistory {
    pub lead_id: Uuid,
    pub num: i64,
    pub events: Vec<StoredEvent>,
}

/// An event, the lead it belongs to, and which of the ids asked for that is, from 1.
#[derive(sqlx::FromRow)]
struct HistoryRow {
    asked: i64,
    lead_id: Uuid,
    num: i64,
    #[sqlx(flatten)]
    event: StoredEvent,
}

/// A UUID is the range of itself, an oid a range of UUIDs; a number is no range.
const SELECT: &str = "SELECT k.asked, l.id AS lead_id, l.num, e.position, e.recorded_at, e.event_id, e.sequence, \
    e.event_type, e.event_version, e.payload, e.metadata \
    FROM unnest($1::bigint[], $2::uuid[], $3::uuid[]) WITH ORDINALITY AS k(num, first, last, asked) \
    CROSS JOIN LATERAL (SELECT id, num FROM lead WHERE num = k.num UNION ALL \
                        SELECT id, num FROM lead WHERE id BETWEEN k.first AND k.last) AS l \
    CROSS JOIN LATERAL (SELECT * FROM events WHERE aggregate_type = 'lead' AND aggregate_id = l.id::text \
                        ORDER BY sequence LIMIT 10000) AS e \
    ORDER BY k.asked, e.sequence";

/// Finds histories, those asked for at the same time with one statement.
#[derive(Debug)]
pub(crate) struct Histories;

impl Lookup for Histories {
    type Key = AnyId;
    type Found = LeadHistory;

    async fn find(&self, pool: &PgPool, ids: &[AnyId]) -> Result<HashMap<AnyId, LeadHistory>, sqlx::Error> {
        let (mut nums, mut firsts, mut lasts) = (Vec::new(), Vec::new(), Vec::new());
        for id in ids {
            let (num, first, last) = match *id {
                AnyId::Num(num) => (Some(num), None, None),
                AnyId::Uuid(id) => (None, Some(id), Some(id)),
                AnyId::Oid { first, last } => (None, Some(first), Some(last)),
            };
            nums.push(num);
            firsts.push(first);
            lasts.push(last);
        }
        let rows: Vec<HistoryRow> =
            sqlx::query_as(SELECT).bind(nums).bind(firsts).bind(lasts).fetch_all(pool).await?;
        let mut found: HashMap<AnyId, LeadHistory> = HashMap::with_capacity(ids.len());
        for HistoryRow { asked, lead_id, num, event } in rows {
            let Some(id) = usize::try_from(asked - 1).ok().and_then(|index| ids.get(index)) else { continue };
            let history =
                found.entry(*id).or_insert_with(|| LeadHistory { lead_id, num, events: Vec::new() });
            // Two leads of one oid: the first is meant.
            if history.lead_id == lead_id {
                history.events.push(event);
            }
        }
        Ok(found)
    }
}

impl Views {
    /// Everything ever said of a lead, in order, by any of its ids.
    pub async fn lead_history(&self, id: AnyId) -> Result<Option<LeadHistory>, sqlx::Error> {
        self.histories.find(&self.by_key, id).await
    }
}
