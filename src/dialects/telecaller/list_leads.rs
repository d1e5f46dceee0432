//! `GET /api/leads` and `GET /api/leads/assigned/:userId`: leads in pages, the newest first (B-133, B-134, B-140).

use super::caller::Caller;
use super::lead::{Lead, leads};
use super::page::{Page, Pagination};
use super::reject::{Reject, Rejected};
use super::user;
use super::words;
use crate::http::fields::Fields;
use crate::http::path::Named;
use crate::http::query::Members;
use crate::ledger::RecordError;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use domain::ids::AgentId;
use domain::rights::Reach;
use projections::lead_list::{Column, Filter, Order};
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

/// The longest search, in characters.
const SEARCH_MAX: usize = 100;
/// The word that the web application filters by for the leads of nobody (F11).
const UNASSIGNED: &str = "unassigned";

#[derive(Serialize)]
pub struct Reply {
    success: bool,
    leads: Vec<Lead>,
    total: i64,
    pagination: Pagination,
}

pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Members(query): Members,
) -> Result<Json<Reply>, Rejected> {
    list(&app, &caller, &query, None).await.map(Json).map_err(|reject| caller.reject(reject))
}

/// Of one person: themselves, somebody they lead, or for those who see all anybody.
pub async fn assigned(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named,
    Members(query): Members,
) -> Result<Json<Reply>, Rejected> {
    let agent = user::find(&app, &caller, &id).await?;
    let listed = list(&app, &caller, &query, Some(agent.id)).await;
    listed.map(Json).map_err(|reject| caller.reject(reject))
}

async fn list(
    app: &App,
    caller: &Caller,
    query: &Map<String, Value>,
    of: Option<Uuid>,
) -> Result<Reply, Reject> {
    let zone = app.ledger.dialing().await?.zone();
    let mut fields = Fields::of_query(query);
    let page = Page::read(&fields);
    let stages = fields.word("status", &words::STATUSES).unwrap_or_default().to_vec();
    let source = fields.word("source", &words::SOURCE_FILTER);
    let priority = fields.word("priority", &words::PRIORITIES);
    let quality = fields.word("quality", &words::QUALITIES);
    let is_unassigned = fields.value("assignedTo").is_some_and(|word| word == UNASSIGNED);
    let assigned_to = if is_unassigned { None } else { fields.id("assignedTo") };
    let (from, before) = fields.days("dateFrom", "dateTo", zone);
    let search: Option<String> = fields.text("search").map(|text| text.chars().take(SEARCH_MAX).collect());
    fields.end()?;
    let views = app.ledger.views();
    let agent_id = match of {
        Some(of) => Some(of),
        None => views.agent_meant(assigned_to).await.map_err(RecordError::from)?,
    };
    let agents = visible(caller.reach(app).await?);
    let agents = if is_unassigned { Some(nobodys(agents)) } else { agents };
    let filter = Filter {
        agent_id,
        agents,
        stages,
        source,
        priority,
        quality,
        from,
        before,
        search,
        ..Filter::default()
    };
    let order = Order { column: Column::CreatedAt, is_descending: true };
    let rows = views.list_leads(&filter, order, page.skip(), page.limit).await.map_err(RecordError::from)?;
    let total = views.total_leads(&filter).await.map_err(RecordError::from)?.count;
    Ok(Reply { success: true, leads: leads(app, &rows).await?, total, pagination: page.of(total) })
}

/// Of what somebody may see, the leads that are nobody's; for those who see no such leads, none.
fn nobodys(visible: Option<(Vec<Uuid>, bool)>) -> (Vec<Uuid>, bool) {
    (Vec::new(), visible.is_none_or(|(_, sees_nobodys)| sees_nobodys))
}

/// What a reach leaves of a list.
fn visible(reach: Reach) -> Option<(Vec<Uuid>, bool)> {
    match reach {
        Reach::All => None,
        Reach::Only { agents, nobodys } => {
            Some((agents.into_iter().map(|AgentId(id)| id).collect(), nobodys))
        }
    }
}
