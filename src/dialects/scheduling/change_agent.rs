//! `PUT` and `PATCH /api/v1/agents/{id}`, `PATCH /api/v1/agents/{id}/status`: policy, hours, name, on and off (C-03).

use super::agent::{self, Reply};
use super::caller::Member;
use super::list_agents::find;
use super::reject::{Body, Reject, Rejected};
use crate::http::fields::Fields;
use crate::http::path::Named;
use crate::http::written;
use crate::ledger::schedule_agents::ChangeScheduledAgent;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use serde_json::{Map, Value};

type Answer = Result<(HeaderMap, Json<Reply>), Rejected>;

#[utoipa::path(
    method(put, patch), path = "/api/v1/agents/{agent_id}", operation_id = "change_agent", tag = "agents",
    summary = "What is given changes",
    params(("agent_id" = String, Path, description = "a UUID, a number or 24 hex digits")),
    request_body = agent::Request,
    responses((status = 200, body = Reply)),
)]
pub async fn update(State(app): State<App>, member: Member, Named(id): Named, Body(body): Body) -> Answer {
    change(&app, &member, &id, &body, false).await
}

#[utoipa::path(
    method(put, patch), path = "/api/v1/agents/{agent_id}/status", operation_id = "switch_agent", tag = "agents",
    summary = "On or off",
    params(("agent_id" = String, Path, description = "a UUID, a number or 24 hex digits")),
    request_body = agent::Request,
    responses((status = 200, body = Reply)),
)]
pub async fn switch(State(app): State<App>, member: Member, Named(id): Named, Body(body): Body) -> Answer {
    change(&app, &member, &id, &body, true).await
}

async fn change(
    app: &App,
    member: &Member,
    id: &str,
    body: &Map<String, Value>,
    must_switch: bool,
) -> Answer {
    member.may_lead()?;
    let change = read(app, id, body, must_switch).await.map_err(|reject| member.reject(reject))?;
    let recorded =
        app.ledger.record(&member.context(), &change).await.map_err(|error| member.reject(error))?;
    let headers = written::headers(recorded.position, recorded.is_followed, false);
    Ok((headers, Json(Reply::from(&recorded.answer))))
}

async fn read(
    app: &App,
    id: &str,
    body: &Map<String, Value>,
    must_switch: bool,
) -> Result<ChangeScheduledAgent, Reject> {
    let mut fields = Fields::of_body(body);
    let (said, _) = agent::read(&mut fields);
    if must_switch {
        fields.required("status", said.is_active);
    }
    fields.end()?;
    Ok(ChangeScheduledAgent { id: find(app, id).await?.id, said })
}
