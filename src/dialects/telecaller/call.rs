//! A call as this dialect shows one (B-142, B-144), and whose it may be.

use super::caller::Caller;
use super::reject::{Reject, Rejected};
use super::user::Name;
use super::words;
use crate::state::App;
use chrono::Duration;
use domain::ids::{AgentId, AnyId, oid};
use domain::outcome::Outcome;
use projections::call_list::Call as Row;
use projections::planned_calls::PLANNED;
use serde::Serialize;
use uuid::Uuid;

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the names are the document's")]
pub struct Call {
    #[serde(rename = "_id")]
    oid: String,
    /// The same; the rows of the web application's tables have it (F2).
    id: String,
    telecaller: Option<Name>,
    lead: Lead,
    call_type: String,
    /// `planned` until it happens (F16).
    status: &'static str,
    duration: Option<i32>,
    start_time: String,
    /// When a planned call is to be made.
    scheduled_at: Option<String>,
    end_time: Option<String>,
    recording_url: Option<String>,
    notes: Option<String>,
    twilio_call_sid: Option<String>,
}

#[derive(Clone, Serialize)]
struct Lead {
    #[serde(flatten)]
    name: Name,
    phone: Option<String>,
}

impl From<Row> for Call {
    fn from(row: Row) -> Self {
        let is_planned = row.outcome == PLANNED;
        let outcome = Outcome::from_word(&row.outcome).unwrap_or(Outcome::Unknown);
        let is_over = outcome.is_final() && !is_planned;
        let seconds = i64::from(row.duration_seconds.unwrap_or(0));
        let is_outbound = row.direction == "outbound";
        let name = row.agent_name.unwrap_or_default().trim().to_owned();
        let lead_name = row.lead_full_name.or(row.lead_name).unwrap_or_default();
        Self {
            oid: oid(row.id),
            id: oid(row.id),
            telecaller: row.agent_id.map(|id| Name { oid: oid(id), name }),
            lead: Lead {
                name: Name { oid: oid(row.lead_id), name: lead_name },
                phone: row.lead_raw_phone.or(row.lead_phone),
            },
            call_type: row.direction,
            status: if is_planned { PLANNED } else { outcome.call_status() },
            duration: row.duration_seconds,
            start_time: words::instant(row.occurred_at),
            scheduled_at: is_planned.then(|| words::instant(row.occurred_at)),
            end_time: is_over.then(|| words::instant(row.occurred_at + Duration::seconds(seconds))),
            recording_url: row.recording_url,
            notes: row.user_message,
            twilio_call_sid: row.provider_call_id.filter(|_| is_outbound),
        }
    }
}

/// The call of that id, planned or made, if the caller may see it: by who talks, or by whose lead it is.
pub async fn find(app: &App, caller: &Caller, id: &str) -> Result<Row, Rejected> {
    let not_found = || caller.reject(Reject::NotFound);
    let id = AnyId::parse(id).ok_or_else(not_found)?;
    let views = app.ledger.views();
    let found = views.find_call(id).await.map_err(|error| caller.failed(error))?;
    let row = match found {
        Some((_, id)) => views.get_call(id).await,
        None => views.find_planned_call(id).await,
    };
    let row = row.map_err(|error| caller.failed(error))?.ok_or_else(not_found)?;
    let lead = views.find_lead(AnyId::Uuid(row.lead_id)).await.map_err(|error| caller.failed(error))?;
    let reach = caller.reach(app).await.map_err(|error| caller.reject(error))?;
    let is_seen = row.agent_id.is_some_and(|id| reach.covers(Some(AgentId(id))))
        || lead.is_some_and(|lead| reach.covers(lead.agent_id.map(AgentId)));
    if is_seen { Ok(row) } else { Err(not_found()) }
}

/// Whom a body names as the one who talks.
pub async fn telecaller(app: &App, caller: &Caller, id: Option<AnyId>) -> Result<Option<Uuid>, Reject> {
    let unknown = || Reject::Invalid(vec![("telecallerId", "No such user".to_owned())]);
    let Some(id) = id else {
        return Ok(caller.person.role().takes_calls().then_some(caller.person.id));
    };
    let row = super::user::find_id(app, id).await.map_err(|_| unknown())?;
    let reach = caller.reach(app).await?;
    if reach.covers(Some(AgentId(row.id))) && row.is_active { Ok(Some(row.id)) } else { Err(unknown()) }
}
