//! Every "no" of document 002: `{"detail": text}`, and where the document says so `{"detail": [{loc, msg, type}]}`
//! (B-056, B-084, C-09).

use crate::files::{Bound, FileError};
use crate::http::body::{self, BodyError, JsonError};
use crate::http::fields::Problem;
use crate::http::limits::Standing;
use crate::http::request::request_id;
use crate::http::upload::UploadError;
use crate::ledger::RecordError;
use crate::log_in::NotLoggedIn;
use crate::state::App;
use axum::Json;
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
    NotAuthenticated,
    NotPermitted,
    NotFound(&'static str),
    /// B-064
    BadPhone,
    /// B-063
    DuplicateLead,
    BannedPhone,
    /// B-170
    TooManyRequests(Standing),
    WrongPassword,
    Inactive,
    /// Too many log-ins failed.
    TooManyTries {
        retry_after_seconds: i64,
    },
    /// A file as a whole, and why.
    BadFile(String),
    /// Which bound a file passes.
    FileTooLarge(String),
    Taken(KeyKind),
    Invalid(Vec<Problem>),
    UnsupportedType,
    Body(BodyError),
    Conflict,
    Unavailable,
    Internal,
}

impl Reject {
    /// A "no" because of one member of the body.
    pub fn invalid(name: &'static str, msg: impl Into<String>, kind: &'static str) -> Self {
        Self::Invalid(vec![Problem { loc: ["body", name], msg: msg.into(), kind }])
    }

    /// A "no" because of one member of the query.
    pub fn query(name: &'static str, msg: impl Into<String>, kind: &'static str) -> Self {
        Self::Invalid(vec![Problem { loc: ["query", name], msg: msg.into(), kind }])
    }

    /// A path whose id is none.
    pub fn path(name: &'static str) -> Self {
        let msg = "Input should be a valid UUID".to_owned();
        Self::Invalid(vec![Problem { loc: ["path", name], msg, kind: "uuid_parsing" }])
    }

    fn parts(&self) -> (StatusCode, &'static str, Value) {
        let text = |status, code, text: &str| (status, code, Value::from(text));
        match self {
            Self::NotAuthenticated => {
                text(StatusCode::UNAUTHORIZED, "not_authenticated", "Not authenticated")
            }
            Self::WrongPassword => {
                text(StatusCode::UNAUTHORIZED, "wrong_password", "Incorrect email or password")
            }
            Self::Inactive => text(StatusCode::FORBIDDEN, "inactive", "This account is not active"),
            Self::TooManyTries { .. } => text(
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_tries",
                "Too many failed log-ins; try again later",
            ),
            Self::NotPermitted => text(StatusCode::FORBIDDEN, "not_permitted", "Not enough permissions"),
            Self::TooManyRequests(_) => {
                text(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "Too many uploads; try again later")
            }
            Self::NotFound(what) => text(StatusCode::NOT_FOUND, "not_found", &format!("{what} not found")),
            Self::BadPhone => text(StatusCode::BAD_REQUEST, "bad_phone", "Invalid phone number format"),
            Self::DuplicateLead => text(
                StatusCode::BAD_REQUEST,
                "duplicate_lead",
                "Lead with this phone number already exists for this agent",
            ),
            Self::BannedPhone => text(
                StatusCode::BAD_REQUEST,
                "banned_phone",
                "This phone number is banned; create another lead for another number",
            ),
            Self::BadFile(why) => text(StatusCode::BAD_REQUEST, "bad_file", why),
            Self::FileTooLarge(why) => text(StatusCode::PAYLOAD_TOO_LARGE, "file_too_large", why),
            Self::Taken(kind) => {
                text(StatusCode::BAD_REQUEST, "taken", &format!("This {} is taken", kind.as_str()))
            }
            Self::Invalid(problems) => {
                let list = problems.iter();
                let list = list.map(|one| json!({ "loc": one.loc, "msg": one.msg, "type": one.kind }));
                (StatusCode::UNPROCESSABLE_ENTITY, "validation_error", list.collect())
            }
            Self::UnsupportedType => {
                text(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "Send application/json")
            }
            Self::Body(BodyError::TooLarge) => text(
                StatusCode::PAYLOAD_TOO_LARGE,
                "body_too_large",
                "Too large: a body 64 KiB, a file 10 MiB",
            ),
            Self::Body(BodyError::TooSlow) => {
                text(StatusCode::REQUEST_TIMEOUT, "body_too_slow", "The body took too long to arrive")
            }
            Self::Body(BodyError::Broken) => {
                text(StatusCode::BAD_REQUEST, "body_broken", "The body could not be read")
            }
            Self::Body(error @ BodyError::UnknownCoding) => {
                text(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_encoding", &error.to_string())
            }
            Self::Conflict => text(StatusCode::CONFLICT, "conflict", "That cannot be done to it now"),
            Self::Unavailable => text(
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "The ledger cannot take this now; try again",
            ),
            Self::Internal => text(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Internal Server Error"),
        }
    }

    /// Words it for this request.
    pub fn answer(&self, request_id: &str) -> Response {
        let (status, code, detail) = self.parts();
        tracing::info!(dialect = "scheduling", status = status.as_u16(), code, request_id, "refused");
        counter!("ledger_refused", "dialect" => "scheduling", "code" => code).increment(1);
        let body = json!({ "detail": detail, "code": code, "request_id": request_id });
        let mut response = (status, Json(body)).into_response();
        if let Self::TooManyRequests(standing) = self {
            response.extensions_mut().insert(*standing);
        }
        if *self == Self::NotAuthenticated {
            let bearer = HeaderValue::from_static("Bearer");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, bearer);
        }
        let retry_after_seconds = match self {
            Self::Unavailable => Some(BUSY_RETRY_AFTER_SECONDS),
            Self::TooManyTries { retry_after_seconds } => Some(*retry_after_seconds),
            Self::NotAuthenticated
            | Self::NotPermitted
            | Self::NotFound(_)
            | Self::BadPhone
            | Self::DuplicateLead
            | Self::BannedPhone
            | Self::TooManyRequests(_)
            | Self::WrongPassword
            | Self::Inactive
            | Self::BadFile(_)
            | Self::FileTooLarge(_)
            | Self::Taken(_)
            | Self::Invalid(_)
            | Self::UnsupportedType
            | Self::Body(_)
            | Self::Conflict
            | Self::Internal => None,
        };
        if let Some(seconds) = retry_after_seconds {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<Vec<Problem>> for Reject {
    fn from(problems: Vec<Problem>) -> Self {
        Self::Invalid(problems)
    }
}

impl From<RecordError> for Reject {
    fn from(error: RecordError) -> Self {
        match error {
            RecordError::Busy | RecordError::Unavailable | RecordError::Conflict(_) => Self::Unavailable,
            RecordError::Refused(refusal) => refusal.into(),
            RecordError::Internal(problem) => {
                tracing::error!(problem, "scheduling");
                Self::Internal
            }
        }
    }
}

impl From<NotLoggedIn> for Reject {
    fn from(error: NotLoggedIn) -> Self {
        match error {
            NotLoggedIn::WrongPassword { .. } => Self::WrongPassword,
            NotLoggedIn::Inactive => Self::Inactive,
            NotLoggedIn::TooManyTries { retry_after_seconds } => Self::TooManyTries { retry_after_seconds },
            NotLoggedIn::Failed(error) => error.into(),
        }
    }
}

impl From<Refusal> for Reject {
    fn from(refusal: Refusal) -> Self {
        let invalid = |name, kind| Self::invalid(name, refusal.to_string(), kind);
        match refusal {
            Refusal::KeyIsTaken(KeyKind::PhoneOfAgent | KeyKind::Phone) => Self::DuplicateLead,
            Refusal::KeyIsTaken(kind) => Self::Taken(kind),
            Refusal::PhoneIsBanned => Self::BannedPhone,
            Refusal::LeadIsUnknown | Refusal::LeadIsDeleted | Refusal::LeadIsSomebodyElses => {
                Self::NotFound("Lead")
            }
            Refusal::AgentIsUnknown => Self::NotFound("Agent"),
            Refusal::AttemptIsUnknown => Self::NotFound("Call"),
            Refusal::UsernameIsMalformed => invalid("username", "value_error"),
            Refusal::EmailIsMalformed => invalid("email", "value_error"),
            Refusal::PasswordIsMalformed => invalid("password", "value_error"),
            Refusal::TimeZoneIsUnknown => invalid("timezone", "value_error"),
            Refusal::ReasonIsMissing => invalid("reason", "value_error"),
            Refusal::FieldsAreTooLarge => invalid("body", "too_long"),
            Refusal::AgentIsNoSupervisor
            | Refusal::AgentIsSelf
            | Refusal::AgentIsLastAdmin
            | Refusal::StatusIsImmutable(_)
            | Refusal::StatusIsNotSettable(_)
            // No operation of this dialect asks for what the others refuse.
            | Refusal::AlreadyExists
            | Refusal::LeadIsNotDeleted
            | Refusal::LeadIsClosed
            | Refusal::LeadIsFull
            | Refusal::LeadIsLeased
            | Refusal::LeadIsNotDue
            | Refusal::LeadHasNoPhone
            | Refusal::LeadIsNotInterested
            | Refusal::NothingIsSubmitted
            | Refusal::SubmissionIsOwn
            | Refusal::AgentIsClosed
            | Refusal::AgentIsInactive
            | Refusal::ScopeIsForMachines
            | Refusal::WindowIsMalformed
            | Refusal::TooMany { .. }
            | Refusal::BatchIsLive
            | Refusal::BatchIsUnknown
            | Refusal::CredentialIsUnknown
            | Refusal::DeadLetterIsUnknown
            | Refusal::DeadLetterIsResolved
            | Refusal::ReportIsUnknown => Self::Conflict,
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
            Err(error) => Err(Rejected(error.into(), id)),
        }
    }
}

/// A JSON object, or nothing at all: some operations need no body.
#[derive(Clone, Debug)]
pub struct MaybeBody(pub Map<String, Value>);

impl FromRequest<App> for MaybeBody {
    type Rejection = Rejected;

    async fn from_request(request: Request, app: &App) -> Result<Self, Rejected> {
        let id = request_id(request.extensions());
        let (parts, body) = request.into_parts();
        let reject = |error| Rejected(Reject::Body(error), id.clone());
        let bytes = body::read(body, BODY_MAX).await.map_err(reject)?;
        if bytes.trim_ascii().is_empty() {
            return Ok(Self(Map::new()));
        }
        let Body(members) = Body::from_request(Request::from_parts(parts, bytes.into()), app).await?;
        Ok(Self(members))
    }
}

impl From<JsonError> for Reject {
    fn from(error: JsonError) -> Self {
        match error {
            JsonError::Body(error) => Self::Body(error),
            JsonError::OtherType => Self::UnsupportedType,
            JsonError::Bound(msg) => Self::invalid("body", msg, "too_long"),
            JsonError::NoObject => {
                let msg = "Input should be a valid dictionary or object to extract fields from";
                Self::invalid("body", msg, "model_attributes_type")
            }
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
            // C-37: more rows than are taken is a bad file; every other bound is one of size.
            FileError::Over { bound: Bound::Rows, .. }
            | FileError::Empty
            | FileError::OtherFormat(_)
            | FileError::ControlCharacter { .. }
            | FileError::Malformed { .. }
            | FileError::OpenQuote(_)
            | FileError::MissingColumn(_)
            | FileError::NoNumbers
            | FileError::LongName(_)
            | FileError::Unreadable(_)
            | FileError::Panicked
            | FileError::Stopped => Self::BadFile(text),
            FileError::Over { .. } => Self::FileTooLarge(text),
            FileError::Disk(problem) => {
                tracing::error!(%problem, "a file");
                Self::Unavailable
            }
        }
    }
}

/// A known path, another method; axum adds `Allow`.
pub async fn method_not_allowed(request: Request) -> Response {
    let id = request_id(request.extensions());
    let body = json!({ "detail": "Method Not Allowed", "code": "method_not_allowed", "request_id": id });
    (StatusCode::METHOD_NOT_ALLOWED, Json(body)).into_response()
}

/// Nobody's path.
pub async fn not_found(request: Request) -> Response {
    let id = request_id(request.extensions());
    let body = json!({ "detail": "Not Found", "code": "not_found", "request_id": id });
    (StatusCode::NOT_FOUND, Json(body)).into_response()
}
