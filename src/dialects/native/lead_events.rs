//! `GET /api/v1/ledger/leads/{id}/events`: everything that was ever said of a lead, by any of its ids.

use super::caller::Reader;
use super::reject::{Reject, Rejected};
use super::words;
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use projections::streams::StoredEvent;
use serde::Serialize;
use uuid::Uuid;

#[derive(Serialize)]
pub struct Reply {
    lead_id: Uuid,
    num: i64,
    events: Vec<StoredEvent>,
}

pub async fn handler(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<String>,
) -> Result<Json<Reply>, Rejected> {
    let not_found = || reader.reject(Reject::NotFound("Lead"));
    let id = words::id(&id).ok_or_else(not_found)?;
    let views = app.ledger.views();
    let lead = views.find_lead(id).await.map_err(|error| reader.failed(error))?.ok_or_else(not_found)?;
    let events = views.lead_events(lead.id).await.map_err(|error| reader.failed(error))?;
    Ok(Json(Reply { lead_id: lead.id, num: lead.num, events }))
}
