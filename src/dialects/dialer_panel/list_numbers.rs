//! `GET /api/numbers`: numbers, filtered, searched, sorted, in pages; the panel's web application reads a bare list and
//! `X-Total-Count` (F7). `GET /api/v1/numbers` answers the same page as an object with `items` and `total`. Agents see
//! their own numbers, supervisors their team's and those of nobody.

use super::caller::Member;
use super::number::{self, Number};
use super::reject::{Reject, Rejected};
use super::selection::Selection;
use crate::http::query::Members;
use crate::ledger::RecordError;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use domain::text::{integer_word, is_blank};
use projections::lead_list::Total;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// Numbers a page where no `limit` is given, and at most.
const LIMIT: i64 = 50;
const LIMIT_MAX: i64 = 500;
/// How many numbers all pages hold.
const TOTAL_COUNT: HeaderName = HeaderName::from_static("x-total-count");

#[derive(Serialize, ToSchema)]
#[schema(as = NumberPage)]
pub struct Reply {
    items: Vec<Number>,
    total: i64,
    /// False: there are more than `total`; a search or dates are counted up to 10,000 only.
    total_is_exact: bool,
    skip: i64,
    limit: i64,
}

#[utoipa::path(
    get, path = "/api/numbers", operation_id = "list_numbers", tag = "numbers",
    summary = "A bare list of numbers, a page at a time; agents see their own",
    params(("status" = Option<String>, Query), ("search" = Option<String>, Query), ("agent_id" = Option<String>, Query), ("start_date" = Option<String>, Query), ("end_date" = Option<String>, Query), ("sort_by" = Option<String>, Query), ("sort_order" = Option<String>, Query), ("skip" = Option<i64>, Query, minimum = 0), ("limit" = Option<i64>, Query, minimum = 0)),
    responses((status = 200, body = Vec<Number>, headers(("X-Total-Count" = i64, description = "Numbers on all pages; a search or dates are counted up to 10,000 only")))),
)]
pub async fn bare(
    State(app): State<App>,
    member: Member,
    Members(query): Members,
) -> Result<(HeaderMap, Json<Vec<Number>>), Rejected> {
    let reply = list(&app, &query, &member).await.map_err(|reject| member.reject(reject))?;
    let headers = HeaderMap::from_iter([(TOTAL_COUNT, HeaderValue::from(reply.total))]);
    Ok((headers, Json(reply.items)))
}

#[utoipa::path(
    get, path = "/api/v1/numbers", operation_id = "list_numbers_with_total", tag = "numbers",
    summary = "Numbers in pages, with their total; agents see their own",
    params(("status" = Option<String>, Query), ("search" = Option<String>, Query), ("agent_id" = Option<String>, Query), ("start_date" = Option<String>, Query), ("end_date" = Option<String>, Query), ("sort_by" = Option<String>, Query), ("sort_order" = Option<String>, Query), ("skip" = Option<i64>, Query, minimum = 0), ("limit" = Option<i64>, Query, minimum = 0)),
    responses((status = 200, body = Reply)),
)]
pub async fn with_total(
    State(app): State<App>,
    member: Member,
    Members(query): Members,
) -> Result<Json<Reply>, Rejected> {
    list(&app, &query, &member).await.map(Json).map_err(|reject| member.reject(reject))
}

async fn list(app: &App, fields: &Map<String, Value>, member: &Member) -> Result<Reply, Reject> {
    let Selection { filter, order } = Selection::read(app, fields, &member.reach).await?;
    let skip = whole(fields, "skip", 0, i64::MAX)?;
    let limit = whole(fields, "limit", LIMIT, LIMIT_MAX)?.max(1);
    let views = app.ledger.views();
    let leads = views.list_leads(&filter, order, skip, limit).await.map_err(RecordError::from)?;
    let shown = i64::try_from(leads.len()).unwrap_or(limit);
    // A page that is not full is the last one: it tells how many there are.
    let is_last = shown < limit && (shown > 0 || skip == 0);
    let total = if is_last {
        Total { count: skip + shown, is_exact: true }
    } else {
        views.total_leads(&filter).await.map_err(RecordError::from)?
    };
    let zone = app.ledger.dialing().await?.zone();
    let items = number::numbers(app, &leads, zone).await?;
    Ok(Reply { items, total: total.count, total_is_exact: total.is_exact, skip, limit })
}

/// A whole number of the query; larger ones are capped.
fn whole(fields: &Map<String, Value>, name: &'static str, default: i64, max: i64) -> Result<i64, Reject> {
    let text = fields.get(name).and_then(Value::as_str).filter(|text| !is_blank(text));
    let Some(text) = text else { return Ok(default) };
    let number = integer_word(text).filter(|number| *number >= 0);
    let invalid = || Reject::Invalid {
        loc: vec!["query", name],
        msg: "Expected a whole number that is not negative".to_owned(),
        kind: "int_parsing",
    };
    number.map(|number| number.min(max)).ok_or_else(invalid)
}
