//! `GET /api/v1/agents` and `/api/v1/agents/{id}`: who takes the calls (B-057, C-03). The page that asks for no size shows them
//! all in one list: AI agents first, the newest first (F10).

use super::agent::Reply as Item;
use super::caller::Member;
use super::page::{PER_PAGE_MAX, Page};
use super::reject::{Reject, Rejected};
use crate::http::fields::Fields;
use crate::http::path::Named;
use crate::http::query::Members;
use crate::ledger::RecordError;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use domain::agent::event::AgentKind;
use domain::ids::AnyId;
use domain::principal::Role;
use projections::agents::AgentRow;
use serde::Serialize;
use std::cmp::Reverse;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
#[schema(as = AgentPage)]
pub struct Reply {
    agents: Vec<Item>,
    total: usize,
    page: i64,
    per_page: i64,
}

#[utoipa::path(
    get, path = "/api/v1/agents", operation_id = "list_agents", tag = "agents",
    summary = "Agents in pages",
    params(("page" = Option<i64>, Query, minimum = 1), ("per_page" = Option<i64>, Query, minimum = 1, maximum = 100)),
    responses((status = 200, body = Reply)),
)]
pub async fn handler(
    State(app): State<App>,
    member: Member,
    Members(query): Members,
) -> Result<Json<Reply>, Rejected> {
    let mut fields = Fields::of_query(&query);
    let page = Page::read_or(&mut fields, PER_PAGE_MAX);
    fields.end().map_err(|problems| member.reject(problems))?;
    let mut rows = app.ledger.views().all_agents().await.map_err(|error| member.failed(error))?;
    // Those who take calls; people of other roles are no agents here.
    rows.retain(takes_calls);
    rows.sort_by_key(|row| (row.kind != AgentKind::Ai.as_str(), Reverse(row.num)));
    let total = rows.len();
    let skip = usize::try_from(page.skip()).unwrap_or(usize::MAX);
    let shown = usize::try_from(page.per_page).unwrap_or(0);
    let rows = rows.into_iter().skip(skip).take(shown).collect();
    let agents = app.ledger.scheduled_agents(rows).await.map_err(|error| member.failed(error))?;
    let agents = agents.into_iter().map(Item::from).collect();
    Ok(Json(Reply { agents, total, page: page.page, per_page: page.per_page }))
}

#[utoipa::path(
    get, path = "/api/v1/agents/{agent_id}", operation_id = "get_agent", tag = "agents",
    summary = "One agent",
    params(("agent_id" = String, Path, description = "a UUID, a number or 24 hex digits")),
    responses((status = 200, body = Item)),
)]
pub async fn one(State(app): State<App>, member: Member, Named(id): Named) -> Result<Json<Item>, Rejected> {
    let row = find(&app, &id).await.map_err(|reject| member.reject(reject))?;
    let agents = app.ledger.scheduled_agents(vec![row]).await.map_err(|error| member.failed(error))?;
    let agent = agents.into_iter().next().ok_or_else(|| member.reject(Reject::NotFound("Agent")))?;
    Ok(Json(Item::from(agent)))
}

fn takes_calls(row: &AgentRow) -> bool {
    Role::from_word(&row.role).is_some_and(Role::takes_calls)
}

/// The agent of that id, if it is one and not deleted: who leads others is changed elsewhere, by admins.
pub async fn find(app: &App, id: &str) -> Result<AgentRow, Reject> {
    let id = AnyId::parse(id).ok_or_else(|| Reject::path("agent_id"))?;
    let row = app.ledger.views().find_agent(id).await.map_err(RecordError::from)?;
    row.filter(|row| row.deleted_at.is_none() && takes_calls(row)).ok_or(Reject::NotFound("Agent"))
}
