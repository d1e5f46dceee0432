//! Every "no" of the "Interested" button: `{"error", "code", "request_id"}`, the texts of the documents where they give one.

use crate::http::body::BodyError;
use crate::http::limits::Standing;
use crate::http::request::request_id;
use crate::ledger::RecordError;
use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use metrics::counter;
use serde_json::json;

/// What a client is told to wait when the ledger cannot take more, in seconds.
const BUSY_RETRY_AFTER_SECONDS: i64 = 2;

/// A "no".
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reject {
    /// B-003
    BadKey,
    /// While developing: what should have been signed.
    BadSignature {
        canonical: Option<String>,
    },
    /// A v2 signature's nonce was used with another request.
    NonceUsed,
    AddressNotAllowed,
    /// B-048
    AgentMissing,
    /// B-049: the field that named the agent, and the name.
    AgentUnknown {
        field: &'static str,
        name: String,
    },
    /// The field, and what is wrong with its value.
    Invalid {
        field: String,
        is_too_long: bool,
    },
    Malformed,
    UnsupportedType,
    Prefetch,
    IdempotencyKeyReused,
    Body(BodyError),
    /// B-170
    TooManyRequests(Standing),
    Unavailable,
    Internal,
}

impl Reject {
    fn parts(&self) -> (StatusCode, &'static str, String) {
        let told = |status, code, text: &str| (status, code, text.to_owned());
        match self {
            Self::BadKey => told(StatusCode::UNAUTHORIZED, "bad_key", "Invalid API key"),
            Self::BadSignature { .. } => told(StatusCode::UNAUTHORIZED, "bad_signature", "Invalid signature"),
            Self::NonceUsed => {
                told(StatusCode::UNAUTHORIZED, "nonce_used", "This nonce was used with another request")
            }
            Self::AddressNotAllowed => told(StatusCode::FORBIDDEN, "address", "This address is not allowed"),
            Self::AgentMissing => {
                told(StatusCode::BAD_REQUEST, "agent_missing", "Missing required fields: user")
            }
            Self::AgentUnknown { field, name } => {
                (StatusCode::NOT_FOUND, "agent_not_found", format!("Agent with {field} '{name}' not found"))
            }
            Self::Invalid { field, is_too_long: true } => {
                (StatusCode::BAD_REQUEST, "too_long", format!("Value too long for {field}"))
            }
            Self::Invalid { field, is_too_long: false } => {
                (StatusCode::BAD_REQUEST, "invalid_value", format!("Invalid value for {field}"))
            }
            Self::TooManyRequests(_) => {
                told(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "Too many requests; try again later")
            }
            Self::Malformed => told(StatusCode::BAD_REQUEST, "malformed", "The body could not be read"),
            Self::UnsupportedType => {
                told(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "Send JSON or a form")
            }
            Self::Prefetch => told(StatusCode::FORBIDDEN, "prefetch", "A prefetch creates nothing"),
            Self::IdempotencyKeyReused => told(
                StatusCode::CONFLICT,
                "idempotency_key_reused",
                "This Idempotency-Key was used with other data",
            ),
            Self::Body(BodyError::TooLarge) => {
                told(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "The body is larger than 64 KiB")
            }
            Self::Body(BodyError::TooSlow) => {
                told(StatusCode::REQUEST_TIMEOUT, "body_too_slow", "The body took too long to arrive")
            }
            Self::Body(BodyError::Broken) => {
                told(StatusCode::BAD_REQUEST, "body_broken", "The body could not be read")
            }
            Self::Body(error @ BodyError::UnknownCoding) => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_encoding", error.to_string())
            }
            Self::Unavailable => told(
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "The ledger cannot take this now; try again",
            ),
            Self::Internal => told(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Internal server error"),
        }
    }

    /// Words it for this request.
    pub fn answer(&self, request_id: &str) -> Response {
        let (status, code, error) = self.parts();
        tracing::info!(dialect = "from_dialer", status = status.as_u16(), code, request_id, "refused");
        counter!("ledger_refused", "dialect" => "from_dialer", "code" => code).increment(1);
        let mut body = json!({ "error": error, "code": code, "request_id": request_id });
        if let Self::BadSignature { canonical: Some(canonical) } = self {
            body["canonical"] = canonical.as_str().into();
        }
        let mut response = (status, Json(body)).into_response();
        if let Self::TooManyRequests(standing) = self {
            response.extensions_mut().insert(*standing);
        }
        if *self == Self::Unavailable {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(BUSY_RETRY_AFTER_SECONDS));
        }
        response
    }
}

impl From<RecordError> for Reject {
    fn from(error: RecordError) -> Self {
        match error {
            RecordError::Busy | RecordError::Unavailable | RecordError::Conflict(_) => Self::Unavailable,
            RecordError::Refused(refusal) => {
                tracing::warn!(%refusal, "a click kept being refused by the leads it met");
                Self::Unavailable
            }
            RecordError::Internal(problem) => {
                tracing::error!(problem, "from dialer");
                Self::Internal
            }
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

/// `HEAD`: the path is there, and nothing happens.
pub async fn no_effect() -> StatusCode {
    StatusCode::OK
}

/// A known path, another method; axum adds `Allow`.
pub async fn method_not_allowed(request: Request) -> Response {
    let id = request_id(request.extensions());
    let body = json!({ "error": "Method not allowed", "code": "method_not_allowed", "request_id": id });
    (StatusCode::METHOD_NOT_ALLOWED, Json(body)).into_response()
}
