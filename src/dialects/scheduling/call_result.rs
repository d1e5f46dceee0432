//! `POST /api/v1/calls/{id}/result`: what a provider says came of a call; one more fact about it, judged with the others
//! (C-25, C-43).

use super::call_history::Item;
use super::caller::Member;
use super::reject::{Body, Reject, Rejected};
use super::words;
use crate::actions::calls::report_call::{ReportCall, Told};
use crate::http::fields::Fields;
use crate::http::path::Named;
use crate::http::written;
use crate::ledger::RecordError;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use domain::ids::AnyId;
use domain::outcome::Outcome;
use domain::verdict::{FactSource, Remarks};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// The longest call, in seconds: a week.
const SECONDS_MAX: i64 = 7 * 86_400;

#[derive(ToSchema)]
#[schema(as = CallResult)]
#[expect(dead_code, reason = "told to clients; read by its names")]
struct Request {
    /// `in_progress`, `completed`, `no_answer`, `busy` or `failed`; this or `outcome` is needed.
    #[schema(pattern = "^(in_progress|completed|no_answer|busy|failed)$")]
    status: Option<String>,
    /// `answered`, `no_answer` or `failed`.
    #[schema(pattern = "^(answered|no_answer|failed)$")]
    outcome: Option<String>,
    /// `completed`, `not_interested`, `hung_up` or `no_answer`.
    #[schema(pattern = "^(completed|not_interested|hung_up|no_answer)$")]
    disposition: Option<String>,
    duration_seconds: Option<u32>,
    transcript_url: Option<String>,
    summary: Option<String>,
}

#[utoipa::path(
    post, path = "/api/v1/calls/{call_id}/result", operation_id = "report_call_result", tag = "calls",
    summary = "What a provider says came of a call",
    params(("call_id" = String, Path, description = "a UUID or 24 hex digits")),
    request_body = Request,
    responses((status = 200, body = Item)),
)]
pub async fn handler(
    State(app): State<App>,
    member: Member,
    Named(id): Named,
    Body(body): Body,
) -> Result<(HeaderMap, Json<Item>), Rejected> {
    member.may_change()?;
    let report = read(&app, &id, &body).await.map_err(|reject| member.reject(reject))?;
    let recorded =
        app.ledger.record(&member.context(), &report).await.map_err(|error| member.reject(error))?;
    let headers = written::headers(recorded.position, recorded.is_followed, !recorded.is_new);
    Ok((headers, Json(Item::from(recorded.answer))))
}

async fn read(app: &App, id: &str, body: &Map<String, Value>) -> Result<ReportCall, Reject> {
    let id = AnyId::parse(id).ok_or_else(|| Reject::path("call_id"))?;
    let mut fields = Fields::of_body(body);
    let outcome = outcome(&mut fields);
    let duration = fields.whole("duration_seconds", 0..=SECONDS_MAX);
    let transcript_url = fields.text("transcript_url");
    let summary = fields.long_text("summary");
    fields.end()?;
    let found = app.ledger.views().find_call(id).await.map_err(RecordError::from)?;
    let (lead_id, attempt_id) = found.ok_or(Reject::NotFound("Call"))?;
    Ok(ReportCall {
        lead_id,
        attempt_id,
        // Whoever posts it passes on what the provider's machine found; a person's own word would outrank that.
        source: FactSource::Machine,
        outcome: outcome.map_or(Told::Nothing, Told::Outcome),
        agent_id: None,
        duration_seconds: duration.and_then(|seconds| u32::try_from(seconds).ok()),
        remarks: Remarks { transcript_url, summary, ..Remarks::default() },
    })
}

/// `status`, `outcome` and `disposition` name one outcome together; what names none, or several, is a problem.
fn outcome(fields: &mut Fields<'_>) -> Option<Outcome> {
    let status = fields.word("status", &words::CALL_STATUSES);
    let result = fields.word("outcome", &words::RESULTS);
    let disposition = fields.word("disposition", &words::CALL_DISPOSITIONS);
    if fields.has_problems() {
        return None;
    }
    if status.is_none() && result.is_none() {
        fields.problem("status", "Field required where outcome is missing", "missing");
        return None;
    }
    let of_result = |outcome: &Outcome| result.is_none_or(|result| outcome.call_result() == Some(result));
    let of_status = |outcome: &Outcome| status.is_none_or(|status| words::call_status(*outcome) == status);
    let fits = |outcome: &Outcome| of_result(outcome) && of_status(outcome);
    let outcome = match disposition {
        // How every call ends that nobody answered (C-16): status and outcome tell more.
        Some(Outcome::NoAnswer) => {
            words::PLAIN_OUTCOMES.into_iter().filter(|outcome| !outcome.is_answered()).find(fits)
        }
        Some(disposition) => Some(disposition).filter(fits),
        None => words::PLAIN_OUTCOMES.into_iter().find(fits),
    };
    if outcome.is_none() {
        fields.problem("outcome", "status, outcome and disposition contradict each other", "value_error");
    }
    outcome
}
