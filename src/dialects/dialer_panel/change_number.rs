//! `PUT /api/numbers/{id}/status`, `POST /api/numbers/{id}/reset`, `DELETE /api/numbers/{id}`: one number, only from and to
//! mutable words (B-113, B-114, C-22). Agents change their own; only admins delete.

use super::caller::Member;
use super::number::{self, Gone, Number};
use super::reject::{Body, Reject, Rejected};
use super::words;
use crate::actions::numbers::change::{ChangeNumbers, NumberChange};
use crate::http::path::Named;
use crate::http::written;
use crate::ledger::RecordError;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use domain::ids::AnyId;
use domain::status::PanelStatus;
use domain::text::trim;
use projections::lead::LeadRow;
use utoipa::ToSchema;

type Answer = Result<(HeaderMap, Json<Number>), Rejected>;

#[derive(ToSchema)]
#[schema(as = NumberStatus)]
#[expect(dead_code, reason = "told to clients; read by its names")]
struct Request {
    /// From and to mutable statuses only.
    #[schema(pattern = "^(IN_QUEUE|MISSED|BUSY|POWER_OFF|BANNED)$")]
    status: String,
}

/// `PUT` and `PATCH` of a status.
#[utoipa::path(
    method(put, patch), path = "/api/numbers/{id}/status", operation_id = "set_number_status", tag = "numbers",
    summary = "Another status",
    params(("id" = String, Path, description = "a UUID, a number or 24 hex digits")),
    request_body = Request,
    responses((status = 200, body = Number)),
)]
pub async fn set_status(State(app): State<App>, member: Member, Named(id): Named, body: Body) -> Answer {
    let word = words::text(body.json.get("status")).0;
    let word = word.ok_or_else(|| member.reject(Reject::invalid("status", "Field required", "missing")))?;
    let status = words::panel_status(trim(&word))
        .ok_or_else(|| member.reject(Reject::invalid("status", "Not one of the eleven statuses", "enum")))?;
    change(&app, &member, &id, NumberChange::SetStatus(status)).await
}

/// Back to the queue.
#[utoipa::path(
    post, path = "/api/numbers/{id}/reset", operation_id = "reset_number", tag = "numbers",
    summary = "Back to the queue",
    params(("id" = String, Path, description = "a UUID, a number or 24 hex digits")),
    responses((status = 200, body = Number)),
)]
pub async fn reset(State(app): State<App>, member: Member, Named(id): Named) -> Answer {
    change(&app, &member, &id, NumberChange::SetStatus(PanelStatus::InQueue)).await
}

/// Gone from lists and queue; its history stays.
#[utoipa::path(
    delete, path = "/api/numbers/{id}", operation_id = "delete_number", tag = "numbers",
    summary = "Gone from lists and queue",
    params(("id" = String, Path, description = "a UUID, a number or 24 hex digits")),
    responses((status = 200, body = Gone)),
)]
pub async fn delete(
    State(app): State<App>,
    admin: Member,
    Named(id): Named,
) -> Result<(HeaderMap, Json<Gone>), Rejected> {
    let lead = find(&app, &admin, &id).await?;
    let headers = record(&app, &admin, &lead, NumberChange::Delete).await?;
    Ok((headers, Json(Gone::of(lead.num))))
}

async fn change(app: &App, member: &Member, id: &str, change: NumberChange) -> Answer {
    let lead = find(app, member, id).await?;
    let headers = record(app, member, &lead, change).await?;
    let lead = find(app, member, id).await?;
    let dialing = app.ledger.dialing().await.map_err(|error| member.reject(error))?;
    let mut numbers = number::numbers(app, std::slice::from_ref(&lead), dialing.zone())
        .await
        .map_err(|error| member.reject(error))?;
    let number = numbers.pop().ok_or_else(|| member.reject(Reject::NotFound("Number")))?;
    Ok((headers, Json(number)))
}

async fn find(app: &App, member: &Member, id: &str) -> Result<LeadRow, Rejected> {
    let not_found = || member.reject(Reject::NotFound("Number"));
    let id = AnyId::parse(id).ok_or_else(not_found)?;
    let lead = app.ledger.views().find_lead(id).await.map_err(|error| member.failed(error))?;
    let is_visible = |lead: &LeadRow| {
        lead.deleted_at.is_none() && member.only().is_none_or(|own| lead.agent_id == Some(own))
    };
    lead.filter(is_visible).ok_or_else(not_found)
}

async fn record(
    app: &App,
    member: &Member,
    lead: &LeadRow,
    change: NumberChange,
) -> Result<HeaderMap, Rejected> {
    let action = ChangeNumbers { ids: vec![lead.id], change, owner: member.only() };
    let recorded = app.ledger.change_numbers(&member.context(), &action).await;
    let recorded = recorded.map_err(|error| member.reject(error))?;
    if let Some((_, Err(refusal))) = recorded.answer.first() {
        return Err(member.reject(RecordError::from(*refusal)));
    }
    Ok(written::headers(recorded.position, recorded.is_followed, false))
}
