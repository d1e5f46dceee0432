//! `GET /api/v1/ledger/dead-letters?all=&after=&limit=`: reports that no lead could be found for, oldest first.

use super::caller::Reader;
use super::reject::{Reject, Rejected};
use crate::http::fields::Fields;
use crate::http::query::Members;
use crate::http::values;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use projections::dead_letters::DeadLetterRow;
use serde::Serialize;

const LIMIT_MAX: i64 = 1_000;

#[derive(Serialize)]
pub struct Reply {
    dead_letters: Vec<Item>,
    /// Give it as `after` to go on; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<i64>,
}

/// A dead letter.
#[derive(Serialize)]
pub struct Item {
    id: uuid::Uuid,
    num: i64,
    dialect: String,
    reason: String,
    body: String,
    received_at: String,
    resolved_at: Option<String>,
    resolution: Option<String>,
    lead_id: Option<uuid::Uuid>,
}

/// Words one.
pub fn item(row: DeadLetterRow) -> Item {
    let instant = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    Item {
        id: row.id,
        num: row.num,
        dialect: row.dialect,
        reason: row.reason,
        body: row.body,
        received_at: instant(row.received_at),
        resolved_at: row.resolved_at.map(instant),
        resolution: row.resolution,
        lead_id: row.lead_id,
    }
}

pub async fn handler(
    State(app): State<App>,
    reader: Reader,
    Members(query): Members,
) -> Result<Json<Reply>, Rejected> {
    let number = |name: &'static str, default: i64| match Fields::of_query(&query).value(name) {
        None => Ok(default),
        Some(value) => values::integer(value).filter(|n| *n >= 0).ok_or_else(|| {
            reader.reject(Reject::Invalid { loc: ["query", name], msg: "Expected a whole number".to_owned() })
        }),
    };
    let limit = number("limit", 100)?.clamp(1, LIMIT_MAX);
    let include_resolved = query.get("all").and_then(values::boolean).unwrap_or(false);
    let rows = app
        .ledger
        .views()
        .dead_letters(include_resolved, number("after", 0)?, limit)
        .await
        .map_err(|error| reader.failed(error))?;
    let next = rows.last().map(|row| row.num).filter(|_| i64::try_from(rows.len()).unwrap_or(0) == limit);
    Ok(Json(Reply { dead_letters: rows.into_iter().map(item).collect(), next }))
}
