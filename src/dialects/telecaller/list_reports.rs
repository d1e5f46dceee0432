//! `GET /api/reports`: reports in pages, the latest day first (B-147, B-148).

use super::caller::Caller;
use super::page::{Page, Pagination};
use super::reject::{Reject, Rejected};
use super::report::{self, Item, items};
use super::words;
use crate::http::fields::Fields;
use crate::http::query::Members;
use crate::ledger::RecordError;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use projections::reports::Filter;
use serde::Serialize;
use serde_json::{Map, Value};

#[derive(Serialize)]
pub struct Reply {
    success: bool,
    reports: Vec<Item>,
    total: i64,
    pagination: Pagination,
}

pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Members(query): Members,
) -> Result<Json<Reply>, Rejected> {
    list(&app, &caller, &query).await.map(Json).map_err(|reject| caller.reject(reject))
}

async fn list(app: &App, caller: &Caller, query: &Map<String, Value>) -> Result<Reply, Reject> {
    let mut fields = Fields::of_query(query);
    let page = Page::read(&fields);
    let user = fields.id("userId");
    let period = fields.word("reportType", &words::PERIODS);
    let (from, upto) = report::dates(&mut fields);
    fields.end()?;
    let views = app.ledger.views();
    let user = views.agent_meant(user).await.map_err(RecordError::from)?;
    let users = caller.seen(app, user).await?;
    let filter = Filter { users, period, from, upto };
    let (rows, total) =
        views.list_reports(&filter, page.skip(), page.limit).await.map_err(RecordError::from)?;
    Ok(Reply { success: true, reports: items(app, &rows).await?, total, pagination: page.of(total) })
}
