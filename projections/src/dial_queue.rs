//! Whom to dial next? One row for each lead that waits; what is due is worked out when read.

use crate::Views;
use crate::change::Folded;
use crate::row::row;
use chrono::{DateTime, Utc};
use domain::lead::schedule::TOP_PRIORITY;
use domain::status::QueueState;
use domain::stream::StreamId;
use uuid::Uuid;

/// The rank of a lead that goes before all others: those of `QueueState::rank` begin at 0 (C-21).
const RANK_FIRST: i16 = -1;

row! {
    /// A lead that waits to be dialed. A leased one is due when its lease ends.
    QueueRow in "dial_queue" {
        lead_id: Uuid = "uuid",
        num: i64 = "bigint",
        phone: String = "text",
        phone_key: String = "text",
        rank: i16 = "smallint",
        priority: i16 = "smallint",
        due_at: DateTime<Utc> = "timestamptz",
        agent_id: Option<Uuid> = "uuid",
        any_hour: bool = "boolean",
    }
}

/// The row of a lead that waits; none for closed, suppressed (C-44) and deleted ones, those
/// without a number that may be dialed, and other streams.
pub fn rows(stream: StreamId, folded: &Folded) -> Vec<QueueRow> {
    let Some(lead) = folded.state.as_lead() else { return Vec::new() };
    let queue = lead.queue();
    let (Some(phone), None) = (&lead.person.phone, lead.deleted_at) else { return Vec::new() };
    let Some(phone_key) = phone.e164.clone() else { return Vec::new() };
    let is_over = queue.state == QueueState::Closed || lead.is_spent() || lead.is_full();
    if is_over || lead.is_suppressed() {
        return Vec::new();
    }
    // To go before all others is said of one call: afterwards the lead waits like any other.
    let (rank, priority) = match (lead.goes_first(), lead.priority) {
        (true, priority) => (RANK_FIRST, priority),
        (false, TOP_PRIORITY) => (queue.state.rank(), 0),
        (false, priority) => (queue.state.rank(), priority),
    };
    let lease_ends = lead.lease.as_ref().map_or(queue.due_at, |lease| lease.expires_at);
    vec![QueueRow {
        lead_id: stream.id,
        num: lead.num,
        phone: phone.raw.clone(),
        phone_key,
        rank,
        priority,
        due_at: queue.due_at.max(lease_ends),
        agent_id: lead.agent_id.map(|id| id.0),
        any_hour: lead.hours_overridden_at.is_some(),
    }]
}

/// Hops from one (rank, priority) to the next by the index, then takes the head of each: the cost follows the number
/// of rows wanted, not the length of the queue.
const DUE: &str = "
WITH RECURSIVE lane AS (
    (SELECT rank, priority FROM dial_queue ORDER BY rank, priority DESC LIMIT 1)
    UNION ALL
    SELECT next.rank, next.priority FROM lane CROSS JOIN LATERAL (
        (SELECT q.rank, q.priority FROM dial_queue q WHERE q.rank = lane.rank AND q.priority < lane.priority
         ORDER BY q.rank, q.priority DESC LIMIT 1)
        UNION ALL
        (SELECT q.rank, q.priority FROM dial_queue q WHERE q.rank > lane.rank
         ORDER BY q.rank, q.priority DESC LIMIT 1)
        LIMIT 1
    ) next
)
SELECT due.lead_id, due.num, due.phone, due.phone_key, due.rank, due.priority, due.due_at, due.agent_id,
       due.any_hour
FROM lane CROSS JOIN LATERAL (
    SELECT q.lead_id, q.num, q.phone, q.phone_key, q.rank, q.priority, q.due_at, q.agent_id, q.any_hour
    FROM dial_queue q
    WHERE q.rank = lane.rank AND q.priority = lane.priority AND q.due_at <= $1
        AND (q.agent_id IS NULL OR q.any_hour OR q.agent_id <> ALL ($3))
        AND ($4::uuid[] IS NULL OR q.agent_id = ANY ($4))
        AND NOT EXISTS (SELECT 1 FROM keys k WHERE k.kind IN ('suppressed', 'lease') AND k.key = q.phone_key
                        AND (k.until IS NULL OR k.until > $1))
    ORDER BY q.due_at, q.num LIMIT $2
) due
ORDER BY due.rank, due.priority DESC, due.due_at, due.num
LIMIT $2";

impl Views {
    /// Up to `limit` leads that are due at `now`, in the order of C-19, but for those of the agents `closed` and those
    /// whose phone is banned or being dialed on another lead: they must not stand in the others' way. `only`: of
    /// these agents. Reads plainly: nothing is locked.
    pub async fn due(
        &self,
        now: DateTime<Utc>,
        limit: i64,
        closed: &[Uuid],
        only: Option<&[Uuid]>,
    ) -> Result<Vec<QueueRow>, sqlx::Error> {
        sqlx::query_as(DUE).bind(now).bind(limit).bind(closed).bind(only).fetch_all(&self.by_key).await
    }
}
