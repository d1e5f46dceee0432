//! Every "no" of the telecaller CRM: `{"success": false, "message", "errors"?, "code", "request_id"}` (B-161 to B-165).

use crate::http::body::{self, BodyError, JsonError};
use crate::http::request::request_id;
use crate::ledger::RecordError;
use crate::log_in::NotLoggedIn;
use crate::state::App;
use axum::Json;
use axum::body::Body as RawBody;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use metrics::counter;
use serde_json::{Value, json};

/// The largest body, in bytes.
const BODY_MAX: usize = 64 << 10;
const BUSY_RETRY_AFTER_SECONDS: i64 = 2;

/// A "no".
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reject {
    /// Every bad field and what is wrong with it.
    Invalid(Vec<(&'static str, String)>),
    Malformed,
    NoToken,
    BadToken,
    WrongPassword,
    Inactive,
    TooManyTries {
        retry_after_seconds: i64,
    },
    NotFound,
    Body(BodyError),
    Unavailable,
    Internal,
}

impl Reject {
    fn parts(&self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::Invalid(_) => (StatusCode::BAD_REQUEST, "validation_error", "Validation error"),
            Self::Malformed => (StatusCode::BAD_REQUEST, "json_invalid", "The body is not valid JSON"),
            Self::NoToken => (StatusCode::UNAUTHORIZED, "no_token", "Access denied. No token provided."),
            Self::BadToken => (StatusCode::UNAUTHORIZED, "bad_token", "Access denied. Invalid token."),
            Self::WrongPassword => (StatusCode::UNAUTHORIZED, "wrong_password", "Invalid credentials"),
            Self::Inactive => (StatusCode::FORBIDDEN, "inactive", "This account is not active"),
            Self::TooManyTries { .. } => {
                (StatusCode::TOO_MANY_REQUESTS, "too_many_tries", "Too many failed log-ins. Try again later.")
            }
            Self::NotFound => (StatusCode::NOT_FOUND, "not_found", "Resource not found"),
            Self::Body(BodyError::TooLarge) => {
                (StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "The body is larger than 64 KiB")
            }
            Self::Body(BodyError::TooSlow) => {
                (StatusCode::REQUEST_TIMEOUT, "body_too_slow", "The body took too long to arrive")
            }
            Self::Body(BodyError::Broken) => {
                (StatusCode::BAD_REQUEST, "body_broken", "The body could not be read")
            }
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "The ledger cannot take this now. Try again.",
            ),
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something went wrong!"),
        }
    }

    /// Words it for this request.
    pub fn answer(&self, request_id: &str) -> Response {
        let (status, code, message) = self.parts();
        tracing::info!(dialect = "telecaller", status = status.as_u16(), code, request_id, "refused");
        counter!("ledger_refused", "dialect" => "telecaller", "code" => code).increment(1);
        let mut body =
            json!({ "success": false, "message": message, "code": code, "request_id": request_id });
        if let Self::Invalid(fields) = self {
            let errors = fields.iter().map(|(field, message)| json!({ "field": field, "message": message }));
            body["errors"] = Value::Array(errors.collect());
        }
        let mut response = (status, Json(body)).into_response();
        let wait = match self {
            Self::TooManyTries { retry_after_seconds } => Some(*retry_after_seconds),
            Self::Unavailable => Some(BUSY_RETRY_AFTER_SECONDS),
            Self::Invalid(_)
            | Self::Malformed
            | Self::NoToken
            | Self::BadToken
            | Self::WrongPassword
            | Self::Inactive
            | Self::NotFound
            | Self::Body(_)
            | Self::Internal => None,
        };
        if let Some(seconds) = wait {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<RecordError> for Reject {
    fn from(error: RecordError) -> Self {
        match error {
            RecordError::Busy | RecordError::Unavailable | RecordError::Conflict(_) => Self::Unavailable,
            RecordError::Refused(refusal) => {
                tracing::error!(%refusal, "no operation of this dialect is refused yet");
                Self::Internal
            }
            RecordError::Internal(problem) => {
                tracing::error!(problem, "telecaller");
                Self::Internal
            }
        }
    }
}

impl From<NotLoggedIn> for Reject {
    fn from(no: NotLoggedIn) -> Self {
        match no {
            NotLoggedIn::WrongPassword => Self::WrongPassword,
            NotLoggedIn::Inactive => Self::Inactive,
            NotLoggedIn::TooManyTries { retry_after_seconds } => Self::TooManyTries { retry_after_seconds },
            NotLoggedIn::Failed(error) => error.into(),
        }
    }
}

/// A "no" that knows the request it answers.
pub struct Rejected(pub Reject, pub String);

impl IntoResponse for Rejected {
    fn into_response(self) -> Response {
        self.0.answer(&self.1)
    }
}

/// A JSON body.
#[derive(Clone, Debug)]
pub struct Body(pub Value);

impl FromRequest<App> for Body {
    type Rejection = Rejected;

    async fn from_request(request: Request, _: &App) -> Result<Self, Rejected> {
        let id = request_id(request.extensions());
        match body::json(request, BODY_MAX).await {
            Ok((_, members)) => Ok(Self(Value::Object(members))),
            Err(JsonError::Body(error)) => Err(Rejected(Reject::Body(error), id)),
            Err(JsonError::OtherType | JsonError::NoObject | JsonError::Malformed { .. }) => {
                Err(Rejected(Reject::Malformed, id))
            }
        }
    }
}

/// Nobody's path.
pub async fn not_found(request: Request) -> Response {
    Reject::NotFound.answer(&request_id(request.extensions()))
}

/// A known path, another method; axum adds `Allow`.
pub async fn method_not_allowed(request: Request) -> Response {
    let id = request_id(request.extensions());
    let body = json!({ "success": false, "message": "Method not allowed", "code": "method_not_allowed", "request_id": id });
    (StatusCode::METHOD_NOT_ALLOWED, Json(body)).into_response()
}

/// A defect of ours: told without its text, which may hold anything.
pub fn panicked(_: Box<dyn std::any::Any + Send>) -> axum::http::Response<RawBody> {
    tracing::error!("a request panicked");
    Reject::Internal.answer("")
}
