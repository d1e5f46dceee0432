//! `GET /api/v1/leads/{id}/dialability?at=`: every gate on the way to a call, open or closed; the same that next-batch asks.

use super::caller::Member;
use super::fields::Fields;
use super::get_lead::find;
use super::reject::{Reject, Rejected};
use super::words;
use crate::http::query::Members;
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use domain::dialing::gate::ClosedReason;
use domain::keys::Key;
use domain::lead::dialability::{Circumstances, LeadGate};
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

#[derive(Serialize)]
pub struct Reply {
    lead_id: Uuid,
    at: String,
    is_dialable: bool,
    gates: Vec<Item>,
}

#[derive(Serialize)]
struct Item {
    gate: &'static str,
    passes: bool,
    /// What the closed ones say.
    reason: Option<String>,
    /// When it opens by itself, if that is known.
    opens_at: Option<String>,
}

pub async fn handler(
    State(app): State<App>,
    member: Member,
    Path(id): Path<String>,
    Members(query): Members,
) -> Result<Json<Reply>, Rejected> {
    ask(&app, &id, &query).await.map(Json).map_err(|reject| member.reject(reject))
}

async fn ask(app: &App, id: &str, query: &Map<String, Value>) -> Result<Reply, Reject> {
    let dialing = app.ledger.dialing().await?;
    let mut fields = Fields::of_query(query);
    let at = fields.instant("at", dialing.zone()).unwrap_or_else(|| app.ledger.now());
    fields.end()?;
    let row = find(app, id).await?;
    let (_, lead) = app.ledger.current_lead(row.num).await?.ok_or(Reject::NotFound("Lead"))?;
    let agent = match lead.agent_id {
        Some(agent_id) => Some(app.ledger.current_agent(agent_id.0).await?),
        None => None,
    };
    let phone = lead.phone_key().unwrap_or_default();
    let is_held = async |key: Key| app.ledger.find_key(&key).await.map(|held| held.is_some());
    let circumstances = Circumstances {
        at,
        hours: agent.as_ref().and_then(|agent| agent.hours.as_ref()),
        is_banned_elsewhere: is_held(Key::suppressed(&phone)).await?,
        // Of its own lease the lead itself knows until when.
        is_leased_elsewhere: lead.lease.is_none() && is_held(Key::lease(&phone)).await?,
    };
    let reasons = dialing.closed_reasons(at);
    let mut gates: Vec<Item> = [
        ("switch", vec![ClosedReason::Disabled]),
        ("holiday", vec![ClosedReason::Holiday]),
        ("window", vec![ClosedReason::NoWindow, ClosedReason::OutsideAllowedTimeWindow]),
    ]
    .into_iter()
    .map(|(gate, closing)| {
        let reason = reasons.iter().find(|reason| closing.contains(reason));
        Item { gate, passes: reason.is_none(), reason: reason.map(ToString::to_string), opens_at: None }
    })
    .collect();
    for (gate, refusal) in lead.gates(&circumstances) {
        let opens_at = match gate {
            LeadGate::Due => Some(lead.queue().due_at),
            LeadGate::Lease => lead.lease.as_ref().map(|lease| lease.expires_at),
            LeadGate::Deletion
            | LeadGate::Phone
            | LeadGate::Suppression
            | LeadGate::Attempts
            | LeadGate::BusinessHours => None,
        };
        gates.push(Item {
            gate: gate.as_str(),
            passes: refusal.is_none(),
            reason: refusal.map(|refusal| refusal.to_string()),
            opens_at: opens_at.filter(|_| refusal.is_some()).map(words::instant),
        });
    }
    let is_dialable = gates.iter().all(|gate| gate.passes);
    Ok(Reply { lead_id: row.id, at: words::instant(at), is_dialable, gates })
}
