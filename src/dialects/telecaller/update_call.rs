//! `PUT` and `PATCH /api/calls/:id {status, duration, notes}`, `POST /api/calls/end {callId, duration}`: what a person says of a
//! call, as a fact beside the others; it outranks a machine's (B-144, C-43). A call that is only planned happens with it (F16).

use super::call::find;
use super::caller::Caller;
use super::get_call::Reply;
use super::plan_call::{self, SECONDS_MAX};
use super::reject::{Body, Reject, Rejected};
use super::words;
use crate::actions::calls::report_call::{ReportCall, Told};
use crate::http::fields::Fields;
use crate::http::path::Named;
use crate::http::written;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use domain::outcome::Outcome;
use domain::verdict::{FactSource, Remarks};
use projections::planned_calls::PLANNED;
use serde_json::{Map, Value};

type Answer = Result<(HeaderMap, Json<Reply>), Rejected>;

pub async fn handler(State(app): State<App>, caller: Caller, Named(id): Named, Body(body): Body) -> Answer {
    report(&app, &caller, &id, &body, Told::Nothing, "Call updated successfully").await
}

/// A call is over; unless somebody says otherwise it was answered.
pub async fn end(State(app): State<App>, caller: Caller, Body(body): Body) -> Answer {
    let id = body.get("callId").and_then(Value::as_str).map(str::trim).filter(|id| !id.is_empty());
    let missing = || caller.reject(Reject::Invalid(vec![("callId", "Field required".to_owned())]));
    let id = id.ok_or_else(missing)?;
    report(&app, &caller, id, &body, Told::Over, "Call ended successfully").await
}

async fn report(
    app: &App,
    caller: &Caller,
    id: &str,
    body: &Map<String, Value>,
    otherwise: Told,
    message: &'static str,
) -> Answer {
    let call = find(app, caller, id).await?;
    if call.outcome == PLANNED {
        let said = plan_call::said(app, body, otherwise == Told::Over).await;
        let said = said.map_err(|reject| caller.reject(reject))?;
        let changed = plan_call::change(app, caller, call, &said, message).await;
        return changed.map_err(|reject| caller.reject(reject));
    }
    let known = Outcome::from_word(&call.outcome).unwrap_or(Outcome::Unknown);
    let mut fields = Fields::of_body(body);
    let status = fields.word("status", &words::CALL_STATUSES);
    if status == Some(PLANNED) {
        fields.problem("status", "A call that was made cannot be planned", "value_error");
    }
    let duration = fields.whole("duration", 0..=SECONDS_MAX);
    let notes = fields.long_text("notes");
    fields.end().map_err(|problems| caller.reject(problems))?;
    // The same word for what is known already says nothing new of it.
    let outcome = match status {
        Some(word) if word == known.call_status() => Told::Nothing,
        Some(word) => Told::Outcome(words::outcome(word)),
        None => otherwise,
    };
    let fact = ReportCall {
        lead_id: call.lead_id,
        attempt_id: call.id,
        source: FactSource::Person,
        outcome,
        agent_id: None,
        duration_seconds: duration.and_then(|seconds| u32::try_from(seconds).ok()),
        remarks: Remarks { user_message: notes, ..Remarks::default() },
    };
    let recorded = app.ledger.record(&caller.context(), &fact).await.map_err(|error| caller.reject(error))?;
    let headers = written::headers(recorded.position, recorded.is_followed, !recorded.is_new);
    Ok((headers, Json(Reply::new(Some(message), recorded.answer.into()))))
}
