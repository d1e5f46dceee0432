//! `PUT` and `PATCH /api/v1/agents/{id}`, `PATCH /api/v1/agents/{id}/status`: policy, hours, name, on and off (C-03), and
//! whatever else a client keeps with an agent (F12).

use super::agent::{self, Reply};
use super::caller::Member;
use super::list_agents::find;
use super::reject::{Body, MaybeBody, Reject, Rejected};
use crate::actions::people::agents::{AgentSaid, ChangeScheduledAgent};
use crate::http::fields::Fields;
use crate::http::path::Named;
use crate::http::written;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, Method};
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
    member.may_lead()?;
    let said = said(&body).map_err(|reject| member.reject(reject))?;
    change(&app, &member, &id, said).await
}

/// A `PATCH` that does not say on or off turns the switch over; the client that sends it reads `status` (F4). A `PUT` says
/// which.
#[utoipa::path(
    method(put, patch), path = "/api/v1/agents/{agent_id}/status", operation_id = "switch_agent", tag = "agents",
    summary = "On or off; PATCH without a body: the other of the two",
    params(("agent_id" = String, Path, description = "a UUID, a number or 24 hex digits")),
    request_body(content = Option<agent::Request>, content_type = "application/json"),
    responses((status = 200, body = Reply)),
)]
pub async fn switch(
    State(app): State<App>,
    member: Member,
    Named(id): Named,
    method: Method,
    MaybeBody(body): MaybeBody,
) -> Answer {
    member.may_lead()?;
    let mut said = said(&body).map_err(|reject| member.reject(reject))?;
    said.is_toggled = method == Method::PATCH;
    if said.is_active.is_none() && !said.is_toggled {
        return Err(member.reject(Reject::invalid("status", "Field required", "missing")));
    }
    change(&app, &member, &id, said).await
}

async fn change(app: &App, member: &Member, id: &str, said: AgentSaid) -> Answer {
    let id = find(app, id).await.map_err(|reject| member.reject(reject))?.id;
    let change = ChangeScheduledAgent { id, said };
    let recorded =
        app.ledger.record(&member.context(), &change).await.map_err(|error| member.reject(error))?;
    let headers = written::headers(recorded.position, recorded.is_followed, false);
    Ok((headers, Json(Reply::from(recorded.answer))))
}

fn said(body: &Map<String, Value>) -> Result<AgentSaid, Reject> {
    let mut fields = Fields::of_body(body);
    let (said, _) = agent::read(&mut fields);
    fields.end()?;
    Ok(said)
}
