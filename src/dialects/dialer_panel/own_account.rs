//! `GET /api/auth/me`: who am I? The panel's web application asks it first after every log-in. `PUT /api/auth/me`: one's own
//! names, phone and password (F6). Everybody who can log in may, whatever their role.

use super::caller::Member;
use super::people::{self, Said};
use super::reject::{Body, Reject, Rejected};
use super::words;
use crate::actions::people::change::ChangePerson;
use crate::http::tokens::Use;
use crate::http::written;
use crate::log_in::NotLoggedIn;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use domain::agent::Agent;
use domain::agent::event::ProfileChange;
use domain::principal::Role;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
#[schema(as = OwnAccount)]
pub struct Reply {
    id: i64,
    username: Option<String>,
    /// `ADMIN`, `AGENT`, `SUPERVISOR`, `AUDITOR` or `ANALYST`.
    role: &'static str,
    /// Admins may all: there is nobody above them.
    is_superuser: bool,
    is_active: bool,
    first_name: String,
    last_name: String,
    phone_number: Option<String>,
    email: Option<String>,
    /// A token to go on with, where a new password made all others void.
    #[serde(skip_serializing_if = "Option::is_none")]
    access_token: Option<String>,
}

#[derive(ToSchema)]
#[schema(as = OwnAccountChange)]
#[expect(dead_code, reason = "told to clients; read by its names")]
struct Request {
    first_name: Option<String>,
    last_name: Option<String>,
    phone_number: Option<String>,
    /// A new one; `new_password` says the same.
    #[schema(format = Password)]
    password: Option<String>,
    /// Where it is given it must be right.
    #[schema(format = Password)]
    current_password: Option<String>,
}

impl Reply {
    fn of(agent: &Agent, access_token: Option<String>) -> Self {
        let person = &agent.person;
        Self {
            id: agent.num,
            username: person.username.clone(),
            role: words::role(agent.role),
            is_superuser: agent.role == Role::Admin,
            is_active: agent.is_active,
            first_name: person.first_name.clone(),
            last_name: person.last_name.clone(),
            phone_number: person.phone.clone(),
            email: person.email.clone(),
            access_token,
        }
    }
}

#[utoipa::path(
    get, path = "/api/auth/me", operation_id = "get_own_account", tag = "people",
    summary = "Who is logged in",
    responses((status = 200, body = Reply)),
)]
pub async fn show(member: Member) -> Json<Reply> {
    Json(Reply::of(&member.person.agent, None))
}

#[utoipa::path(
    method(put, patch), path = "/api/auth/me", operation_id = "change_own_account", tag = "people",
    summary = "One's own names, phone and password",
    request_body = Request,
    responses((status = 200, body = Reply)),
)]
pub async fn change(
    State(app): State<App>,
    member: Member,
    body: Body,
) -> Result<(HeaderMap, Json<Reply>), Rejected> {
    let said = Said::read(&body.json).map_err(|reject| member.reject(reject))?;
    check_current(&app, &member, &body.json).await.map_err(|reject| member.reject(reject))?;
    let password_hash = match said.password.filter(|password| !password.is_empty()) {
        Some(password) => Some(people::hash(password).await.map_err(|reject| member.reject(reject))?),
        None => None,
    };
    let is_new_password = password_hash.is_some();
    let id = member.person.id;
    let change = ChangePerson {
        id,
        actor: Some(id),
        person: ProfileChange {
            first_name: said.first_name,
            last_name: said.last_name,
            phone: said.phone,
            ..ProfileChange::default()
        },
        password_hash,
        ..ChangePerson::default()
    };
    let recorded =
        app.ledger.record(&member.context(), &change).await.map_err(|error| member.reject(error))?;
    let agent = app.ledger.current_agent(id).await.map_err(|error| member.reject(error))?;
    let token = if is_new_password { app.tokens.issue(Use::Api, id, &agent) } else { None };
    let headers = written::headers(recorded.position, recorded.is_followed, false);
    Ok((headers, Json(Reply::of(&agent, token))))
}

/// Where the password is said that holds now, it must be right: counted like a log-in, so that a token that was left open
/// lets nobody guess.
async fn check_current(app: &App, member: &Member, body: &Value) -> Result<(), Reject> {
    let Some(current) = body["current_password"].as_str().filter(|text| !text.is_empty()) else {
        return Ok(());
    };
    let person = &member.person.agent.person;
    let name = person.username.clone().or_else(|| person.email.clone()).unwrap_or_default();
    match app.log_in(Use::Api, &name, current, None).await {
        Ok(_) => Ok(()),
        Err(NotLoggedIn::Failed(error)) => Err(error.into()),
        Err(NotLoggedIn::TooManyTries { .. }) => {
            Err(Reject::invalid("current_password", "Too many wrong tries; try again later", "value_error"))
        }
        Err(NotLoggedIn::WrongPassword { .. } | NotLoggedIn::Inactive) => {
            Err(Reject::invalid("current_password", "This is not the password that holds now", "value_error"))
        }
    }
}
