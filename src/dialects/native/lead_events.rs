//! `GET /api/v1/ledger/leads/{id}/events`: everything that was ever said of a lead, by any of its ids.

use super::caller::Reader;
use super::reject::{Reject, Rejected};
use super::words;
use crate::http::path::Named;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use projections::history::LeadHistory;

pub async fn handler(
    State(app): State<App>,
    reader: Reader,
    Named(id): Named,
) -> Result<Json<LeadHistory>, Rejected> {
    let not_found = || reader.reject(Reject::NotFound("Lead"));
    let id = words::id(&id).ok_or_else(not_found)?;
    let history = app.ledger.views().lead_history(id).await.map_err(|error| reader.failed(error))?;
    history.map(Json).ok_or_else(not_found)
}
