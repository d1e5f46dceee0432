//! `GET /api/numbers/stats`: how many numbers there are of each status, all or those that the list's filters select (the web
//! application shows `total` beside a filtered page). An agent's are their own, a supervisor's their team's.

use super::caller::Member;
use super::reject::{Reject, Rejected};
use super::selection::Selection;
use super::words;
use crate::http::query::Members;
use crate::ledger::RecordError;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use domain::status::PanelStatus;
use serde::Serialize;
use serde_json::{Map, Value};
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
    params(("status" = Option<String>, Query), ("search" = Option<String>, Query), ("agent_id" = Option<String>, Query), ("start_date" = Option<String>, Query), ("end_date" = Option<String>, Query)),
    responses((status = 200, body = Reply)),
)]
pub async fn handler(
    State(app): State<App>,
    member: Member,
    Members(query): Members,
) -> Result<Json<Reply>, Rejected> {
    count(&app, &query, &member).await.map(Json).map_err(|reject| member.reject(reject))
}

async fn count(app: &App, fields: &Map<String, Value>, member: &Member) -> Result<Reply, Reject> {
    let Selection { filter, .. } = Selection::read(app, fields, &member.reach).await?;
    let counts = app.ledger.views().leads_by_status(&filter).await.map_err(RecordError::from)?;
    let of = |status: &PanelStatus| {
        counts.iter().find(|(word, _)| word == status.as_str()).map_or(0, |(_, count)| *count)
    };
    let by_status = PanelStatus::ALL.iter().map(|status| (words::status(*status), of(status))).collect();
    let total: i64 = counts.iter().map(|(_, count)| count).sum();
    Ok(Reply { total, by_status })
}
