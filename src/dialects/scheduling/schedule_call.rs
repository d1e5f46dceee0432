//! `POST /api/v1/calls/schedule {lead_id}`: due now, before all others (B-079, C-21). Whoever leads others may add
//! `override_business_hours: true` and a `reason`, which is recorded: its next call may be made at any hour.

use super::caller::Member;
use super::reject::{Body, Reject, Rejected};
use crate::actions::leads::schedule::ScheduleNow;
use crate::http::fields::Fields;
use crate::http::written;
use crate::ledger::RecordError;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
#[schema(as = LeadScheduled)]
pub struct Reply {
    message: &'static str,
}

#[derive(ToSchema)]
#[schema(as = ScheduleCall)]
#[expect(dead_code, reason = "told to clients; read by its names")]
struct Request {
    /// Of the lead: a UUID, a number or 24 hex digits.
    lead_id: String,
    /// Admins and supervisors: its next call may be made at any hour.
    override_business_hours: Option<bool>,
    /// Why; needed with an override.
    reason: Option<String>,
}

#[utoipa::path(
    post, path = "/api/v1/calls/schedule", operation_id = "schedule_call", tag = "calls",
    summary = "Due now, before all others",
    request_body = Request,
    responses((status = 200, body = Reply)),
)]
pub async fn handler(
    State(app): State<App>,
    member: Member,
    Body(body): Body,
) -> Result<(HeaderMap, Json<Reply>), Rejected> {
    member.may_change()?;
    let schedule = read(&app, &body).await.map_err(|reject| member.reject(reject))?;
    if schedule.override_reason.is_some() {
        member.may_lead()?;
    }
    let recorded =
        app.ledger.record(&member.context(), &schedule).await.map_err(|error| member.reject(error))?;
    let headers = written::headers(recorded.position, recorded.is_followed, !recorded.is_new);
    Ok((headers, Json(Reply { message: "Lead scheduled successfully" })))
}

async fn read(app: &App, body: &Map<String, Value>) -> Result<ScheduleNow, Reject> {
    let mut fields = Fields::of_body(body);
    let id = fields.id("lead_id");
    let id = fields.required("lead_id", id);
    let is_override = fields.boolean("override_business_hours").unwrap_or(false);
    let reason = fields.text("reason");
    let override_reason = if is_override { fields.required("reason", reason) } else { None };
    fields.end()?;
    let row = match id {
        Some(id) => app.ledger.views().find_lead(id).await.map_err(RecordError::from)?,
        None => None,
    };
    let row = row.filter(|row| row.deleted_at.is_none()).ok_or(Reject::NotFound("Lead"))?;
    Ok(ScheduleNow { id: row.id, override_reason })
}
