//! `GET /api/dialer/next-batch?size=`: numbers to dial, leased to the asker for a while (B-094 to B-100, C-19). `HEAD` leases
//! nothing (C-50).

use super::caller::Dialer;
use super::reject::{Reject, Rejected};
use super::words;
use crate::actions::calls::issue_batch::{IssueBatch, IssuedBatch};
use crate::actions::people::machines::sha256_hex;
use crate::http::{idempotency, written};
use crate::ledger::RecordError;
use crate::state::App;
use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::dialing::Dialing;
use domain::dialing::gate::Gate;
use domain::keys::Key;
use projections::agents::AgentRow;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

#[expect(clippy::struct_field_names, reason = "the names are the document's")]
#[derive(Serialize, ToSchema)]
#[schema(as = BatchAllowed)]
pub(super) struct Allowed {
    call_allowed: bool,
    timezone: String,
    server_time: String,
    schedule_version: i64,
    active_agents: Vec<ActiveAgent>,
    batch: Batch,
}

#[derive(Serialize, ToSchema)]
struct ActiveAgent {
    id: i64,
    full_name: String,
    phone_number: Option<String>,
}

#[expect(clippy::struct_field_names, reason = "the names are the document's")]
#[derive(Serialize, ToSchema)]
struct Batch {
    batch_id: Uuid,
    size_requested: i64,
    size_returned: usize,
    lease_expires_at: String,
    /// What fences the lease: a report that names it clears no other's. The batch id under another name.
    lease_token: Uuid,
    numbers: Vec<Number>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = BatchNumber)]
struct Number {
    id: i64,
    phone_number: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = BatchNotAllowed)]
pub(super) struct NotAllowed {
    call_allowed: bool,
    timezone: String,
    server_time: String,
    schedule_version: i64,
    reason: &'static str,
    retry_after_seconds: i64,
}

/// Whether calls are allowed says which.
#[derive(ToSchema)]
#[schema(as = NextBatch)]
#[serde(untagged)]
#[expect(dead_code, reason = "told to clients")]
pub(super) enum Reply {
    Allowed(Allowed),
    NotAllowed(NotAllowed),
}

#[utoipa::path(
    get, path = "/api/dialer/next-batch", operation_id = "next_batch", tag = "dialer",
    summary = "Numbers to dial, leased for a while",
    params(("size" = Option<i64>, Query, minimum = 1), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, body = Reply)),
)]
pub async fn handler(
    State(app): State<App>,
    dialer: Dialer,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Rejected> {
    let size = size(query.as_deref(), app.config.batch_size).map_err(|reject| dialer.reject(reject))?;
    answer(&app, &dialer, size, &headers).await
}

/// `HEAD`: whether a `GET` would be heard. A proxy, a link checker or `curl -I` must not take numbers away that nobody
/// then dials.
pub async fn head(
    State(app): State<App>,
    dialer: Dialer,
    RawQuery(query): RawQuery,
) -> Result<StatusCode, Rejected> {
    size(query.as_deref(), app.config.batch_size).map_err(|reject| dialer.reject(reject))?;
    Ok(StatusCode::OK)
}

/// A batch of `size_requested` numbers, as many as there are and may be leased, or why there is none.
pub async fn answer(
    app: &App,
    dialer: &Dialer,
    size_requested: i64,
    headers: &HeaderMap,
) -> Result<Response, Rejected> {
    let dialing = app.ledger.dialing().await.map_err(|error| dialer.reject(error))?;
    if let Gate::Closed { reason, retry_after_seconds } = dialing.gate(app.ledger.now()) {
        return Ok(not_allowed(app, &dialing, reason.as_str(), retry_after_seconds));
    }
    let (batch, written) =
        issue(app, dialer, size_requested, headers).await.map_err(|error| dialer.reject(error))?;
    // The switch may have been turned while the batch was decided: then there is none.
    if batch.numbers.is_empty() {
        let dialing = app.ledger.dialing().await.map_err(|error| dialer.reject(error))?;
        if let Gate::Closed { reason, retry_after_seconds } = dialing.gate(app.ledger.now()) {
            return Ok(not_allowed(app, &dialing, reason.as_str(), retry_after_seconds));
        }
    }
    let agents =
        app.ledger.views().active_callers().await.map_err(|error| dialer.reject(RecordError::from(error)))?;
    Ok((written, Json(allowed(app, &dialing, size_requested, batch, agents))).into_response())
}

/// The `size` asked for, however large; unknown parameters and an empty value say nothing.
pub fn size(query: Option<&str>, default: u32) -> Result<i64, Reject> {
    let mut pairs = query.unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
    match pairs.rfind(|(name, value)| *name == "size" && !value.is_empty()) {
        None => Ok(i64::from(default)),
        Some((_, value)) => words::count(&Value::from(value)).ok_or_else(|| no_size("query")),
    }
}

/// A size that is none, and where it stood.
pub fn no_size(place: &'static str) -> Reject {
    Reject::Invalid {
        loc: vec![place, "size"],
        msg: "Expected a whole number of at least 1".to_owned(),
        kind: "greater_than_equal",
    }
}

async fn issue(
    app: &App,
    dialer: &Dialer,
    size_requested: i64,
    headers: &HeaderMap,
) -> Result<(IssuedBatch, HeaderMap), RecordError> {
    let given = idempotency::key(headers).map(|key| sha256_hex(format!("next-batch:{key}")));
    let receipt = given.map(|digest| Key::idempotency(dialer.machine.id.into(), &digest));
    if let Some(batch) = first_batch(app, receipt.as_ref()).await? {
        return Ok((batch, written::headers(app.ledger.followed(), true, true)));
    }
    // More than any batch holds is as many as a batch may hold (C-19).
    let size_requested = u32::try_from(size_requested).unwrap_or(u32::MAX);
    let request = IssueBatch {
        size_requested,
        size: size_requested.min(app.config.batch_size_max),
        lease: chrono::Duration::minutes(i64::from(app.config.lease_minutes)),
        only: None,
        receipt: receipt.clone(),
    };
    match app.ledger.issue_batch(&dialer.context(), &request).await {
        Ok(recorded) => {
            let headers = written::headers(recorded.position, recorded.is_followed, false);
            Ok((recorded.answer, headers))
        }
        // Somebody with the same key was faster: their batch is the answer.
        Err(RecordError::Conflict(conflict)) => match first_batch(app, receipt.as_ref()).await? {
            Some(batch) => Ok((batch, written::headers(app.ledger.followed(), true, true))),
            None => Err(RecordError::Conflict(conflict)),
        },
        Err(other) => Err(other),
    }
}

async fn first_batch(app: &App, receipt: Option<&Key>) -> Result<Option<IssuedBatch>, RecordError> {
    let Some(key) = receipt else { return Ok(None) };
    let Some(held) = app.ledger.find_key(key).await? else { return Ok(None) };
    match Uuid::try_parse(&held.holder) {
        Ok(batch_id) => app.ledger.issued_batch(batch_id).await,
        Err(_) => Ok(None),
    }
}

fn allowed(
    app: &App,
    dialing: &Dialing,
    size_requested: i64,
    batch: IssuedBatch,
    agents: Vec<AgentRow>,
) -> Allowed {
    let zone = dialing.zone();
    let agent = |row: AgentRow| ActiveAgent { id: row.num, full_name: row.name(), phone_number: row.phone };
    Allowed {
        call_allowed: true,
        timezone: dialing.timezone.clone(),
        server_time: words::instant(app.ledger.now(), zone),
        schedule_version: dialing.schedule_version,
        active_agents: agents.into_iter().map(agent).collect(),
        batch: Batch {
            batch_id: batch.batch_id,
            size_requested,
            size_returned: batch.numbers.len(),
            lease_expires_at: words::instant(batch.expires_at, zone),
            lease_token: batch.batch_id,
            numbers: batch
                .numbers
                .into_iter()
                .map(|number| Number { id: number.num, phone_number: number.phone })
                .collect(),
        },
    }
}

fn not_allowed(app: &App, dialing: &Dialing, reason: &'static str, retry_after_seconds: i64) -> Response {
    let body = NotAllowed {
        call_allowed: false,
        timezone: dialing.timezone.clone(),
        server_time: words::instant(app.ledger.now(), dialing.zone()),
        schedule_version: dialing.schedule_version,
        reason,
        retry_after_seconds,
    };
    let retry_after = (header::RETRY_AFTER, HeaderValue::from(retry_after_seconds));
    ([retry_after], Json(body)).into_response()
}
