//! `POST /api/v1/ledger/dead-letters/{id}/resolve {resolution, lead_id?}`: a person says what became of it (admins).

use super::caller::Reader;
use super::dead_letters::{self, Item};
use super::reject::{Body, Reject, Rejected};
use super::words;
use crate::actions::dead_letters::resolve::ResolveDeadLetter;
use crate::http::path::Named;
use crate::http::written;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use domain::ids::{AnyId, LeadId};
use serde_json::Value;

/// The longest text, in characters.
const TEXT_MAX: usize = 4_000;

pub async fn handler(
    State(app): State<App>,
    reader: Reader,
    Named(id): Named,
    Body(body): Body,
) -> Result<(HeaderMap, Json<Item>), Rejected> {
    let not_found = || reader.reject(Reject::NotFound("Dead letter"));
    let invalid = |field: &'static str, msg: &str| {
        reader.reject(Reject::Invalid { loc: ["body", field], msg: msg.to_owned() })
    };
    let views = app.ledger.views();
    let id = words::id(&id).ok_or_else(not_found)?;
    let letter =
        views.find_dead_letter(id).await.map_err(|error| reader.failed(error))?.ok_or_else(not_found)?;
    let text = body.get("resolution").and_then(Value::as_str).unwrap_or_default().replace('\0', "");
    if text.trim().is_empty() || text.chars().count() > TEXT_MAX {
        return Err(invalid("resolution", "Expected a text of 1 to 4000 characters"));
    }
    let lead_id = match body.get("lead_id") {
        None | Some(Value::Null) => None,
        Some(given) => {
            let text = given.as_str().map_or_else(|| given.to_string(), ToOwned::to_owned);
            let lead = match AnyId::parse(&text) {
                Some(id) => views.find_lead(id).await.map_err(|error| reader.failed(error))?,
                None => None,
            };
            Some(LeadId(lead.ok_or_else(|| invalid("lead_id", "There is no such lead"))?.id))
        }
    };
    let action = ResolveDeadLetter { id: letter.id, lead_id, text };
    let recorded =
        app.ledger.record(&reader.context(), &action).await.map_err(|error| reader.reject(error))?;
    let resolved =
        views.find_dead_letter(AnyId::Uuid(letter.id)).await.map_err(|error| reader.failed(error))?;
    let headers = written::headers(recorded.position, recorded.is_followed, false);
    Ok((headers, Json(dead_letters::item(resolved.ok_or_else(not_found)?))))
}
