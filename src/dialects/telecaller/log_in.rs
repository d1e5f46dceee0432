//! `POST /api/auth/login`: every human's way in, by e-mail or user name (B-122, B-123, C-36).

use super::reject::{Body, Reject, Rejected, request_id};
use super::words::{self, User};
use crate::http::client_address::ClientAddress;
use crate::http::tokens::LIFETIME_SECONDS;
use crate::ledger::RecordError;
use crate::ledger::machines::sha256_hex;
use crate::ledger::people::{PASSWORD, verify_password};
use crate::state::App;
use axum::Json;
use axum::extract::{FromRequest, Request, State};
use domain::agent::Agent;
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;
use uuid::Uuid;

/// The longest name or password looked at, in bytes.
const FIELD_MAX: usize = 1_000;

#[derive(Serialize)]
pub struct Reply {
    success: bool,
    token: String,
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
    user: User,
}

pub async fn handler(State(app): State<App>, request: Request) -> Result<Json<Reply>, Rejected> {
    let id = request_id(request.extensions());
    let address = request.extensions().get::<ClientAddress>().map(|address| address.ip.to_string());
    let Body(body) = Body::from_request(request, &app).await?;
    log_in(&app, &body, address).await.map(Json).map_err(|reject| Rejected(reject, id))
}

async fn log_in(app: &App, body: &Value, address: Option<String>) -> Result<Reply, Reject> {
    let text = |name: &str| {
        let value = body.get(name).and_then(Value::as_str).filter(|value| !value.trim().is_empty());
        value.filter(|value| value.len() <= FIELD_MAX && !value.contains('\0'))
    };
    let name = text("email").or_else(|| text("username"));
    let password = text("password");
    let (Some(name), Some(password)) = (name.map(str::trim), password) else {
        let missing = [("email", name.is_none()), ("password", password.is_none())];
        let told = missing.iter().filter(|(_, is_missing)| *is_missing);
        return Err(Reject::Invalid(told.map(|(field, _)| (*field, "Required".to_owned())).collect()));
    };
    // Counted by hash, so that no list of names tried lies in memory.
    let mut tried = vec![format!("account:{}", sha256_hex(name.to_lowercase()))];
    tried.extend(address.map(|address| format!("address:{address}")));
    if let Some(retry_after_seconds) = app.failures.wait_seconds(&tried) {
        return Err(Reject::TooManyTries { retry_after_seconds });
    }
    let Some((id, agent)) = check(app, name, password).await? else {
        app.failures.count(&tried);
        return Err(Reject::WrongPassword);
    };
    if !agent.is_active {
        return Err(Reject::Inactive);
    }
    let token = app.tokens.issue(id, agent.role, agent.token_epoch).ok_or(Reject::Internal)?;
    Ok(Reply {
        success: true,
        access_token: token.clone(),
        token,
        token_type: "bearer",
        expires_in: LIFETIME_SECONDS,
        user: words::user(id, &agent),
    })
}

/// The person with this name and password. Takes as long for names that nobody has.
async fn check(app: &App, name: &str, password: &str) -> Result<Option<(Uuid, Arc<Agent>)>, RecordError> {
    let id = app.ledger.find_login(name).await?;
    let hash = match id {
        Some(id) => app.ledger.find_secret(PASSWORD, &id.to_string()).await?,
        None => None,
    };
    let password = password.to_owned();
    let is_right = tokio::task::spawn_blocking(move || verify_password(&password, hash.as_deref())).await;
    match (id, is_right) {
        (Some(id), Ok(true)) => Ok(Some((id, app.ledger.current_agent(id).await?))),
        _ => Ok(None),
    }
}
