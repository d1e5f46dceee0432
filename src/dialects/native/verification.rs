//! `GET /api/v1/ledger/verify`: what the last run of `lead-ledger verify` found.

use super::caller::Reader;
use super::reject::{Reject, Rejected};
use crate::state::App;
use axum::Json;
use axum::extract::State;
use serde_json::Value;

pub async fn handler(State(app): State<App>, reader: Reader) -> Result<Json<Value>, Rejected> {
    let last = app.ledger.last_verification().await.map_err(|error| reader.reject(error))?;
    last.map(Json).ok_or_else(|| reader.reject(Reject::NotFound("Verification")))
}
