//! Every "no" of the telecaller CRM: `{"success": false, "message", "errors"?, "code", "request_id"}` (B-161 to B-165).

use crate::http::body::{self, BodyError, JsonError};
use crate::http::fields::Problem;
use crate::http::limits::Standing;
use crate::http::request::{Detail, request_id};
use crate::ledger::RecordError;
use crate::log_in::NotLoggedIn;
use crate::state::App;
use axum::Json;
use axum::body::Body as RawBody;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::Refusal;
use domain::keys::KeyKind;
use metrics::counter;
use serde_json::{Map, Value, json};

/// The largest body, in bytes.
const BODY_MAX: usize = 64 << 10;
const BUSY_RETRY_AFTER_SECONDS: i64 = 2;

/// A "no".
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reject {
    /// Every bad field and what is wrong with it.
    Invalid(Vec<(&'static str, String)>),
    Malformed,
    /// The body calls itself something else than JSON, and is nothing else (C-09).
    OtherType,
    NotPermitted,
    /// A rule's "no", in its own words.
    Refused(Refusal),
    /// The gate that a call does not pass, and what it says.
    NotDialable {
        gate: &'static str,
        reason: String,
    },
    /// Nobody places calls.
    NoProvider,
    /// The call provider did not take the call.
    NotPlaced,
    BadSignature,
    /// The same, in the words of Meta's webhook.
    Unsigned,
    NoToken,
    BadToken,
    WrongPassword,
    Inactive,
    TooManyTries {
        retry_after_seconds: i64,
    },
    /// B-170
    TooManyRequests(Standing),
    NotFound,
    Body(BodyError),
    Unavailable,
    /// What went wrong, for whoever develops.
    Internal(String),
}

impl Reject {
    fn parts(&self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::Invalid(_) => (StatusCode::BAD_REQUEST, "validation_error", "Validation error"),
            Self::Malformed => (StatusCode::BAD_REQUEST, "json_invalid", "The body is not valid JSON"),
            Self::OtherType => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "The body must be JSON (Content-Type: application/json)",
            ),
            Self::NotPermitted => {
                (StatusCode::FORBIDDEN, "not_permitted", "Access denied. Insufficient permissions.")
            }
            Self::Refused(_) => (StatusCode::BAD_REQUEST, "refused", "That cannot be done"),
            Self::NotDialable { .. } => {
                (StatusCode::BAD_REQUEST, "not_dialable", "The lead cannot be called now")
            }
            Self::NoProvider => {
                (StatusCode::SERVICE_UNAVAILABLE, "no_provider", "No call provider is configured")
            }
            Self::NotPlaced => {
                (StatusCode::BAD_GATEWAY, "not_placed", "The call provider did not take the call")
            }
            Self::Unsigned => (StatusCode::UNAUTHORIZED, "bad_signature", "Invalid signature"),
            Self::BadSignature => (StatusCode::FORBIDDEN, "bad_signature", "Invalid signature"),
            Self::NoToken => (StatusCode::UNAUTHORIZED, "no_token", "Access denied. No token provided."),
            Self::BadToken => (StatusCode::UNAUTHORIZED, "bad_token", "Access denied. Invalid token."),
            Self::WrongPassword => (StatusCode::UNAUTHORIZED, "wrong_password", "Invalid credentials"),
            Self::Inactive => (StatusCode::FORBIDDEN, "inactive", "This account is not active"),
            Self::TooManyTries { .. } => {
                (StatusCode::TOO_MANY_REQUESTS, "too_many_tries", "Too many failed log-ins. Try again later.")
            }
            Self::TooManyRequests(_) => (
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_requests",
                "Too many requests. Please try again later.",
            ),
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
            Self::Body(BodyError::UnknownCoding) => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_encoding",
                "Send the body as it is, or with gzip",
            ),
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "The ledger cannot take this now. Try again.",
            ),
            Self::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something went wrong!"),
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
        if let Self::NotDialable { gate, reason } = self {
            body["errors"] = json!([{ "field": "leadId", "message": reason, "gate": gate }]);
        }
        if let Self::Refused(refusal) = self {
            body["message"] = refusal.to_string().into();
        }
        let mut response = (status, Json(body)).into_response();
        let wait = match self {
            Self::TooManyTries { retry_after_seconds } => Some(*retry_after_seconds),
            Self::Unavailable => Some(BUSY_RETRY_AFTER_SECONDS),
            Self::Invalid(_)
            | Self::Malformed
            | Self::OtherType
            | Self::NotPermitted
            | Self::Refused(_)
            | Self::NotDialable { .. }
            | Self::NoProvider
            | Self::NotPlaced
            | Self::BadSignature
            | Self::Unsigned
            | Self::NoToken
            | Self::BadToken
            | Self::WrongPassword
            | Self::Inactive
            | Self::TooManyRequests(_)
            | Self::NotFound
            | Self::Body(_)
            | Self::Internal(_) => None,
        };
        if let Self::Internal(problem) = self {
            response.extensions_mut().insert(Detail(problem.clone()));
        }
        if let Self::TooManyRequests(standing) = self {
            response.extensions_mut().insert(*standing);
        }
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
            RecordError::Refused(refusal) => refusal.into(),
            RecordError::Internal(problem) => {
                tracing::error!(problem, "telecaller");
                Self::Internal(problem)
            }
        }
    }
}

impl From<Refusal> for Reject {
    fn from(refusal: Refusal) -> Self {
        let invalid = |field, text: String| Self::Invalid(vec![(field, text)]);
        match refusal {
            Refusal::LeadIsUnknown
            | Refusal::LeadIsDeleted
            | Refusal::LeadIsSomebodyElses
            | Refusal::AgentIsUnknown
            | Refusal::AttemptIsUnknown
            | Refusal::ReportIsUnknown => Self::NotFound,
            Refusal::EmailIsMalformed => invalid("email", "Please provide a valid email".to_owned()),
            Refusal::PasswordIsMalformed => invalid("password", refusal.to_string()),
            Refusal::UsernameIsMalformed => invalid("username", refusal.to_string()),
            Refusal::AgentIsNoSupervisor => invalid("supervisor", refusal.to_string()),
            Refusal::ReasonIsMissing => invalid("reason", refusal.to_string()),
            Refusal::AgentIsInactive => invalid("assignedTo", "This user takes no calls".to_owned()),
            Refusal::KeyIsTaken(KeyKind::Login) => invalid("email", "Email is already in use".to_owned()),
            Refusal::KeyIsTaken(KeyKind::Phone | KeyKind::PhoneOfAgent) => {
                invalid("phone", "Another lead has this number".to_owned())
            }
            Refusal::KeyIsTaken(KeyKind::Report) => {
                invalid("reportDate", "There is a report of this day and type already".to_owned())
            }
            Refusal::LeadIsLeased | Refusal::KeyIsTaken(KeyKind::Lease) => {
                Self::NotDialable { gate: "lease", reason: Refusal::LeadIsLeased.to_string() }
            }
            Refusal::AlreadyExists
            | Refusal::LeadIsNotDeleted
            | Refusal::LeadIsClosed
            | Refusal::LeadIsFull
            | Refusal::LeadIsNotDue
            | Refusal::LeadHasNoPhone
            | Refusal::StatusIsImmutable(_)
            | Refusal::StatusIsNotSettable(_)
            | Refusal::AgentIsClosed
            | Refusal::AgentIsSelf
            | Refusal::AgentIsLastAdmin
            | Refusal::ScopeIsForMachines
            | Refusal::PhoneIsBanned
            | Refusal::LeadIsNotInterested
            | Refusal::NothingIsSubmitted
            | Refusal::SubmissionIsOwn
            | Refusal::TimeZoneIsUnknown
            | Refusal::WindowIsMalformed
            | Refusal::TooMany { .. }
            | Refusal::FieldsAreTooLarge
            | Refusal::BatchIsLive
            | Refusal::BatchIsUnknown
            | Refusal::CredentialIsUnknown
            | Refusal::DeadLetterIsUnknown
            | Refusal::DeadLetterIsResolved
            | Refusal::KeyIsTaken(_) => Self::Refused(refusal),
        }
    }
}

impl From<Vec<Problem>> for Reject {
    fn from(problems: Vec<Problem>) -> Self {
        let told = |problem: Problem| match problem.kind {
            // Ids look otherwise here.
            "uuid_parsing" => (problem.loc[1], "Invalid id".to_owned()),
            _ => (problem.loc[1], problem.msg),
        };
        Self::Invalid(problems.into_iter().map(told).collect())
    }
}

impl From<NotLoggedIn> for Reject {
    fn from(no: NotLoggedIn) -> Self {
        match no {
            NotLoggedIn::WrongPassword { .. } => Self::WrongPassword,
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

/// A JSON object.
#[derive(Clone, Debug)]
pub struct Body(pub Map<String, Value>);

impl FromRequest<App> for Body {
    type Rejection = Rejected;

    async fn from_request(request: Request, _: &App) -> Result<Self, Rejected> {
        let id = request_id(request.extensions());
        match body::json(request, BODY_MAX).await {
            Ok((_, members)) => Ok(Self(members)),
            Err(JsonError::Body(error)) => Err(Rejected(Reject::Body(error), id)),
            Err(JsonError::NoObject) => {
                let told = "Expected a JSON object".to_owned();
                Err(Rejected(Reject::Invalid(vec![("body", told)]), id))
            }
            Err(JsonError::Bound(told)) => {
                Err(Rejected(Reject::Invalid(vec![("body", told.to_owned())]), id))
            }
            Err(JsonError::OtherType) => Err(Rejected(Reject::OtherType, id)),
            Err(JsonError::Malformed { .. }) => Err(Rejected(Reject::Malformed, id)),
        }
    }
}

/// Nobody's path.
#[expect(clippy::unused_async, reason = "routers take handlers that are asynchronous")]
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
    Reject::Internal("a request panicked".to_owned()).answer("")
}
