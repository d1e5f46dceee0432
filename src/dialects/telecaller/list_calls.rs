//! `GET /api/calls`: calls in pages, the latest first, whatever dialect reported them (B-141, B-142). Planned calls come before those
//! that were made; `status=planned` (also `scheduled`) lists them alone (F16).

use super::call::Call;
use super::caller::Caller;
use super::page::{Page, Pagination};
use super::reject::{Reject, Rejected};
use super::words;
use crate::http::fields::Fields;
use crate::http::query::Members;
use crate::ledger::RecordError;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use projections::call_list::Filter;
use projections::planned_calls::PLANNED;
use serde::Serialize;
use serde_json::{Map, Value};

#[derive(Serialize)]
pub struct Reply {
    success: bool,
    calls: Vec<Call>,
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
    let zone = app.ledger.dialing().await?.zone();
    let mut fields = Fields::of_query(query);
    let page = Page::read(&fields);
    let status = fields.word("status", &words::CALL_STATUSES);
    let outcomes = status.map(words::outcomes).unwrap_or_default();
    let direction = fields.word("callType", &words::CALL_TYPES);
    let telecaller = fields.id("telecaller");
    let (from, before) = fields.days("dateFrom", "dateTo", zone);
    fields.end()?;
    let views = app.ledger.views();
    let agent_id = views.agent_meant(telecaller).await.map_err(RecordError::from)?;
    let agents = caller.seen(app, None).await?;
    let filter = Filter { agent_id, agents, outcomes, direction, from, before, ..Filter::default() };
    let shows_planned = status.is_none_or(|status| status == PLANNED);
    let shows_made = status != Some(PLANNED);
    let mut rows = Vec::new();
    let mut total = 0;
    if shows_planned {
        total += views.total_planned_calls(&filter).await.map_err(RecordError::from)?;
        if page.skip() < total {
            let planned = views.list_planned_calls(&filter, page.skip(), page.limit).await;
            rows.extend(planned.map_err(RecordError::from)?);
        }
    }
    if shows_made {
        let skip = (page.skip() - total).max(0);
        let limit = page.limit - i64::try_from(rows.len()).unwrap_or(0);
        if limit > 0 {
            rows.extend(views.list_calls(&filter, skip, limit).await.map_err(RecordError::from)?);
        }
        total += views.total_calls(&filter).await.map_err(RecordError::from)?.count;
    }
    let calls = rows.into_iter().map(Call::from).collect();
    Ok(Reply { success: true, calls, total, pagination: page.of(total) })
}
