//! `POST /api/dialer/report-result`: what came of a call (B-101 to B-112, C-17, C-18).

use super::caller::{DIALECT, Dialer};
use super::reject::{Body, Reject, Rejected};
use super::report;
use super::words;
use crate::actions::calls::report_answer::ReportAnswer;
use crate::actions::calls::report_result::{Decision, ReportResult};
use crate::actions::people::machines::sha256_hex;
use crate::http::{idempotency, written};
use crate::ledger::Context;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use domain::lead::attempt::{LeaseAnswer, Warning};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The answer to a report.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Reported)]
pub struct Reply {
    id: Option<i64>,
    status: &'static str,
    ok: bool,
    number_id: Option<i64>,
    attempt_id: Option<Uuid>,
    attempts: u32,
    #[schema(value_type = String)]
    lease: LeaseAnswer,
    call_allowed: bool,
    #[schema(value_type = Vec<String>)]
    warnings: Vec<Warning>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    quarantined: bool,
}

impl From<ReportAnswer> for Reply {
    fn from(answer: ReportAnswer) -> Self {
        let ReportAnswer { num, status, attempt_id, attempts, lease, call_allowed, warnings } = answer;
        Self {
            id: num,
            status: words::status(status),
            ok: true,
            number_id: num,
            attempt_id: attempt_id.map(|id| id.0),
            attempts,
            lease,
            call_allowed,
            warnings,
            quarantined: attempt_id.is_none(),
        }
    }
}

#[derive(ToSchema)]
#[schema(as = Report)]
#[expect(dead_code, reason = "told to clients; read by its names")]
struct Request {
    /// This, `phone_number`, or both.
    number_id: Option<i64>,
    phone_number: Option<String>,
    #[schema(
        pattern = "^(CONNECTED|FAILED|NOT_INTERESTED|MISSED|HANGUP|DISCONNECTED|BUSY|POWER_OFF|BANNED|UNKNOWN)$"
    )]
    status: String,
    reason: Option<String>,
    user_message: Option<String>,
    /// ISO 8601 with an offset.
    attempted_at: Option<String>,
    batch_id: Option<String>,
    agent_id: Option<i64>,
    agent_phone: Option<String>,
    /// Switches dialing on or off for all.
    call_allowed: Option<bool>,
}

#[utoipa::path(
    post, path = "/api/dialer/report-result", operation_id = "report_result", tag = "dialer",
    summary = "What came of a call",
    params(("Idempotency-Key" = Option<String>, Header)),
    request_body = Request,
    responses((status = 200, body = Reply)),
)]
pub async fn handler(
    State(app): State<App>,
    dialer: Dialer,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Rejected> {
    let body_hash = sha256_hex(&body.bytes);
    let context = Context { body_hash: Some(body_hash.clone()), ..dialer.context() };
    let key = idempotency::key(&headers).map(sha256_hex);
    let dialing = app.ledger.dialing_lately().await.map_err(|error| dialer.reject(error))?;
    let mut zone = dialing.zone();
    loop {
        let report = report::read(&body.json, zone).map_err(|reject| dialer.reject(reject))?;
        let (machine, body, body_hash) = (&dialer.machine, &*body.bytes, &*body_hash);
        let key = key.clone();
        let action = ReportResult { machine, dialect: DIALECT, report: &report, zone, body, body_hash, key };
        let recorded = app.ledger.record(&context, &action).await.map_err(|error| dialer.reject(error))?;
        let (answer, is_replay) = match recorded.answer {
            Decision::Answer { answer, is_replay } => (answer, is_replay),
            Decision::KeyReused => return Err(dialer.reject(Reject::IdempotencyKeyReused)),
            Decision::ZoneMoved(zone_now) => {
                zone = zone_now;
                continue;
            }
        };
        let written = written::headers(recorded.position, recorded.is_followed, is_replay);
        return Ok((written, Json(Reply::from(answer))).into_response());
    }
}
