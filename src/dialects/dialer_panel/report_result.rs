//! `POST /api/dialer/report-result`: what came of a call (B-101 to B-112, C-17, C-18).

use super::caller::Dialer;
use super::record_report::{Record, Told};
use super::reject::{Body, Reject, Rejected};
use super::report::Report;
use super::words;
use crate::http::{idempotency, written};
use crate::ledger::Context;
use crate::ledger::machines::sha256_hex;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use domain::ids::AnyId;
use domain::lead::attempt::{Answered, LeaseAnswer, Warning};
use domain::lead::report_attempt::Reported;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// The answer to a report; kept with its receipt, so that a repeat gets the first answer.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Reported)]
pub struct Reply {
    id: Option<i64>,
    status: String,
    ok: bool,
    number_id: Option<i64>,
    attempt_id: Option<Uuid>,
    attempts: u32,
    #[schema(value_type = String)]
    lease: LeaseAnswer,
    call_allowed: bool,
    #[schema(value_type = Vec<String>)]
    warnings: Vec<Warning>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    quarantined: bool,
}

impl Reply {
    /// A report that stands in a lead's history.
    pub fn recorded(num: i64, Reported { attempt_id, answered }: Reported) -> Self {
        let Answered { status, attempts, lease, call_allowed, warnings } = answered;
        Self {
            id: Some(num),
            status: words::status(status).to_owned(),
            ok: true,
            number_id: Some(num),
            attempt_id: Some(attempt_id.0),
            attempts,
            lease,
            call_allowed,
            warnings,
            quarantined: false,
        }
    }

    /// A report that was kept as a dead letter.
    pub fn quarantined(report: &Report, call_allowed: bool, ignored: Option<Warning>) -> Self {
        let num = match report.number_id {
            Some(AnyId::Num(num)) => Some(num),
            Some(AnyId::Uuid(_) | AnyId::Oid { .. }) | None => None,
        };
        Self {
            id: num,
            status: report.outcome.panel_status().map_or("UNKNOWN", words::status).to_owned(),
            ok: true,
            number_id: num,
            attempt_id: None,
            attempts: 0,
            lease: LeaseAnswer::None,
            call_allowed,
            warnings: report.warnings.iter().copied().chain(ignored).collect(),
            quarantined: true,
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
        let report = Report::read(&body.json, zone).map_err(|reject| dialer.reject(reject))?;
        let (dialer, body, body_hash) = (&dialer, &body, &*body_hash);
        let action = Record { dialer, report: &report, zone, body, body_hash, key: key.clone() };
        let recorded = app.ledger.record(&context, &action).await.map_err(|error| dialer.reject(error))?;
        let (reply, is_replay) = match recorded.answer {
            Told::Reply { reply, is_replay } => (reply, is_replay),
            Told::KeyReused => return Err(dialer.reject(Reject::IdempotencyKeyReused)),
            Told::ZoneMoved(zone_now) => {
                zone = zone_now;
                continue;
            }
        };
        let written = written::headers(recorded.position, recorded.is_followed, is_replay);
        return Ok((written, Json(reply)).into_response());
    }
}
