//! `GET /api/v1/leads/{id}/dialability?at=&as_of=`: every gate on the way to a call, open or closed, and the event that
//! decided it; the gates are those that next-batch asks.

use super::caller::Member;
use super::get_lead::find_ever;
use super::reject::{Reject, Rejected};
use super::words;
use crate::audit::dialability::{Decision, Gate};
use crate::http::fields::Fields;
use crate::http::path::Named;
use crate::http::query::Members;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

#[derive(Serialize, ToSchema)]
#[schema(as = Dialability)]
pub struct Reply {
    lead_id: Uuid,
    at: String,
    is_dialable: bool,
    gates: Vec<Item>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Gate)]
struct Item {
    gate: &'static str,
    passes: bool,
    /// What the closed ones say.
    reason: Option<String>,
    /// When it opens by itself, if that is known.
    opens_at: Option<String>,
    /// The event that made it what it is; null where nothing ever spoke of it.
    decided_by: Option<Decider>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Decision)]
struct Decider {
    position: i64,
    recorded_at: String,
    event_type: String,
    /// Which lead, agent or ledger-wide stream it belongs to.
    stream: String,
}

impl From<Gate> for Item {
    fn from(gate: Gate) -> Self {
        let decider = |decision: Decision| Decider {
            position: decision.position,
            recorded_at: words::instant(decision.recorded_at),
            event_type: decision.event_type,
            stream: decision.stream.to_string(),
        };
        Self {
            gate: gate.name,
            passes: gate.closed_by.is_none(),
            reason: gate.closed_by,
            opens_at: gate.opens_at.map(words::instant),
            decided_by: gate.decided_by.map(decider),
        }
    }
}

#[utoipa::path(
    get, path = "/api/v1/leads/{lead_id}/dialability", operation_id = "get_dialability", tag = "leads",
    summary = "Why a lead is or is not called",
    params(("lead_id" = String, Path, description = "a UUID, a number or 24 hex digits"), ("at" = Option<String>, Query, description = "for a call at this time; now", format = DateTime), ("as_of" = Option<String>, Query, description = "what was recorded up to this time", format = DateTime)),
    responses((status = 200, body = Reply)),
)]
pub async fn handler(
    State(app): State<App>,
    member: Member,
    Named(id): Named,
    Members(query): Members,
) -> Result<Json<Reply>, Rejected> {
    ask(&app, &id, &query).await.map(Json).map_err(|reject| member.reject(reject))
}

async fn ask(app: &App, id: &str, query: &Map<String, Value>) -> Result<Reply, Reject> {
    let zone = app.ledger.dialing().await?.zone();
    let mut fields = Fields::of_query(query);
    let as_of = fields.instant("as_of", zone);
    let at = fields.instant("at", zone).or(as_of).unwrap_or_else(|| app.ledger.now());
    fields.end()?;
    let id = find_ever(app, id).await?.id;
    let gates = app.ledger.gates(id, at, as_of).await?.ok_or(Reject::NotFound("Lead"))?;
    let gates: Vec<Item> = gates.into_iter().map(Item::from).collect();
    let is_dialable = gates.iter().all(|gate| gate.passes);
    Ok(Reply { lead_id: id, at: words::instant(at), is_dialable, gates })
}
