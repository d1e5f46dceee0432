//! Stock code: plain `postgres-es` beside the service, by `INSERT`, with a clock of its own.

use super::History;
use super::journal::{Answer, Entry, written};
use super::plan::Stock;
use crate::support::log;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// How long its keys are waited for.
const SETTLED_MAX: Duration = Duration::from_secs(1);

/// Writes an event, and waits a while until its keys are settled: from then on everybody knows a ban.
pub async fn write(history: &History, number: i64, what: Stock, skew: i64, entry: &mut Entry) {
    let found: Option<Uuid> = sqlx::query_scalar(
        "SELECT aggregate_id::uuid FROM events WHERE event_type = 'lead_captured' AND aggregate_type = 'lead' \
         AND payload -> 'lead_captured' ->> 'num' = $1",
    )
    .bind(number.to_string())
    .fetch_optional(&history.pool)
    .await
    .unwrap();
    let Some(lead) = found else { return };
    let at = written(history.began + chrono::Duration::seconds(skew));
    let policy = json!({ "max_attempts": 3, "retry_delay_minutes": 60 });
    let (name, event) = match what {
        Stock::Status(status) => {
            ("panel_status_set", json!({ "at": at, "status": status, "policy": policy }))
        }
        Stock::Requeue => ("lead_requeued", json!({ "at": at })),
        Stock::Note => ("note_added", json!({ "at": at, "person": { "text": entry.tag } })),
    };
    let mut payload = Value::Null;
    payload[name] = event;
    // Somebody else took the sequence: that is a conflict, which stock code answers too.
    let Ok(position) = log::insert(&history.pool, lead, name, &payload.to_string()).await else {
        entry.answers.push(Answer::Refused(409));
        return;
    };
    entry.answers.push(Answer::Done(Value::Null));
    let until = Instant::now() + SETTLED_MAX;
    let mut settled = None;
    while settled.is_none() && Instant::now() < until {
        settled = sqlx::query_scalar(
            "SELECT max(position) FROM events HAVING NOT EXISTS (SELECT 1 FROM unsettled WHERE aggregate_id = $1)",
        )
        .bind(lead.to_string())
        .fetch_optional(&history.pool)
        .await
        .unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    entry.stock = Some((position, settled));
}
