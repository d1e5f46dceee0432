//! `POST /api/v1/auth/login {email|username, password}`: the way in of every person, here in this dialect's shapes (C-36, F3).

use super::me::Me;
use super::reject::{Body, Reject, Rejected};
use crate::http::client_address::ClientAddress;
use crate::http::fields::Fields;
use crate::http::request::request_id;
use crate::http::tokens::{LIFETIME_SECONDS, Use};
use crate::log_in::LoggedIn;
use crate::state::App;
use axum::Json;
use axum::extract::{FromRequest, Request, State};
use serde::Serialize;
use serde_json::{Map, Value};
use std::net::IpAddr;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
#[schema(as = LoggedIn)]
pub struct Reply {
    success: bool,
    access_token: String,
    /// The same as `access_token`.
    token: String,
    token_type: &'static str,
    /// Seconds.
    expires_in: i64,
    user: Me,
}

impl From<LoggedIn> for Reply {
    fn from(LoggedIn { id, agent, token, .. }: LoggedIn) -> Self {
        Self {
            success: true,
            access_token: token.clone(),
            token,
            token_type: "bearer",
            expires_in: LIFETIME_SECONDS,
            user: Me::of(id, &agent),
        }
    }
}

#[derive(ToSchema)]
#[schema(as = LogIn)]
#[expect(dead_code, reason = "told to clients; read by its names")]
struct Credentials {
    /// This or `username`.
    #[schema(example = "admin@localhost")]
    email: Option<String>,
    username: Option<String>,
    password: String,
}

#[utoipa::path(
    post, path = "/api/v1/auth/login", operation_id = "log_in", tag = "people",
    summary = "A token for a person's name and password",
    request_body = Credentials,
    responses((status = 200, body = Reply)),
)]
pub async fn handler(State(app): State<App>, request: Request) -> Result<Json<Reply>, Rejected> {
    let id = request_id(request.extensions());
    let address = request.extensions().get::<ClientAddress>().map(|address| address.ip);
    let Body(body) = Body::from_request(request, &app).await?;
    log_in(&app, &body, address).await.map(Json).map_err(|reject| Rejected(reject, id))
}

async fn log_in(app: &App, body: &Map<String, Value>, address: Option<IpAddr>) -> Result<Reply, Reject> {
    let mut fields = Fields::of_body(body);
    let (email, username) = (fields.text("email"), fields.text("username"));
    let name = fields.required("email", email.or(username));
    // As it was typed: blanks at the ends of a password belong to it.
    let password = fields.text("password").and_then(|_| body.get("password")?.as_str());
    let password = fields.required("password", password);
    fields.end()?;
    let (Some(name), Some(password)) = (name, password) else { return Err(Reject::Internal) };
    Ok(app.log_in(Use::Api, &name, password, address).await?.into())
}
