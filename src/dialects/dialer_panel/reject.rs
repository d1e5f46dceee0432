//! Every "no" of the dialer panel: `{"detail", "code", "request_id"}`, and for malformed input the list form (C-09).

use super::words;
use crate::files::FileError;
use crate::http::body::{self, BodyError, JsonError};
use crate::http::fields::Problem;
use crate::http::limits::Standing;
use crate::http::request::request_id;
use crate::http::upload::UploadError;
use crate::ledger::RecordError;
use crate::state::App;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::Refusal;
use metrics::counter;
use serde_json::{Value, json};

/// The largest body, in bytes.
const BODY_MAX: usize = 64 << 10;
/// The largest body that holds a list, in bytes.
pub const LIST_MAX: usize = 10 << 20;
/// What a client is told to wait when the ledger cannot take more, in seconds.
const BUSY_RETRY_AFTER_SECONDS: i64 = 2;

/// A "no".
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reject {
    NotAuthenticated,
    NotPermitted,
    /// B-170
    TooManyRequests(Standing),
    /// Where it is, what is wrong, and the kind of fault.
    Invalid {
        loc: Vec<&'static str>,
        msg: String,
        kind: &'static str,
    },
    /// A file whose reader gave up, and why.
    BadFile(String),
    IdempotencyKeyReused,
    /// What there is none of.
    NotFound(&'static str),
    /// A rule of the domain that the document does not know.
    Refused(Refusal),
    Body(BodyError),
    UnsupportedType,
    Conflict,
    Unavailable,
    Internal,
}

impl Reject {
    /// Malformed input in the body.
    pub fn invalid(field: &'static str, msg: impl Into<String>, kind: &'static str) -> Self {
        Self::Invalid { loc: vec!["body", field], msg: msg.into(), kind }
    }

    fn parts(&self) -> (StatusCode, &'static str, Value) {
        let detail = |text: &str| Value::String(text.to_owned());
        match self {
            Self::NotAuthenticated => {
                (StatusCode::UNAUTHORIZED, "not_authenticated", detail("Not authenticated"))
            }
            Self::NotPermitted => (StatusCode::FORBIDDEN, "not_permitted", detail("Not enough permissions")),
            Self::Invalid { loc, msg, kind } => {
                let list = json!([{ "loc": loc, "msg": msg, "type": kind }]);
                (StatusCode::UNPROCESSABLE_ENTITY, "validation_error", list)
            }
            Self::BadFile(why) => (StatusCode::BAD_REQUEST, "bad_file", detail(why)),
            Self::IdempotencyKeyReused => (
                StatusCode::CONFLICT,
                "idempotency_key_reused",
                detail("This Idempotency-Key was used with another body"),
            ),
            Self::TooManyRequests(_) => (
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_requests",
                detail("Too many requests; try again later"),
            ),
            Self::NotFound(what) => {
                (StatusCode::NOT_FOUND, "not_found", Value::String(format!("{what} not found")))
            }
            Self::Refused(refusal) => {
                let (code, text) = told(*refusal);
                (StatusCode::CONFLICT, code, Value::String(text))
            }
            Self::Body(BodyError::TooLarge) => {
                (StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", detail("The body is too large"))
            }
            Self::Body(BodyError::TooSlow) => {
                (StatusCode::REQUEST_TIMEOUT, "body_too_slow", detail("The body took too long to arrive"))
            }
            Self::Body(BodyError::Broken) => {
                (StatusCode::BAD_REQUEST, "body_broken", detail("The body could not be read"))
            }
            Self::Body(error @ BodyError::UnknownCoding) => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_encoding", detail(&error.to_string()))
            }
            Self::UnsupportedType => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                detail("Send application/json"),
            ),
            Self::Conflict => {
                (StatusCode::CONFLICT, "conflict", detail("It was changed by others meanwhile; try again"))
            }
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                detail("The ledger cannot take this now; try again"),
            ),
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal", detail("Something went wrong")),
        }
    }

    /// Words it for this request.
    pub fn answer(&self, request_id: &str) -> Response {
        let (status, code, detail) = self.parts();
        tracing::info!(dialect = "dialer_panel", status = status.as_u16(), code, request_id, "refused");
        counter!("ledger_refused", "dialect" => "dialer_panel", "code" => code).increment(1);
        let body = json!({ "detail": detail, "code": code, "request_id": request_id });
        let mut response = (status, Json(body)).into_response();
        if let Self::TooManyRequests(standing) = self {
            response.extensions_mut().insert(*standing);
        }
        let headers = response.headers_mut();
        if *self == Self::NotAuthenticated {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if matches!(self, Self::Unavailable | Self::Conflict) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(BUSY_RETRY_AFTER_SECONDS));
        }
        response
    }
}

impl From<RecordError> for Reject {
    fn from(error: RecordError) -> Self {
        match error {
            RecordError::Refused(refusal) => refusal.into(),
            RecordError::Conflict(_) => Self::Conflict,
            RecordError::Busy | RecordError::Unavailable => Self::Unavailable,
            RecordError::Internal(problem) => {
                tracing::error!(problem, "dialer panel");
                Self::Internal
            }
        }
    }
}

impl From<Refusal> for Reject {
    fn from(refusal: Refusal) -> Self {
        let invalid = |field, kind| Self::invalid(field, refusal.to_string(), kind);
        match refusal {
            Refusal::CredentialIsUnknown => Self::NotAuthenticated,
            Refusal::TimeZoneIsUnknown => invalid("timezone", "value_error"),
            Refusal::WindowIsMalformed => invalid("intervals", "value_error"),
            Refusal::TooMany { .. } => invalid("intervals", "too_long"),
            Refusal::LeadIsUnknown | Refusal::LeadIsDeleted | Refusal::LeadIsSomebodyElses => {
                Self::NotFound("Number")
            }
            Refusal::AgentIsUnknown => Self::NotFound("User"),
            Refusal::UsernameIsMalformed => invalid("username", "value_error"),
            Refusal::EmailIsMalformed => invalid("email", "value_error"),
            Refusal::PasswordIsMalformed => invalid("password", "value_error"),
            Refusal::ScopeIsForMachines => invalid("scopes", "value_error"),
            Refusal::ReasonIsMissing => invalid("reason", "value_error"),
            Refusal::KeyIsTaken(_)
            | Refusal::StatusIsImmutable(_)
            | Refusal::StatusIsNotSettable(_)
            | Refusal::AgentIsSelf
            | Refusal::AgentIsLastAdmin => Self::Refused(refusal),
            // No operation of this dialect asks for what the others refuse.
            Refusal::AlreadyExists
            | Refusal::AgentIsNoSupervisor
            | Refusal::LeadIsNotDeleted
            | Refusal::LeadIsClosed
            | Refusal::LeadIsFull
            | Refusal::LeadIsLeased
            | Refusal::LeadIsNotDue
            | Refusal::LeadHasNoPhone
            | Refusal::PhoneIsBanned
            | Refusal::LeadIsNotInterested
            | Refusal::NothingIsSubmitted
            | Refusal::SubmissionIsOwn
            | Refusal::AttemptIsUnknown
            | Refusal::AgentIsClosed
            | Refusal::AgentIsInactive
            | Refusal::FieldsAreTooLarge
            | Refusal::BatchIsLive
            | Refusal::BatchIsUnknown
            | Refusal::DeadLetterIsUnknown
            | Refusal::DeadLetterIsResolved
            | Refusal::ReportIsUnknown => Self::Conflict,
        }
    }
}

impl From<Vec<Problem>> for Reject {
    fn from(problems: Vec<Problem>) -> Self {
        let first = problems.into_iter().next();
        first.map_or(Self::Internal, |problem| Self::Invalid {
            loc: problem.loc.to_vec(),
            msg: problem.msg,
            kind: problem.kind,
        })
    }
}

/// A rule's "no": a word for programs, and the panel's own words.
pub fn told(refusal: Refusal) -> (&'static str, String) {
    if let Refusal::StatusIsImmutable(status) = refusal {
        return ("immutable_status", format!("Status {} is immutable", words::status(status)));
    }
    if let Refusal::StatusIsNotSettable(status) = refusal {
        let text = format!("Status {} is not one that people set", words::status(status));
        return ("status_not_settable", text);
    }
    if let Refusal::KeyIsTaken(kind) = refusal {
        return ("taken", format!("This {} is taken", kind.as_str()));
    }
    if matches!(refusal, Refusal::LeadIsUnknown | Refusal::LeadIsDeleted) {
        return ("not_found", "Number not found".to_owned());
    }
    let known = [(Refusal::AgentIsSelf, "own_account"), (Refusal::AgentIsLastAdmin, "last_admin")];
    let code = known.iter().find(|(known, _)| *known == refusal).map_or("conflict", |(_, code)| code);
    (code, refusal.to_string())
}

/// A "no" that knows the request it answers.
pub struct Rejected(pub Reject, pub String);

impl IntoResponse for Rejected {
    fn into_response(self) -> Response {
        self.0.answer(&self.1)
    }
}

/// A body that holds JSON, whatever it calls itself; one that does not and says so is the wrong type. `MAX` bytes.
#[derive(Clone, Debug)]
pub struct Body<const MAX: usize = BODY_MAX> {
    pub bytes: Bytes,
    pub json: Value,
}

impl<const MAX: usize> FromRequest<App> for Body<MAX> {
    type Rejection = Rejected;

    async fn from_request(request: Request, _: &App) -> Result<Self, Rejected> {
        let id = request_id(request.extensions());
        match body::json(request, MAX).await {
            Ok((bytes, members)) => Ok(Self { bytes, json: Value::Object(members) }),
            Err(error) => Err(Rejected(error.into(), id)),
        }
    }
}

impl From<JsonError> for Reject {
    fn from(error: JsonError) -> Self {
        match error {
            JsonError::Body(error) => Self::Body(error),
            JsonError::OtherType => Self::UnsupportedType,
            JsonError::NoObject => Self::invalid("body", "Expected a JSON object", "dict_type"),
            JsonError::Bound(msg) => Self::invalid("body", msg, "too_long"),
            JsonError::Malformed { line, column } => {
                let msg = format!("JSON decode error at line {line} column {column}");
                Self::invalid("body", msg, "json_invalid")
            }
        }
    }
}

impl From<UploadError> for Reject {
    fn from(error: UploadError) -> Self {
        match error {
            UploadError::Body(error) => Self::Body(error),
            UploadError::Form => Self::invalid("file", "The form could not be read", "value_error"),
            UploadError::Missing => Self::invalid("file", "Field required", "missing"),
            UploadError::Disk => Self::Unavailable,
        }
    }
}

impl From<FileError> for Reject {
    fn from(error: FileError) -> Self {
        let text = error.to_string();
        match error {
            FileError::Panicked | FileError::Stopped => Self::BadFile(text),
            FileError::Empty
            | FileError::OtherFormat(_)
            | FileError::ControlCharacter { .. }
            | FileError::Malformed { .. }
            | FileError::OpenQuote(_)
            | FileError::MissingColumn(_)
            | FileError::NoNumbers
            | FileError::LongName(_)
            | FileError::Over { .. }
            | FileError::Unreadable(_) => Self::invalid("file", text, "value_error"),
            FileError::Disk(problem) => {
                tracing::error!(%problem, "a file");
                Self::Unavailable
            }
        }
    }
}

/// A path of this dialect's folders that is none (C-50).
#[expect(clippy::unused_async, reason = "routers take handlers that are asynchronous")]
pub async fn not_found(request: Request) -> Response {
    let id = request_id(request.extensions());
    let body = json!({ "detail": "Not Found", "code": "not_found", "request_id": id });
    (StatusCode::NOT_FOUND, Json(body)).into_response()
}

/// A known path, another method; axum adds `Allow`.
pub async fn method_not_allowed(request: Request) -> Response {
    let id = request_id(request.extensions());
    let body = json!({ "detail": "Method Not Allowed", "code": "method_not_allowed", "request_id": id });
    (StatusCode::METHOD_NOT_ALLOWED, Json(body)).into_response()
}
