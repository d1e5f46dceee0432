//! `PUT /api/numbers/{id}/status`, `POST /api/numbers/{id}/reset`, `DELETE /api/numbers/{id}`: one number, only from and to
//! mutable words (B-113, B-114, C-22). Agents change their own; only admins delete.

use super::caller::{Admin, Member};
use super::number::{self, Number};
use super::reject::{Body, Reject, Rejected};
use super::words;
use crate::http::written;
use crate::ledger::RecordError;
use crate::ledger::change_numbers::{ChangeNumbers, NumberChange};
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use domain::ids::AnyId;
use domain::status::PanelStatus;
use projections::lead::LeadRow;
use serde_json::{Value, json};

type Answer = Result<(HeaderMap, Json<Number>), Rejected>;

/// `PUT` and `PATCH` of a status.
pub async fn set_status(
    State(app): State<App>,
    member: Member,
    Path(id): Path<String>,
    body: Body,
) -> Answer {
    let word = words::text(body.json.get("status")).0;
    let word = word.ok_or_else(|| member.reject(Reject::invalid("status", "Field required", "missing")))?;
    let status = words::panel_status(word.trim())
        .ok_or_else(|| member.reject(Reject::invalid("status", "Not one of the eleven statuses", "enum")))?;
    change(&app, &member, &id, NumberChange::SetStatus(status)).await
}

/// Back to the queue.
pub async fn reset(State(app): State<App>, member: Member, Path(id): Path<String>) -> Answer {
    change(&app, &member, &id, NumberChange::SetStatus(PanelStatus::InQueue)).await
}

/// Gone from lists and queue; its history stays.
pub async fn delete(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<String>,
) -> Result<(HeaderMap, Json<Value>), Rejected> {
    let lead = find(&app, &admin, &id).await?;
    let headers = record(&app, &admin, &lead, NumberChange::Delete).await?;
    Ok((headers, Json(json!({ "ok": true, "id": lead.num, "deleted": true }))))
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
