//! `GET /api/v1/leads`: leads in pages, the newest first (B-065 to B-067).

use super::as_of::{self, Seen};
use super::caller::Member;
use super::lead::Reply as Item;
use super::page::Page;
use super::reject::{Reject, Rejected};
use super::words;
use crate::http::fields::Fields;
use crate::http::query::Members;
use crate::ledger::RecordError;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use projections::lead_list::{Column, Filter, Order, Total};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// The longest search, in characters.
const SEARCH_MAX: usize = 100;

#[derive(Serialize, ToSchema)]
#[schema(as = LeadPage)]
pub struct Reply {
    leads: Vec<Item>,
    total: i64,
    /// False: there are more than `total`; a search or a status is counted up to 10,000 only.
    total_is_exact: bool,
    page: i64,
    per_page: i64,
}

#[utoipa::path(
    get, path = "/api/v1/leads", operation_id = "list_leads", tag = "leads",
    summary = "Leads in pages, the newest first",
    params(("agent_id" = Option<String>, Query), ("status_filter" = Option<String>, Query, pattern = "^(new|in_progress|done)?$"), ("search" = Option<String>, Query), ("page" = Option<i64>, Query, minimum = 1), ("per_page" = Option<i64>, Query, minimum = 1, maximum = 100), ("as_of" = Option<String>, Query, description = "the name of read models made by lead-ledger rebuild --as-of")),
    responses((status = 200, body = Reply)),
)]
pub async fn handler(
    State(app): State<App>,
    member: Member,
    Members(query): Members,
) -> Result<Json<Reply>, Rejected> {
    list(&app, &query).await.map(Json).map_err(|reject| member.reject(reject))
}

async fn list(app: &App, query: &Map<String, Value>) -> Result<Reply, Reject> {
    let mut fields = Fields::of_query(query);
    let page = Page::read(&mut fields);
    let agent_id = fields.id("agent_id");
    let scheduling = fields.word("status_filter", &words::STATUSES);
    let search: Option<String> = fields.text("search").map(|text| text.chars().take(SEARCH_MAX).collect());
    let name = as_of::name(&mut fields);
    fields.end()?;
    let Seen { views, at: now } = as_of::seen(app, name.as_deref()).await?;
    let agent_id = views.agent_meant(agent_id).await.map_err(RecordError::from)?;
    // A whole number is found by its key, not by looking through all of them.
    let phone_key = words::whole_number(search.as_deref(), app.config.region_scheduling);
    let search = search.filter(|_| phone_key.is_none());
    let scheduling = scheduling.map(|status| (status, now));
    let filter = Filter { agent_id, scheduling, phone_key, search, ..Filter::default() };
    let order = Order { column: Column::CreatedAt, is_descending: true };
    let leads =
        views.list_leads(&filter, order, page.skip(), page.per_page).await.map_err(RecordError::from)?;
    let shown = i64::try_from(leads.len()).unwrap_or(page.per_page);
    // A page that is not full is the last one: it tells how many there are.
    let is_last = shown < page.per_page && (shown > 0 || page.page == 1);
    let total = if is_last {
        Total { count: page.skip() + shown, is_exact: true }
    } else {
        views.total_leads(&filter).await.map_err(RecordError::from)?
    };
    let leads = leads.iter().map(|row| Item::of(row, now)).collect();
    Ok(Reply {
        leads,
        total: total.count,
        total_is_exact: total.is_exact,
        page: page.page,
        per_page: page.per_page,
    })
}
