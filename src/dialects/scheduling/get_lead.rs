//! `GET /api/v1/leads/{id}?as_of=`: one lead, by any of its ids (B-068), as it is or as was known at some time.

use super::caller::Member;
use super::lead::Reply;
use super::reject::{Reject, Rejected};
use crate::http::fields::Fields;
use crate::http::path::Named;
use crate::http::query::Members;
use crate::ledger::RecordError;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use domain::ids::AnyId;
use domain::stream::{StreamId, StreamKind};
use domain::time::Instant;
use projections::Folded;
use projections::lead::{LeadRow, rows};
use serde_json::{Map, Value};

#[utoipa::path(
    get, path = "/api/v1/leads/{lead_id}", operation_id = "get_lead", tag = "leads",
    summary = "One lead",
    params(("lead_id" = String, Path, description = "a UUID, a number or 24 hex digits"), ("as_of" = Option<String>, Query, description = "what was recorded up to this time", format = DateTime)),
    responses((status = 200, body = Reply)),
)]
pub async fn handler(
    State(app): State<App>,
    member: Member,
    Named(id): Named,
    Members(query): Members,
) -> Result<Json<Reply>, Rejected> {
    get(&app, &id, &query).await.map(Json).map_err(|reject| member.reject(reject))
}

async fn get(app: &App, id: &str, query: &Map<String, Value>) -> Result<Reply, Reject> {
    let now = app.ledger.now();
    let Some(as_of) = as_of(app, query).await? else {
        return Ok(Reply::of(&find(app, id).await?, now));
    };
    let id = find_ever(app, id).await?.id;
    let state = app.ledger.lead_as_of(id, Some(as_of)).await?;
    let row = rows(StreamId::new(StreamKind::Lead, id), &Folded { sequence: 0, state }).pop();
    let was_there = |row: &LeadRow| row.num > 0 && row.deleted_at.is_none();
    let row = row.filter(was_there).ok_or(Reject::NotFound("Lead"))?;
    Ok(Reply::of(&row, as_of.min(now)))
}

/// The time that is asked about; `None`: now.
pub async fn as_of(app: &App, query: &Map<String, Value>) -> Result<Option<Instant>, Reject> {
    let mut fields = Fields::of_query(query);
    let as_of = fields.instant("as_of", app.ledger.dialing().await?.zone());
    fields.end()?;
    Ok(as_of)
}

/// The lead of that id, if it is not deleted.
pub async fn find(app: &App, id: &str) -> Result<LeadRow, Reject> {
    let row = find_ever(app, id).await?;
    if row.deleted_at.is_none() { Ok(row) } else { Err(Reject::NotFound("Lead")) }
}

/// The lead of that id, deleted ones too.
pub async fn find_ever(app: &App, id: &str) -> Result<LeadRow, Reject> {
    let id = AnyId::parse(id).ok_or_else(|| Reject::path("lead_id"))?;
    let row = app.ledger.views().find_lead(id).await.map_err(RecordError::from)?;
    row.ok_or(Reject::NotFound("Lead"))
}
