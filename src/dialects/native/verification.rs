//! `GET /api/v1/ledger/verify`: what the last verification found, how far it looked, when, and how far behind it is by now.
//! `POST` starts one in the background (admins and auditors); `lead-ledger verify` does the same.

use super::caller::Reader;
use super::reject::{Reject, Rejected};
use crate::ledger::RecordError;
use crate::state::App;
use crate::work::verifications::Standing;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

pub async fn show(State(app): State<App>, reader: Reader) -> Result<Json<Value>, Rejected> {
    last(&app).await.map(Json).map_err(|reject| reader.reject(reject))
}

pub async fn start(State(app): State<App>, _reader: Reader) -> (StatusCode, Json<Standing>) {
    (StatusCode::ACCEPTED, Json(app.verifications.start(&app.tasks)))
}

/// The last report with what is known now: the log's head, how many positions were not looked at, and the run that goes on.
async fn last(app: &App) -> Result<Value, Reject> {
    let mut told = app.ledger.last_verification().await?;
    let running = app.verifications.standing();
    if told.is_none() && running != Standing::Idle {
        told = Some(json!({ "is_clean": null, "head": 0, "verified_at": null }));
    }
    let mut told = told.ok_or(Reject::NotFound("Verification"))?;
    let log_head = app.ledger.views().head().await.map_err(RecordError::from)?;
    // Reports of older releases say how far they looked inside `chain` only, and not when.
    let head = told["head"].as_i64().or_else(|| told["chain"]["head"].as_i64()).unwrap_or(0);
    told["head"] = head.into();
    told["log_head"] = log_head.into();
    told["behind"] = (log_head - head).max(0).into();
    if told.get("verified_at").is_none() {
        told["verified_at"] = Value::Null;
    }
    told["run"] = serde_json::to_value(running).unwrap_or(Value::Null);
    Ok(told)
}
