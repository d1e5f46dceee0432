//! Every "no" of the native API: `{"detail", "code", "request_id"}` (C-09).

use crate::http::body::{self, BodyError};
use crate::http::fields::Problem;
use crate::http::json::{self, Fault};
use crate::http::request::request_id;
use crate::ledger::RecordError;
use crate::state::App;
use axum::Json;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::Refusal;
use metrics::counter;
use serde_json::{Value, json};

/// The largest body, in bytes.
const BODY_MAX: usize = 64 << 10;
/// How much of a name is said back, in characters.
const NAME_MAX: usize = 100;

/// A "no".
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reject {
    NotAuthenticated,
    NotPermitted,
    NotFound(&'static str),
    Invalid {
        loc: [&'static str; 2],
        msg: String,
    },
    /// A query parameter that the path does not have, and those that it has.
    UnknownParameter {
        name: String,
        known: &'static [&'static str],
    },
    Body(BodyError),
    AlreadyResolved,
    TooManyListeners,
    Unavailable,
    Internal,
}

impl Reject {
    fn parts(&self) -> (StatusCode, &'static str, Value) {
        let detail = |text: &str| Value::String(text.to_owned());
        match self {
            Self::NotAuthenticated => {
                (StatusCode::UNAUTHORIZED, "not_authenticated", detail("Not authenticated"))
            }
            Self::NotPermitted => (StatusCode::FORBIDDEN, "not_permitted", detail("Not enough permissions")),
            Self::NotFound(what) => {
                (StatusCode::NOT_FOUND, "not_found", detail(&format!("{what} not found")))
            }
            Self::Invalid { loc, msg } => {
                let list = json!([{ "loc": loc, "msg": msg, "type": "value_error" }]);
                (StatusCode::UNPROCESSABLE_ENTITY, "validation_error", list)
            }
            Self::UnknownParameter { name, known } => {
                let there_are = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                let name: String = name.chars().take(NAME_MAX).collect();
                let msg = format!("There is no parameter '{name}' here; there are: {there_are}");
                let list = json!([{ "loc": ["query", name], "msg": msg, "type": "unknown_parameter" }]);
                (StatusCode::UNPROCESSABLE_ENTITY, "validation_error", list)
            }
            Self::Body(error) => {
                let status = match error {
                    BodyError::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
                    BodyError::TooSlow => StatusCode::REQUEST_TIMEOUT,
                    BodyError::Broken => StatusCode::BAD_REQUEST,
                    BodyError::UnknownCoding => StatusCode::UNSUPPORTED_MEDIA_TYPE,
                };
                (status, "body", detail(&error.to_string()))
            }
            Self::AlreadyResolved => {
                (StatusCode::CONFLICT, "already_resolved", detail("The dead letter is resolved already"))
            }
            Self::TooManyListeners => (
                StatusCode::SERVICE_UNAVAILABLE,
                "too_many_listeners",
                detail("Too many listeners; close one, or try again later"),
            ),
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                detail("The ledger cannot do this now; try again"),
            ),
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal", detail("Something went wrong")),
        }
    }
}

impl From<Vec<Problem>> for Reject {
    fn from(problems: Vec<Problem>) -> Self {
        let first = problems.into_iter().next();
        first.map_or(Self::Internal, |problem| Self::Invalid { loc: problem.loc, msg: problem.msg })
    }
}

impl From<RecordError> for Reject {
    fn from(error: RecordError) -> Self {
        match error {
            RecordError::Refused(Refusal::DeadLetterIsResolved) => Self::AlreadyResolved,
            RecordError::Refused(Refusal::DeadLetterIsUnknown) => Self::NotFound("Dead letter"),
            RecordError::Refused(Refusal::LeadIsUnknown) => Self::NotFound("Lead"),
            RecordError::Refused(Refusal::ReasonIsMissing) => {
                Self::Invalid { loc: ["body", "reason"], msg: Refusal::ReasonIsMissing.to_string() }
            }
            RecordError::Busy | RecordError::Unavailable | RecordError::Conflict(_) => Self::Unavailable,
            RecordError::Refused(refusal) => {
                tracing::error!(%refusal, "native");
                Self::Internal
            }
            RecordError::Internal(problem) => {
                tracing::error!(problem, "native");
                Self::Internal
            }
        }
    }
}

/// A "no" that knows the request it answers.
pub struct Rejected(pub Reject, pub String);

impl IntoResponse for Rejected {
    fn into_response(self) -> Response {
        let (status, code, detail) = self.0.parts();
        tracing::info!(dialect = "native", status = status.as_u16(), code, request_id = self.1, "refused");
        counter!("ledger_refused", "dialect" => "native", "code" => code).increment(1);
        (status, Json(json!({ "detail": detail, "code": code, "request_id": self.1 }))).into_response()
    }
}

/// A JSON body; an empty one is an empty object.
#[derive(Clone, Debug)]
pub struct Body(pub Value);

impl FromRequest<App> for Body {
    type Rejection = Rejected;

    async fn from_request(request: Request, _: &App) -> Result<Self, Rejected> {
        let id = request_id(request.extensions());
        let bytes = match body::read(request.into_body(), BODY_MAX).await {
            Ok(bytes) => bytes,
            Err(error) => return Err(Rejected(Reject::Body(error), id)),
        };
        if bytes.is_empty() {
            return Ok(Self(json!({})));
        }
        let invalid =
            |msg: &str| Rejected(Reject::Invalid { loc: ["body", "body"], msg: msg.to_owned() }, id.clone());
        match json::parse(&bytes) {
            Ok(json) if json.is_object() => Ok(Self(json)),
            Ok(_) | Err(Fault::Malformed { .. }) => Err(invalid("Expected a JSON object")),
            Err(Fault::Bound(msg)) => Err(invalid(msg)),
        }
    }
}

/// A known path, another method; axum adds `Allow`.
pub async fn method_not_allowed(request: Request) -> Response {
    let id = request_id(request.extensions());
    let body = json!({ "detail": "Method Not Allowed", "code": "method_not_allowed", "request_id": id });
    (StatusCode::METHOD_NOT_ALLOWED, Json(body)).into_response()
}
