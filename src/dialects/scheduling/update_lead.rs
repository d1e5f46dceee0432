//! `PUT` and `PATCH /api/v1/leads/{id}`: what is given changes, each as an event by a person (B-069 to B-071, C-22).

use super::caller::Member;
use super::get_lead::find;
use super::lead::Reply;
use super::reject::{Body, Reject, Rejected};
use super::words;
use crate::actions::leads::schedule::UpdateLead;
use crate::http::fields::Fields;
use crate::http::path::Named;
use crate::http::written;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use serde_json::{Map, Value};
use utoipa::ToSchema;

#[derive(ToSchema)]
#[schema(as = LeadChange)]
#[expect(dead_code, reason = "told to clients; read by its names")]
struct Request {
    first_name: Option<String>,
    /// E.164.
    #[schema(pattern = "^\\+[1-9][0-9]{1,14}$")]
    phone_e164: Option<String>,
    /// `new`, `in_progress` or `done`.
    #[schema(pattern = "^(new|in_progress|done)$")]
    status: Option<String>,
    /// `not_interested`, `hung_up`, `completed` or `no_answer`.
    #[schema(pattern = "^(not_interested|hung_up|completed|no_answer)$")]
    disposition: Option<String>,
    /// Replaces all of them.
    #[schema(value_type = Option<Object>)]
    custom_fields: (),
    /// ISO 8601.
    #[schema(format = DateTime)]
    schedule_at: Option<String>,
}

#[utoipa::path(
    method(put, patch), path = "/api/v1/leads/{lead_id}", operation_id = "update_lead", tag = "leads",
    summary = "What is given changes",
    params(("lead_id" = String, Path, description = "a UUID, a number or 24 hex digits")),
    request_body = Request,
    responses((status = 200, body = Reply)),
)]
pub async fn handler(
    State(app): State<App>,
    member: Member,
    Named(id): Named,
    Body(body): Body,
) -> Result<(HeaderMap, Json<Reply>), Rejected> {
    member.may_change()?;
    let update = read(&app, &id, &body).await.map_err(|reject| member.reject(reject))?;
    let recorded =
        app.ledger.record(&member.context(), &update).await.map_err(|error| member.reject(error))?;
    let headers = written::headers(recorded.position, recorded.is_followed, false);
    Ok((headers, Json(Reply::of(&recorded.answer, app.ledger.now()))))
}

async fn read(app: &App, id: &str, body: &Map<String, Value>) -> Result<UpdateLead, Reject> {
    let zone = app.ledger.dialing().await?.zone();
    let mut fields = Fields::of_body(body);
    let first_name = fields.text("first_name");
    let phone = fields.number_text("phone_e164");
    if phone.as_deref().is_some_and(|phone| !words::is_e164(phone)) {
        fields.problem("phone_e164", "Phone number must be in E.164 format", "value_error");
    }
    let status = fields.word("status", &words::STATUSES);
    let disposition = fields.word("disposition", &words::DISPOSITIONS);
    let custom_fields = fields.object("custom_fields");
    let schedule_at = fields.instant("schedule_at", zone);
    fields.end()?;
    let row = find(app, id).await?;
    let phone = match phone {
        Some(text) => Some(words::phone(&text, app.config.region_scheduling).ok_or(Reject::BadPhone)?),
        None => None,
    };
    Ok(UpdateLead { id: row.id, first_name, phone, status, disposition, custom_fields, schedule_at })
}
