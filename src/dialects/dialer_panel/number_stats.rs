//! `GET /api/numbers/stats`: how many numbers there are of each status; an agent's are their own.

use super::caller::Member;
use super::reject::Rejected;
use super::words;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use domain::status::PanelStatus;
use serde_json::{Map, Value, json};

pub async fn handler(State(app): State<App>, member: Member) -> Result<Json<Value>, Rejected> {
    let counts = app.ledger.views().lead_counts(member.only()).await.map_err(|error| member.failed(error))?;
    let of = |status: &PanelStatus| {
        counts.iter().find(|(word, _)| word == status.as_str()).map_or(0, |(_, count)| *count)
    };
    let by_status: Map<String, Value> = PanelStatus::ALL
        .iter()
        .map(|status| (words::status(*status).to_owned(), of(status).into()))
        .collect();
    let total: i64 = counts.iter().map(|(_, count)| count).sum();
    Ok(Json(json!({ "total": total, "by_status": by_status })))
}
