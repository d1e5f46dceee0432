//! `DELETE /api/v1/leads/{id}`: gone from lists and queue; its history stays (B-072, C-23).

use super::caller::Member;
use super::get_lead::find;
use super::reject::Rejected;
use crate::actions::leads::schedule::DeleteLead;
use crate::http::path::Named;
use crate::http::written;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
#[schema(as = LeadDeleted)]
pub struct Reply {
    message: &'static str,
}

#[utoipa::path(
    delete, path = "/api/v1/leads/{lead_id}", operation_id = "delete_lead", tag = "leads",
    summary = "Gone from lists; its history stays",
    params(("lead_id" = String, Path, description = "a UUID, a number or 24 hex digits")),
    responses((status = 200, body = Reply)),
)]
pub async fn handler(
    State(app): State<App>,
    member: Member,
    Named(id): Named,
) -> Result<(HeaderMap, Json<Reply>), Rejected> {
    member.may_change()?;
    let row = find(&app, &id).await.map_err(|reject| member.reject(reject))?;
    let delete = DeleteLead { id: row.id };
    let recorded =
        app.ledger.record(&member.context(), &delete).await.map_err(|error| member.reject(error))?;
    let headers = written::headers(recorded.position, recorded.is_followed, false);
    Ok((headers, Json(Reply { message: "Lead deleted" })))
}
