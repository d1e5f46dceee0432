//! `POST /api/calls {leadId, callType, scheduledAt, notes}`: a call that somebody means to make (F16). It is no attempt until it happens:
//! until somebody says with `PUT /api/calls/:id {status}` or `POST /api/calls/end` what came of it. A body that says so at once
//! (`status: completed` and the like) notes a call that was made by other means. Also: moving and taking a plan, for
//! [`super::update_call`].

use super::call::telecaller;
use super::caller::Caller;
use super::get_call::Reply;
use super::lead::find_id;
use super::reject::{Body, Reject, Rejected};
use super::words;
use crate::actions::calls::plan::{Happened, PlanLeadCall, RemoveCall, ReplanCall, TakePlannedCall};
use crate::http::fields::Fields;
use crate::http::written;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use chrono_tz::Tz;
use domain::ids::AnyId;
use domain::lead::event::Direction;
use domain::outcome::Outcome;
use domain::time::Instant;
use projections::call_list::Call as Row;
use projections::planned_calls::PLANNED;
use serde_json::{Map, Value};

/// The longest call, in seconds: a week.
pub const SECONDS_MAX: i64 = 7 * 86_400;
/// The members that say when a call is to be made; the first that says something counts.
const DUE: [&str; 5] = ["scheduledAt", "scheduledTime", "scheduledFor", "dueAt", "startTime"];

/// What a body says of a planned call.
pub struct Said {
    pub due_at: Option<Instant>,
    /// `None`: nothing, or that it is planned.
    pub outcome: Option<Outcome>,
    pub duration_seconds: Option<u32>,
    pub note: Option<String>,
}

impl Said {
    /// Reads it.
    pub fn read(fields: &mut Fields<'_>, zone: Tz) -> Self {
        let due = DUE.into_iter().find(|name| fields.value(name).is_some());
        let status = fields.word("status", &words::CALL_STATUSES).filter(|word| *word != PLANNED);
        let duration = fields.whole("duration", 0..=SECONDS_MAX);
        Self {
            due_at: due.and_then(|name| fields.instant(name, zone)),
            outcome: status.map(words::outcome),
            duration_seconds: duration.and_then(|seconds| u32::try_from(seconds).ok()),
            note: fields.long_text("notes"),
        }
    }

    fn happened(&self, outcome: Outcome) -> Happened {
        Happened { outcome, duration_seconds: self.duration_seconds, note: self.note.clone() }
    }
}

pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Body(body): Body,
) -> Result<(StatusCode, HeaderMap, Json<Reply>), Rejected> {
    let zone = app.ledger.dialing().await.map_err(|error| caller.reject(error))?.zone();
    let mut fields = Fields::of_body(&body);
    let direction = fields.word("callType", &words::CALL_TYPES).unwrap_or(Direction::Outbound);
    let said = Said::read(&mut fields, zone);
    let lead_id = named(&mut fields, &body, "leadId").or_else(|| named(&mut fields, &body, "lead"));
    let lead_id = fields.required("leadId", lead_id);
    let talks = named(&mut fields, &body, "telecallerId").or_else(|| named(&mut fields, &body, "telecaller"));
    fields.end().map_err(|problems| caller.reject(problems))?;
    let lead_id = lead_id.ok_or_else(|| caller.reject(Reject::NotFound))?;
    let lead = find_id(&app, &caller, lead_id).await?;
    let agent_id = telecaller(&app, &caller, talks).await.map_err(|reject| caller.reject(reject))?;
    let plan = PlanLeadCall {
        lead_id: lead.id,
        reach: caller.reach(&app).await.map_err(|error| caller.reject(error))?,
        due_at: said.due_at,
        agent_id,
        direction,
        note: said.note.clone(),
        happened: said.outcome.map(|outcome| said.happened(outcome)),
    };
    let recorded = app.ledger.record(&caller.context(), &plan).await.map_err(|error| caller.reject(error))?;
    let headers = written::headers(recorded.position, recorded.is_followed, false);
    let message =
        if plan.happened.is_some() { "Call noted successfully" } else { "Call planned successfully" };
    Ok((StatusCode::CREATED, headers, Json(Reply::new(Some(message), recorded.answer.into()))))
}

/// An id, or something as lists show it, with its `_id`.
fn named(fields: &mut Fields<'_>, body: &Map<String, Value>, name: &'static str) -> Option<AnyId> {
    match body.get(name) {
        Some(Value::Object(shown)) => AnyId::parse(shown.get("_id")?.as_str()?),
        Some(_) => fields.id(name),
        None => None,
    }
}

/// What a person says of a call that is only planned: that it is to be made otherwise, that it was made, or that it will not be.
pub async fn change(
    app: &App,
    caller: &Caller,
    row: Row,
    said: &Said,
    message: &'static str,
) -> Result<(HeaderMap, Json<Reply>), Reject> {
    let reach = caller.reach(app).await?;
    let (context, lead_id, call_id) = (caller.context(), row.lead_id, row.id);
    let recorded = match said.outcome {
        Some(Outcome::Canceled) => {
            let removed = app.ledger.record(&context, &RemoveCall { lead_id, call_id }).await?;
            let headers = written::headers(removed.position, removed.is_followed, !removed.is_new);
            let canceled = Row { outcome: Outcome::Canceled.as_str().to_owned(), ..row };
            return Ok((headers, Json(Reply::new(Some(message), canceled.into()))));
        }
        Some(outcome) => {
            let happened = said.happened(outcome);
            app.ledger.record(&context, &TakePlannedCall { lead_id, call_id, reach, happened }).await?
        }
        None => {
            let (due_at, note) = (said.due_at, said.note.clone());
            app.ledger.record(&context, &ReplanCall { lead_id, call_id, reach, due_at, note }).await?
        }
    };
    let headers = written::headers(recorded.position, recorded.is_followed, !recorded.is_new);
    Ok((headers, Json(Reply::new(Some(message), recorded.answer.into()))))
}

/// Reads what a body says of a planned call; one that ended without a word was answered.
pub async fn said(app: &App, body: &Map<String, Value>, is_over: bool) -> Result<Said, Reject> {
    let zone = app.ledger.dialing().await?.zone();
    let mut fields = Fields::of_body(body);
    let mut said = Said::read(&mut fields, zone);
    fields.end()?;
    if is_over && said.outcome.is_none() {
        said.outcome = Some(Outcome::Connected);
    }
    Ok(said)
}
