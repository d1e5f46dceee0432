//! Every "no" of the agents' page: a page itself, in words for people.

use super::page::{LogInPage, ProblemPage, render};
use super::session::no_cookie;
use crate::http::body::BodyError;
use crate::http::request::request_id;
use crate::ledger::RecordError;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::Refusal;
use metrics::counter;

const BUSY_RETRY_AFTER_SECONDS: i64 = 2;

/// A "no".
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reject {
    /// Nobody is logged in: the page for it, and where to go then.
    LogIn {
        next: String,
        problem: Option<String>,
    },
    TooManyTries {
        retry_after_seconds: i64,
    },
    NotPermitted,
    /// A form without our mark: from another site, or from before the last log-in.
    StaleForm,
    NotFound,
    Conflict(&'static str),
    Body(BodyError),
    Unavailable,
    Internal,
}

impl Reject {
    fn parts(&self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::LogIn { .. } => (StatusCode::UNAUTHORIZED, "log_in", "Please log in."),
            Self::TooManyTries { .. } => (
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_tries",
                "Too many failed log-ins. Please wait a quarter of an hour.",
            ),
            Self::NotPermitted => {
                (StatusCode::FORBIDDEN, "not_permitted", "Your role does not work with leads.")
            }
            Self::StaleForm => (
                StatusCode::FORBIDDEN,
                "stale_form",
                "This form is too old or not ours. Please load the page again.",
            ),
            Self::NotFound => (StatusCode::NOT_FOUND, "not_found", "There is nothing here for you."),
            Self::Conflict(text) => (StatusCode::CONFLICT, "conflict", text),
            Self::Body(BodyError::TooLarge) => {
                (StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "That is too much text.")
            }
            Self::Body(BodyError::TooSlow) => {
                (StatusCode::REQUEST_TIMEOUT, "body_too_slow", "The form took too long to arrive.")
            }
            Self::Body(BodyError::Broken) => {
                (StatusCode::BAD_REQUEST, "body_broken", "The form could not be read.")
            }
            Self::Body(BodyError::UnknownCoding) => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_encoding",
                "The form is packed in a way that cannot be read.",
            ),
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "The ledger cannot take this now. Please try again.",
            ),
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something went wrong."),
        }
    }
}

impl From<RecordError> for Reject {
    fn from(error: RecordError) -> Self {
        match error {
            RecordError::Busy | RecordError::Unavailable | RecordError::Conflict(_) => Self::Unavailable,
            RecordError::Refused(Refusal::LeadIsNotInterested) => Self::Conflict(
                "Only interested leads are submitted; this one is not, or is qualified already.",
            ),
            RecordError::Refused(Refusal::NothingIsSubmitted) => {
                Self::Conflict("Nothing waits for an answer here any more; somebody else was faster.")
            }
            RecordError::Refused(Refusal::SubmissionIsOwn) => {
                Self::Conflict("You submitted this lead yourself; somebody else has to answer.")
            }
            // Whatever else is refused is not theirs, or not there any more.
            RecordError::Refused(_) => Self::NotFound,
            RecordError::Internal(problem) => {
                tracing::error!(problem, "agent dashboard");
                Self::Internal
            }
        }
    }
}

/// A "no" that knows the request it answers.
pub struct Rejected(pub Reject, pub String);

impl IntoResponse for Rejected {
    fn into_response(self) -> Response {
        let Self(reject, request_id) = self;
        let (status, code, text) = reject.parts();
        tracing::info!(dialect = "agent_dashboard", status = status.as_u16(), code, request_id, "refused");
        counter!("ledger_refused", "dialect" => "agent_dashboard", "code" => code).increment(1);
        let mut response = match &reject {
            Reject::LogIn { next, problem } => {
                (status, render(&LogInPage { next, problem: problem.as_deref() })).into_response()
            }
            Reject::TooManyTries { .. }
            | Reject::NotPermitted
            | Reject::StaleForm
            | Reject::NotFound
            | Reject::Conflict(_)
            | Reject::Body(_)
            | Reject::Unavailable
            | Reject::Internal => {
                (status, render(&ProblemPage { text, request_id: &request_id })).into_response()
            }
        };
        let wait = match reject {
            Reject::TooManyTries { retry_after_seconds } => Some(retry_after_seconds),
            Reject::Unavailable => Some(BUSY_RETRY_AFTER_SECONDS),
            Reject::LogIn { .. }
            | Reject::NotPermitted
            | Reject::StaleForm
            | Reject::NotFound
            | Reject::Conflict(_)
            | Reject::Body(_)
            | Reject::Internal => None,
        };
        if reject == Reject::NotPermitted {
            // Whoever comes next to this browser may log in.
            let cookie = no_cookie().to_string();
            response.headers_mut().extend(cookie.parse().map(|cookie| (header::SET_COOKIE, cookie)));
        }
        if let Some(seconds) = wait {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// Nobody's page.
pub async fn not_found(request: Request) -> Rejected {
    Rejected(Reject::NotFound, request_id(request.extensions()))
}
