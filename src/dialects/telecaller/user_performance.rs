//! `GET /api/users/:id/performance`: what one user did: the figures of their page, and day by day (F16). Dates as in
//! `/api/dashboard/performance`; the six figures are about all time, as on the user's own page.

use super::caller::Caller;
use super::performance::{Performance, performance};
use super::reject::{Reject, Rejected};
use super::user::{self, Figures, Name, figures};
use crate::http::path::Named;
use crate::http::query::Members;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use projections::agents::AgentRow;
use serde::Serialize;
use serde_json::{Map, Value};

#[derive(Serialize)]
pub struct Reply {
    success: bool,
    user: Name,
    performance: Done,
    /// The figures once more: the web application reads them here.
    #[serde(flatten)]
    beside: Figures,
}

#[derive(Serialize)]
struct Done {
    #[serde(flatten)]
    figures: Figures,
    #[serde(flatten)]
    days: Performance,
}

pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named,
    Members(query): Members,
) -> Result<Json<Reply>, Rejected> {
    let row = user::find(&app, &caller, &id).await?;
    done(&app, &caller, &row, &query).await.map(Json).map_err(|reject| caller.reject(reject))
}

async fn done(
    app: &App,
    caller: &Caller,
    row: &AgentRow,
    query: &Map<String, Value>,
) -> Result<Reply, Reject> {
    let days = performance(app, caller, query, Some(row.id)).await?;
    let figures = figures(app, &[row.id]).await?.remove(&row.id).unwrap_or_default();
    let performance = Done { figures: figures.clone(), days };
    Ok(Reply { success: true, user: row.into(), performance, beside: figures })
}
