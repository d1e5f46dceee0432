//! `POST /api/calls/initiate {leadId, callType}`: a call to a lead, through the provider; an inbound one is only noted (B-143,
//! C-31).

use super::call::{Call, telecaller};
use super::caller::Caller;
use super::lead::find;
use super::reject::{Body, Reject, Rejected};
use super::words;
use crate::actions::calls::initiate::{InitiateCall, TakeCall};
use crate::http::fields::Fields;
use crate::http::{values, written};
use crate::ledger::RecordError;
use crate::state::App;
use crate::work::calls::Asked;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use domain::Refusal;
use domain::ids::oid;
use domain::lead::event::Direction;
use domain::text::{is_blank, trim};
use projections::lead::LeadRow;
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reply {
    success: bool,
    message: &'static str,
    call_id: String,
    call: Call,
    twilio_call: Option<TwilioCall>,
    /// The members of `call` once more: the web application reads them here (F16).
    #[serde(flatten)]
    beside: Call,
}

#[derive(Serialize)]
struct TwilioCall {
    sid: String,
    status: &'static str,
}

pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Body(body): Body,
) -> Result<(StatusCode, HeaderMap, Json<Reply>), Rejected> {
    let mut fields = Fields::of_body(&body);
    let direction = fields.word("callType", &words::CALL_TYPES).unwrap_or(Direction::Outbound);
    let lead_id = lead_id(&body);
    fields.required("leadId", lead_id.clone());
    let talks = fields.id("telecallerId");
    fields.end().map_err(|problems| caller.reject(problems))?;
    let lead = find(&app, &caller, &lead_id.unwrap_or_default()).await?;
    let agent_id = telecaller(&app, &caller, talks).await.map_err(|reject| caller.reject(reject))?;
    let placed = match direction {
        Direction::Outbound => call_out(&app, &caller, &lead, agent_id).await,
        Direction::Inbound => take(&app, &caller, &lead, agent_id).await,
    };
    let Asked { recorded, provider_call_id } = placed.map_err(|reject| caller.reject(reject))?;
    let headers = written::headers(recorded.position, recorded.is_followed, false);
    let call_id = oid(recorded.answer.id);
    let call = Call::from(recorded.answer);
    let reply = Reply {
        success: true,
        message: "Call initiated successfully",
        call_id,
        beside: call.clone(),
        call,
        twilio_call: provider_call_id.map(|sid| TwilioCall { sid, status: "initiated" }),
    };
    Ok((StatusCode::CREATED, headers, Json(reply)))
}

fn lead_id(body: &Map<String, Value>) -> Option<String> {
    let text = values::text(body.get("leadId")?)?;
    (!is_blank(&text)).then(|| trim(&text).to_owned())
}

async fn call_out(
    app: &App,
    caller: &Caller,
    lead: &LeadRow,
    agent_id: Option<Uuid>,
) -> Result<Asked, Reject> {
    let calls = app.calls.as_ref().ok_or(Reject::NoProvider)?;
    let (reach, lease) = (caller.reach(app).await?, calls.lease());
    let initiate = InitiateCall { lead_id: lead.id, reach, agent_id, lease };
    match calls.initiate(&app.tasks, caller.context(), initiate).await {
        Ok(Asked { provider_call_id: None, .. }) => Err(Reject::NotPlaced),
        Ok(asked) => Ok(asked),
        Err(RecordError::Refused(Refusal::AgentIsInactive)) => {
            Err(Reject::Invalid(vec![("telecallerId", "This user takes no calls".to_owned())]))
        }
        Err(RecordError::Refused(refusal)) => Err(gate(app, lead.id, refusal.into()).await?),
        Err(error) => Err(error.into()),
    }
}

/// A refusal as the gate that stands in the way, if one does: those that a person's "now" does not open.
async fn gate(app: &App, lead_id: Uuid, refused: Reject) -> Result<Reject, Reject> {
    let gates = app.ledger.gates(lead_id, app.ledger.now(), None).await?.unwrap_or_default();
    let stays = |name: &str| !["attempts", "due"].contains(&name);
    let closed = gates.into_iter().find(|gate| stays(gate.name) && gate.closed_by.is_some());
    Ok(match closed {
        Some(gate) => Reject::NotDialable { gate: gate.name, reason: gate.closed_by.unwrap_or_default() },
        None => refused,
    })
}

async fn take(app: &App, caller: &Caller, lead: &LeadRow, agent_id: Option<Uuid>) -> Result<Asked, Reject> {
    let take = TakeCall { lead_id: lead.id, reach: caller.reach(app).await?, agent_id };
    let recorded = app.ledger.record(&caller.context(), &take).await?;
    Ok(Asked { recorded, provider_call_id: None })
}
