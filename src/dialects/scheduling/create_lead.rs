//! `POST /api/v1/leads`: a lead to be called, once for each agent and number (B-058 to B-064).

use super::caller::Member;
use super::lead::Reply;
use super::reject::{Body, Reject, Rejected};
use super::words;
use crate::actions::leads::schedule::CreateLead;
use crate::http::fields::Fields;
use crate::http::written;
use crate::ledger::RecordError;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use utoipa::ToSchema;

#[derive(ToSchema)]
#[schema(as = NewLead)]
#[expect(dead_code, reason = "told to clients; read by its names")]
struct Request {
    /// Of the agent: a UUID, a number or 24 hex digits.
    agent_id: String,
    first_name: String,
    /// E.164.
    #[schema(pattern = "^\\+[1-9][0-9]{1,14}$")]
    phone_e164: String,
    #[schema(value_type = Option<Object>)]
    custom_fields: (),
    /// ISO 8601; in the past or absent: now.
    #[schema(format = DateTime)]
    schedule_at: Option<String>,
}

#[utoipa::path(
    post, path = "/api/v1/leads", operation_id = "create_lead", tag = "leads",
    summary = "A lead to be called",
    request_body = Request,
    responses((status = 201, body = Reply)),
)]
pub async fn handler(
    State(app): State<App>,
    member: Member,
    Body(body): Body,
) -> Result<(StatusCode, HeaderMap, Json<Reply>), Rejected> {
    member.may_change()?;
    let create = read(&app, &body).await.map_err(|reject| member.reject(reject))?;
    let recorded =
        app.ledger.record(&member.context(), &create).await.map_err(|error| member.reject(error))?;
    let headers = written::headers(recorded.position, recorded.is_followed, false);
    Ok((StatusCode::CREATED, headers, Json(Reply::of(&recorded.answer, app.ledger.now()))))
}

/// In this order: the values' shapes, the agent, the number (C-40); the ledger says whether the lead is there.
async fn read(app: &App, body: &serde_json::Map<String, serde_json::Value>) -> Result<CreateLead, Reject> {
    let zone = app.ledger.dialing().await?.zone();
    let mut fields = Fields::of_body(body);
    let agent_id = fields.id("agent_id");
    let agent_id = fields.required("agent_id", agent_id);
    let first_name = fields.text("first_name");
    let first_name = fields.required("first_name", first_name);
    let phone = fields.number_text("phone_e164");
    let phone = fields.required("phone_e164", phone);
    if phone.as_deref().is_some_and(|phone| !words::is_e164(phone)) {
        fields.problem("phone_e164", "Phone number must be in E.164 format", "value_error");
    }
    let custom_fields = fields.object("custom_fields");
    let schedule_at = fields.instant("schedule_at", zone);
    fields.end()?;
    let (Some(agent_id), Some(first_name), Some(phone)) = (agent_id, first_name, phone) else {
        return Err(Reject::Internal);
    };
    let agent = app.ledger.views().find_agent(agent_id).await.map_err(RecordError::from)?;
    let agent = agent.filter(|agent| agent.deleted_at.is_none()).ok_or(Reject::NotFound("Agent"))?;
    let phone = words::phone(&phone, app.config.region_scheduling).ok_or(Reject::BadPhone)?;
    Ok(CreateLead { agent_id: agent.id, first_name, phone, custom_fields, schedule_at })
}
