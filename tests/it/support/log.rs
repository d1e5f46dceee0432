//! The log as other writers fill it: plain `INSERT`, as stock `postgres-es` does.

use sqlx::PgPool;
use uuid::Uuid;

/// Adds an event at the end of a lead's stream, as stock code does.
pub async fn insert(pool: &PgPool, lead: Uuid, event_type: &str, payload: &str) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar(
        "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata) \
         SELECT 'lead', $1, max(sequence) + 1, $2, '1.0', $3::json, '{}' FROM events \
         WHERE aggregate_type = 'lead' AND aggregate_id = $1 RETURNING position",
    )
    .bind(lead.to_string())
    .bind(event_type)
    .bind(payload)
    .fetch_one(pool)
    .await
}

/// Adds so many notes of 24 KiB to each of the leads 1 to `leads`: a log that no socket buffer holds.
pub async fn fill(pool: &PgPool, leads: i64, notes: i64) {
    sqlx::query(
        "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata) \
         SELECT 'lead', l.id::text, h.sequence + n, 'note_added', '1.0', json_build_object('note_added', \
         json_build_object('at', '2025-03-01T08:30:00Z', 'person', json_build_object('text', repeat('x', 24576)))), '{}' \
         FROM live.lead l CROSS JOIN generate_series(1, $2) n, \
         LATERAL (SELECT max(e.sequence) AS sequence FROM events e WHERE e.aggregate_id = l.id::text) h \
         WHERE l.num <= $1 ORDER BY l.num, n",
    )
    .bind(leads)
    .bind(notes)
    .execute(pool)
    .await
    .unwrap();
}
