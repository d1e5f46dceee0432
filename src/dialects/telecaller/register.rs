//! `POST /api/auth/register`, also `POST /api/users`: an admin lets somebody in (B-124, B-125, C-08). `isActive: false`: their
//! account is there and cannot be used yet (F16).

use super::caller::Caller;
use super::reject::{Body, Reject, Rejected};
use super::user::{self, User};
use super::words;
use crate::actions::people::place::Join;
use crate::actions::people::register::{Register, checked_hash};
use crate::http::fields::Fields;
use crate::http::written;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use domain::agent::event::{AgentKind, Profile, split_name};
use domain::lead::attempt::DialPolicy;
use domain::principal::Role;
use serde::Serialize;
use serde_json::{Map, Value};

/// The longest password, in characters; what the rule says of short ones is said by the rule.
const PASSWORD_MAX: usize = 200;

#[derive(Serialize)]
pub struct Reply {
    success: bool,
    message: &'static str,
    user: User,
    /// The members of `user` once more: the web application reads them here (F16).
    #[serde(flatten)]
    beside: User,
}

pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Body(body): Body,
) -> Result<(StatusCode, HeaderMap, Json<Reply>), Rejected> {
    let join = read(&app, &body).await.map_err(|reject| caller.reject(reject))?;
    let recorded = app.ledger.record(&caller.context(), &join).await.map_err(|error| caller.reject(error))?;
    let id = recorded.answer.to_string();
    let row = user::find_any(&app, &id).await.map_err(|reject| caller.reject(reject))?;
    let headers = written::headers(recorded.position, recorded.is_followed, false);
    let user = User::from(&row);
    let reply = Reply { success: true, message: "User registered successfully", beside: user.clone(), user };
    Ok((StatusCode::CREATED, headers, Json(reply)))
}

async fn read(app: &App, body: &Map<String, Value>) -> Result<Join, Reject> {
    let mut fields = Fields::of_body(body);
    let name = fields.text("name");
    let name = fields.required("name", name);
    let email = fields.email("email");
    let email = fields.required("email", email);
    // As it is: blanks at its ends belong to it.
    let password = body.get("password").and_then(Value::as_str).map(ToOwned::to_owned);
    let password = fields.required("password", password);
    if password.as_ref().is_some_and(|text| !(8..=PASSWORD_MAX).contains(&text.chars().count())) {
        fields.problem("password", "A password needs 8 to 200 characters", "value_error");
    }
    let role = fields.word("role", &words::NEW_ROLES).unwrap_or(Role::Telecaller);
    let (department, phone) = (fields.text("department"), fields.number_text("phone"));
    let supervisor_id = user::supervisor(app, &mut fields, body).await?.flatten();
    let is_active = fields.boolean("isActive");
    fields.end()?;
    let (first_name, last_name) = split_name(&name.unwrap_or_default());
    let password = password.unwrap_or_default();
    let _turn = app.hashing.acquire().await;
    let hashed = tokio::task::spawn_blocking(move || checked_hash(&password)).await;
    let register = Register {
        id: None,
        kind: AgentKind::Human,
        role,
        department,
        dialer_user_id: None,
        policy: DialPolicy::default(),
        scopes: Vec::new(),
        person: Profile { first_name, last_name, username: None, email, phone },
        password_hash: Some(hashed.map_err(|error| Reject::Internal(error.to_string()))??),
    };
    Ok(Join { register, supervisor_id, is_active })
}
