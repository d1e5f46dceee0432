//! `GET /api/dashboard`: everything that the web application's first page shows, in one answer (F16): the overview, the performance
//! and the distributions of `/api/dashboard/overview`, `/performance` and `/leads`. The overview's figures also lie at the top.

use super::caller::Caller;
use super::lead_analytics::analytics;
use super::overview::{Overview, overview};
use super::performance::{Performance, performance};
use super::reject::{Reject, Rejected};
use crate::http::query::Members;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::{Map, Value};

#[derive(Serialize)]
pub struct Reply {
    success: bool,
    overview: Overview,
    performance: Performance,
    leads: Value,
    #[serde(flatten)]
    beside: Overview,
}

pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Members(query): Members,
) -> Result<Json<Reply>, Rejected> {
    dashboard(&app, &caller, &query).await.map(Json).map_err(|reject| caller.reject(reject))
}

async fn dashboard(app: &App, caller: &Caller, query: &Map<String, Value>) -> Result<Reply, Reject> {
    let overview = overview(app, caller).await?;
    let performance = performance(app, caller, query, None).await?;
    let leads = analytics(app, caller).await?;
    Ok(Reply { success: true, beside: overview.clone(), overview, performance, leads })
}
