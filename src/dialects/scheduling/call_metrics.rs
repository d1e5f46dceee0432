//! `GET /api/v1/calls/metrics`: sums over calls, by agent and days (B-082, B-083, C-26).

use super::call_history::asked;
use super::caller::Member;
use super::reject::Rejected;
use crate::http::fields::Fields;
use crate::http::query::Members;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use domain::quotient::tenths;
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
#[schema(as = CallMetrics)]
pub struct Reply {
    total_calls: i64,
    answered_calls: i64,
    no_answer_calls: i64,
    failed_calls: i64,
    /// Of a hundred calls, to one decimal.
    pickup_rate: f64,
    average_attempts_per_lead: f64,
    active_agents: i64,
}

#[utoipa::path(
    get, path = "/api/v1/calls/metrics", operation_id = "get_call_metrics", tag = "calls",
    summary = "Sums over calls",
    params(("agent_id" = Option<String>, Query), ("start_date" = Option<String>, Query, format = Date), ("end_date" = Option<String>, Query, format = Date), ("tz" = Option<String>, Query, description = "zone of the days; the ledger's", example = "Europe/London"), ("as_of" = Option<String>, Query, description = "the name of read models made by lead-ledger rebuild --as-of")),
    responses((status = 200, body = Reply)),
)]
pub async fn handler(
    State(app): State<App>,
    member: Member,
    Members(query): Members,
) -> Result<Json<Reply>, Rejected> {
    let asked = asked(&app, Fields::of_query(&query)).await;
    let (views, filter) = asked.map_err(|reject| member.reject(reject))?;
    let metrics = views.call_metrics(&filter).await.map_err(|error| member.failed(error))?;
    let total = metrics.answered + metrics.no_answer + metrics.failed;
    Ok(Json(Reply {
        total_calls: total,
        answered_calls: metrics.answered,
        no_answer_calls: metrics.no_answer,
        failed_calls: metrics.failed,
        pickup_rate: tenths(metrics.answered * 100, total) as f64 / 10.0,
        average_attempts_per_lead: tenths(total, metrics.leads) as f64 / 10.0,
        active_agents: metrics.agents,
    }))
}
