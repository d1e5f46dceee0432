//! `POST /api/v1/auth/test-login {email}`: lets a person in without a password, while developing only. In production nothing is
//! at this path (F9).

use super::log_in::Reply;
use super::reject::{Body, Reject, Rejected};
use crate::http::fields::Fields;
use crate::http::request::request_id;
use crate::http::tokens::Use;
use crate::state::App;
use axum::Json;
use axum::extract::{FromRequest, Request, State};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};
use utoipa::ToSchema;

#[derive(ToSchema)]
#[schema(as = TestLogIn)]
#[expect(dead_code, reason = "told to clients; read by its names")]
struct Email {
    #[schema(example = "admin@localhost")]
    email: String,
}

#[utoipa::path(
    post, path = "/api/v1/auth/test-login", operation_id = "test_log_in", tag = "people",
    summary = "While developing: a token for a person's e-mail address",
    request_body = Email,
    responses((status = 200, body = Reply)),
)]
pub async fn handler(State(app): State<App>, request: Request) -> Response {
    if app.config.is_production {
        return super::reject::not_found(request).await;
    }
    let id = request_id(request.extensions());
    let answer = async {
        let Body(body) = Body::from_request(request, &app).await?;
        log_in(&app, &body).await.map(Json).map_err(|reject| Rejected(reject, id))
    };
    answer.await.into_response()
}

async fn log_in(app: &App, body: &Map<String, Value>) -> Result<Reply, Reject> {
    let mut fields = Fields::of_body(body);
    let email = fields.email("email");
    let email = fields.required("email", email);
    fields.end()?;
    let email = email.ok_or(Reject::Internal)?;
    let logged_in = app.log_in_for_test(Use::Api, &email).await?;
    Ok(logged_in.ok_or(Reject::NotFound("User"))?.into())
}
