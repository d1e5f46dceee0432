//! `POST /api/auth/login`: every human's way in, by e-mail or user name (B-122, B-123, C-36).

use super::reject::{Body, Reject, Rejected};
use super::words::{self, User};
use crate::http::client_address::ClientAddress;
use crate::http::request::request_id;
use crate::http::tokens::{LIFETIME_SECONDS, Use};
use crate::log_in::LoggedIn;
use crate::state::App;
use axum::Json;
use axum::extract::{FromRequest, Request, State};
use serde::Serialize;
use serde_json::{Map, Value};
use std::net::IpAddr;

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
    let address = request.extensions().get::<ClientAddress>().map(|address| address.ip);
    let Body(body) = Body::from_request(request, &app).await?;
    log_in(&app, &body, address).await.map(Json).map_err(|reject| Rejected(reject, id))
}

async fn log_in(app: &App, body: &Map<String, Value>, address: Option<IpAddr>) -> Result<Reply, Reject> {
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
    let LoggedIn { id, agent, token } = app.log_in(Use::Api, name, password, address).await?;
    Ok(Reply {
        success: true,
        access_token: token.clone(),
        token,
        token_type: "bearer",
        expires_in: LIFETIME_SECONDS,
        user: words::user(id, &agent),
    })
}
