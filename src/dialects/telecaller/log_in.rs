//! `POST /api/auth/login`: every human's way in, by e-mail or user name (B-122, B-123, C-36).

use super::limit;
use super::reject::{Body, Reject};
use super::words::{self, User};
use crate::http::client_address::ClientAddress;
use crate::http::limits::Standing;
use crate::http::request::request_id;
use crate::http::tokens::{LIFETIME_SECONDS, Use};
use crate::log_in::{LoggedIn, NotLoggedIn};
use crate::state::App;
use axum::Json;
use axum::extract::{FromRequest, Request, State};
use axum::response::{IntoResponse, Response};
use domain::text::{is_blank, trim};
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

pub async fn handler(State(app): State<App>, request: Request) -> Response {
    let id = request_id(request.extensions());
    let address = request.extensions().get::<ClientAddress>().map(|address| address.ip);
    let body = match Body::from_request(request, &app).await {
        Ok(Body(body)) => body,
        Err(rejected) => return rejected.into_response(),
    };
    match log_in(&app, &body, address).await {
        Ok((reply, standing)) => limit::with(Json(reply).into_response(), standing),
        Err((reject, standing)) => limit::with(reject.answer(&id), standing),
    }
}

/// A member that says something.
fn text<'a>(body: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    let value = body.get(name).and_then(Value::as_str).filter(|value| !is_blank(value));
    value.filter(|value| value.len() <= FIELD_MAX && !value.contains('\0'))
}

type Told<T> = (T, Option<Standing>);

async fn log_in(
    app: &App,
    body: &Map<String, Value>,
    address: Option<IpAddr>,
) -> Result<Told<Reply>, Told<Reject>> {
    let name = text(body, "email").or_else(|| text(body, "username"));
    let password = text(body, "password");
    let (Some(name), Some(password)) = (name.map(trim), password) else {
        let missing = [("email", name.is_none()), ("password", password.is_none())];
        let told = missing.iter().filter(|(_, is_missing)| *is_missing);
        return Err((
            Reject::Invalid(told.map(|(field, _)| (*field, "Required".to_owned())).collect()),
            None,
        ));
    };
    let LoggedIn { id, agent, token, standing } =
        app.log_in(Use::Api, name, password, address).await.map_err(|no| {
            let standing = if let NotLoggedIn::WrongPassword { standing } = &no { *standing } else { None };
            (no.into(), standing)
        })?;
    let reply = Reply {
        success: true,
        access_token: token.clone(),
        token,
        token_type: "bearer",
        expires_in: LIFETIME_SECONDS,
        user: words::user(id, &agent),
    };
    Ok((reply, standing))
}
