//! `GET /api/numbers/stats`: how many numbers there are of each status; an agent's are their own.

use super::caller::Member;
use super::reject::Rejected;
use super::words;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use domain::status::PanelStatus;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
#[schema(as = NumberStats)]
pub struct Reply {
    total: i64,
    by_status: BTreeMap<&'static str, i64>,
}

#[utoipa::path(
    get, path = "/api/numbers/stats", operation_id = "get_number_stats", tag = "numbers",
    summary = "How many of each status",
    responses((status = 200, body = Reply)),
)]
pub async fn handler(State(app): State<App>, member: Member) -> Result<Json<Reply>, Rejected> {
    let counts = app.ledger.views().lead_counts(member.only()).await.map_err(|error| member.failed(error))?;
    let of = |status: &PanelStatus| {
        counts.iter().find(|(word, _)| word == status.as_str()).map_or(0, |(_, count)| *count)
    };
    let by_status = PanelStatus::ALL.iter().map(|status| (words::status(*status), of(status))).collect();
    let total: i64 = counts.iter().map(|(_, count)| count).sum();
    Ok(Json(Reply { total, by_status }))
}
