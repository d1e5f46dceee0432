//! `POST /api/admins`: an admin lets somebody in.

use super::caller::Member;
use super::people::{self, Reply, Said};
use super::reject::{Body, Reject, Rejected};
use crate::actions::people::register::Register;
use crate::http::written;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use domain::agent::event::{AgentKind, Profile};
use domain::lead::attempt::DialPolicy;
use domain::principal::Role;

#[utoipa::path(
    post, path = "/api/admins", operation_id = "add_person", tag = "people",
    summary = "Lets somebody in",
    request_body = people::Request,
    responses((status = 200, body = Reply)),
)]
pub async fn handler(
    State(app): State<App>,
    admin: Member,
    body: Body,
) -> Result<(HeaderMap, Json<Reply>), Rejected> {
    let register = register(&body).await.map_err(|reject| admin.reject(reject))?;
    let recorded =
        app.ledger.record(&admin.context(), &register).await.map_err(|error| admin.reject(error))?;
    let reply = people::show(&app, recorded.answer).await.map_err(|reject| admin.reject(reject))?;
    Ok((written::headers(recorded.position, recorded.is_followed, false), Json(reply)))
}

async fn register(body: &Body) -> Result<Register, Reject> {
    let said = Said::read(&body.json)?;
    let missing = |field| Reject::invalid(field, "Field required", "missing");
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    let username = given(said.username).ok_or_else(|| missing("username"))?;
    let password = said.password.ok_or_else(|| missing("password"))?;
    Ok(Register {
        id: None,
        kind: AgentKind::Human,
        role: said.role.unwrap_or(Role::Agent),
        department: None,
        dialer_user_id: None,
        policy: DialPolicy::default(),
        scopes: said.scopes.unwrap_or_default(),
        person: Profile {
            first_name: said.first_name.unwrap_or_default(),
            last_name: said.last_name.unwrap_or_default(),
            username: Some(username),
            email: given(said.email),
            phone: given(said.phone),
        },
        password_hash: Some(people::hash(password).await?),
    })
}
