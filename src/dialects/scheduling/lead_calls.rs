//! `GET /api/v1/leads/{id}/calls?as_of=`: the calls of one lead, the latest first, as they are or as was known at some
//! time.

use super::call_history::Item;
use super::caller::Member;
use super::get_lead::{as_of, find_ever};
use super::reject::{Reject, Rejected};
use crate::http::path::Named;
use crate::http::query::Members;
use crate::ledger::RecordError;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use domain::stream::{StreamId, StreamKind};
use projections::Folded;
use projections::call_history;
use projections::call_list::Call;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
#[schema(as = LeadCalls)]
pub struct Reply {
    calls: Vec<Item>,
    total: usize,
}

#[utoipa::path(
    get, path = "/api/v1/leads/{lead_id}/calls", operation_id = "list_lead_calls", tag = "leads",
    summary = "The calls of one lead, the latest first",
    params(("lead_id" = String, Path, description = "a UUID, a number or 24 hex digits"), ("as_of" = Option<String>, Query, description = "what was recorded up to this time", format = DateTime)),
    responses((status = 200, body = Reply)),
)]
pub async fn handler(
    State(app): State<App>,
    member: Member,
    Named(id): Named,
    Members(query): Members,
) -> Result<Json<Reply>, Rejected> {
    list(&app, &id, &query).await.map(Json).map_err(|reject| member.reject(reject))
}

async fn list(app: &App, id: &str, query: &Map<String, Value>) -> Result<Reply, Reject> {
    let as_of = as_of(app, query).await?;
    let id = find_ever(app, id).await?.id;
    let state = app.ledger.lead_as_of(id, as_of).await?;
    let folded = Folded { sequence: 0, state };
    let lead = folded.state.as_lead().filter(|lead| lead.exists() && lead.deleted_at.is_none());
    let lead = lead.ok_or(Reject::NotFound("Lead"))?;
    let mut rows = call_history::rows(StreamId::new(StreamKind::Lead, id), &folded);
    rows.sort_by_key(|row| std::cmp::Reverse((row.occurred_at, row.id)));
    let agents: Vec<_> = rows.iter().filter_map(|row| row.agent_id).collect();
    let agents = app.ledger.views().agents_by_id(&agents).await.map_err(RecordError::from)?;
    let name = |call: &Call| {
        let agent = agents.iter().find(|agent| Some(agent.id) == call.agent_id)?;
        Some(agent.name())
    };
    let calls: Vec<Item> = rows
        .into_iter()
        .map(|row| {
            let call = Call::of(row, lead, None);
            Item::from(Call { agent_name: name(&call), ..call })
        })
        .collect();
    Ok(Reply { total: calls.len(), calls })
}
