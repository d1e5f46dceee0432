//! `POST /api/v1/agents`: another agent, an AI one unless told otherwise (C-03).

use super::agent::{self, Reply};
use super::caller::Member;
use super::reject::{Body, Reject, Rejected};
use crate::actions::people::agents::AddScheduledAgent;
use crate::actions::people::register::Register;
use crate::http::fields::Fields;
use crate::http::written;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use domain::agent::event::{AgentKind, Profile, split_name};
use domain::lead::attempt::DialPolicy;
use domain::principal::Role;
use serde_json::{Map, Value};

const KINDS: [(&str, AgentKind); 2] = [("ai", AgentKind::Ai), ("human", AgentKind::Human)];

#[utoipa::path(
    post, path = "/api/v1/agents", operation_id = "add_agent", tag = "agents",
    summary = "Another agent",
    request_body = agent::Request,
    responses((status = 201, body = Reply)),
)]
pub async fn handler(
    State(app): State<App>,
    member: Member,
    Body(body): Body,
) -> Result<(StatusCode, HeaderMap, Json<Reply>), Rejected> {
    member.may_lead()?;
    let add = read(&body).map_err(|reject| member.reject(reject))?;
    let recorded = app.ledger.record(&member.context(), &add).await.map_err(|error| member.reject(error))?;
    let headers = written::headers(recorded.position, recorded.is_followed, false);
    Ok((StatusCode::CREATED, headers, Json(Reply::from(recorded.answer))))
}

fn read(body: &Map<String, Value>) -> Result<AddScheduledAgent, Reject> {
    let mut fields = Fields::of_body(body);
    let (said, username) = agent::read(&mut fields);
    let name = fields.required("name", said.name.clone());
    let kind = fields.word("kind", &KINDS).unwrap_or(AgentKind::Ai);
    fields.end()?;
    let name = name.unwrap_or_default();
    let (first_name, last_name) = split_name(&name);
    let register = Register {
        id: None,
        kind,
        role: Role::Agent,
        department: None,
        dialer_user_id: None,
        policy: DialPolicy::default(),
        scopes: Vec::new(),
        person: Profile { first_name, last_name, username, ..Profile::default() },
        password_hash: None,
    };
    Ok(AddScheduledAgent { register, said })
}
