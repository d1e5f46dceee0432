//! `GET /api/dashboard/overview`: how things stand (B-158, C-26); of what the caller may see.

use super::caller::Caller;
use super::reject::{Reject, Rejected};
use super::user::percent;
use crate::ledger::RecordError;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use domain::status::Stage;
use serde::Serialize;
use serde_json::Value;

#[derive(Serialize)]
pub struct Reply {
    success: bool,
    overview: Overview,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Overview {
    total_leads: i64,
    new_leads: i64,
    contacted_leads: i64,
    converted_leads: i64,
    total_calls: i64,
    completed_calls: i64,
    active_telecallers: i64,
    conversion_rate: Value,
    success_rate: Value,
}

pub async fn handler(State(app): State<App>, caller: Caller) -> Result<Json<Reply>, Rejected> {
    let overview = overview(&app, &caller).await.map_err(|reject| caller.reject(reject))?;
    Ok(Json(Reply { success: true, overview }))
}

/// The figures of what the caller may see.
pub async fn overview(app: &App, caller: &Caller) -> Result<Overview, Reject> {
    let agents = caller.counted(app, None).await?;
    let agents = agents.as_deref();
    let views = app.ledger.views();
    let leads = views.lead_distribution(agents).await.map_err(RecordError::from)?;
    let (total_calls, completed_calls) = views.call_totals(agents).await.map_err(RecordError::from)?;
    let active_telecallers = views.active_telecallers(agents).await.map_err(RecordError::from)?;
    let of = |stages: &[Stage]| -> i64 {
        let is_one = |stage: &str| stages.is_empty() || stages.iter().any(|known| known.as_str() == stage);
        leads.iter().filter(|(stage, ..)| is_one(stage)).map(|(.., leads)| leads).sum()
    };
    let (total_leads, converted_leads) = (of(&[]), of(&[Stage::Converted]));
    Ok(Overview {
        total_leads,
        new_leads: of(&[Stage::New]),
        // A lost lead shows as contacted (C-16).
        contacted_leads: of(&[Stage::Contacted, Stage::Lost]),
        converted_leads,
        total_calls,
        completed_calls,
        active_telecallers,
        conversion_rate: percent(converted_leads, total_leads),
        success_rate: percent(completed_calls, total_calls),
    })
}
