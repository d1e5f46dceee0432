//! `GET /api/dashboard/leads`: leads that are there, by status, source and quality (B-160); of what the caller may see.

use super::caller::Caller;
use super::reject::{Reject, Rejected};
use super::words;
use crate::ledger::RecordError;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub async fn handler(State(app): State<App>, caller: Caller) -> Result<Json<Value>, Rejected> {
    let leads = analytics(&app, &caller).await.map_err(|reject| caller.reject(reject))?;
    Ok(Json(json!({ "success": true, "leads": leads })))
}

/// Leads of the caller's reach by status, source and quality.
pub async fn analytics(app: &App, caller: &Caller) -> Result<Value, Reject> {
    let agents = caller.counted(app, None).await?;
    let views = app.ledger.views();
    let leads = views.lead_distribution(agents.as_deref()).await.map_err(RecordError::from)?;
    let mut sources: BTreeMap<&str, i64> = BTreeMap::new();
    let mut statuses = words::STAGES.map(|(word, _)| (word, 0));
    let mut qualities = words::QUALITIES.map(|(word, _)| (word, 0));
    for (stage, source, quality, count) in &leads {
        for (told, word) in [(&mut statuses[..], words::status(stage)), (&mut qualities[..], quality)] {
            if let Some((_, sum)) = told.iter_mut().find(|(known, _)| *known == word) {
                *sum += count;
            }
        }
        *sources.entry(source).or_default() += count;
    }
    let mut sources: Vec<(&str, i64)> = sources.into_iter().collect();
    sources.sort_by_key(|(_, count)| -count);
    Ok(json!({
        "statusDistribution": list("status", &statuses),
        "sourceDistribution": list("source", &sources),
        "qualityDistribution": list("quality", &qualities),
    }))
}

fn list(key: &str, counts: &[(&str, i64)]) -> Value {
    counts.iter().map(|(word, count)| json!({ key: word, "count": count })).collect()
}
