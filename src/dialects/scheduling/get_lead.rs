//! `GET /api/v1/leads/{id}`: one lead, by any of its ids (B-068).

use super::caller::Member;
use super::lead::Reply;
use super::reject::{Reject, Rejected};
use crate::ledger::RecordError;
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use domain::ids::AnyId;
use projections::lead::LeadRow;

pub async fn handler(
    State(app): State<App>,
    member: Member,
    Path(id): Path<String>,
) -> Result<Json<Reply>, Rejected> {
    let row = find(&app, &id).await.map_err(|reject| member.reject(reject))?;
    Ok(Json(Reply::of(&row, app.ledger.now())))
}

/// The lead of that id, if it is not deleted.
pub async fn find(app: &App, id: &str) -> Result<LeadRow, Reject> {
    let id = AnyId::parse(id).ok_or_else(|| Reject::path("lead_id"))?;
    let row = app.ledger.views().find_lead(id).await.map_err(RecordError::from)?;
    row.filter(|row| row.deleted_at.is_none()).ok_or(Reject::NotFound("Lead"))
}
