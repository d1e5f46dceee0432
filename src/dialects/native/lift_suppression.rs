//! `POST /api/v1/ledger/leads/{id}/lift-suppression {reason}`: a person says why a number may be dialed again (admins,
//! C-44). Its status stays what it is.

use super::caller::Reader;
use super::reject::{Body, Reject, Rejected};
use super::words;
use crate::actions::leads::lift_suppression::LiftSuppression;
use crate::http::path::Named;
use crate::http::written;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

/// The longest reason, in characters.
const REASON_MAX: usize = 1_000;

#[derive(Serialize)]
pub struct Reply {
    lead_id: Uuid,
    number_id: i64,
    suppressed: bool,
    /// Whether it was suppressed until now.
    was_suppressed: bool,
}

pub async fn handler(
    State(app): State<App>,
    reader: Reader,
    Named(id): Named,
    Body(body): Body,
) -> Result<(HeaderMap, Json<Reply>), Rejected> {
    let not_found = || reader.reject(Reject::NotFound("Lead"));
    let id = words::id(&id).ok_or_else(not_found)?;
    let lead = app.ledger.views().find_lead(id).await.map_err(|error| reader.failed(error))?;
    let lead = lead.ok_or_else(not_found)?;
    let reason = body.get("reason").and_then(Value::as_str).unwrap_or_default().replace('\0', "");
    if reason.trim().is_empty() || reason.chars().count() > REASON_MAX {
        let msg = format!("Expected a text of 1 to {REASON_MAX} characters");
        return Err(reader.reject(Reject::Invalid { loc: ["body", "reason"], msg }));
    }
    let action = LiftSuppression { lead_id: lead.id, reason: reason.trim().to_owned() };
    let recorded =
        app.ledger.record(&reader.context(), &action).await.map_err(|error| reader.reject(error))?;
    let headers = written::headers(recorded.position, recorded.is_followed, false);
    let reply =
        Reply { lead_id: lead.id, number_id: lead.num, suppressed: false, was_suppressed: recorded.answer };
    Ok((headers, Json(reply)))
}
