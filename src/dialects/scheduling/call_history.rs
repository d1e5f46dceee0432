//! `GET /api/v1/calls/history`: calls in pages, the latest first, whatever dialect reported them (B-080, B-081).

use super::as_of;
use super::caller::Member;
use super::page::Page;
use super::reject::{Reject, Rejected};
use super::words;
use crate::http::fields::Fields;
use crate::http::query::Members;
use crate::ledger::RecordError;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use chrono::{Duration, NaiveDate};
use chrono_tz::Tz;
use domain::outcome::Outcome;
use domain::time::{Instant, day_start, parse_day};
use projections::Views;
use projections::call_list::{Call, Filter};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

/// The longest search, in characters.
const SEARCH_MAX: usize = 100;

#[derive(Serialize, ToSchema)]
#[schema(as = CallPage)]
pub struct Reply {
    calls: Vec<Item>,
    total: i64,
    /// False: there are more than `total`; a search is counted up to 10,000 only.
    total_is_exact: bool,
    page: i64,
    per_page: i64,
}

/// A call as this document shows it.
#[derive(Serialize, ToSchema)]
#[schema(as = Call)]
pub struct Item {
    id: Uuid,
    lead_id: Uuid,
    agent_id: Option<Uuid>,
    lead_name: Option<String>,
    lead_phone: Option<String>,
    agent_name: Option<String>,
    status: &'static str,
    outcome: Option<&'static str>,
    duration_seconds: Option<i32>,
    transcript_url: Option<String>,
    summary: Option<String>,
    created_at: String,
}

impl From<Call> for Item {
    fn from(call: Call) -> Self {
        let outcome = Outcome::from_word(&call.outcome).unwrap_or(Outcome::Unknown);
        Self {
            id: call.id,
            lead_id: call.lead_id,
            agent_id: call.agent_id,
            lead_name: call.lead_name,
            lead_phone: call.lead_phone,
            agent_name: call.agent_name.map(|name| name.trim().to_owned()),
            status: words::call_status(outcome),
            outcome: outcome.call_result().map(domain::outcome::CallResult::as_str),
            duration_seconds: call.duration_seconds,
            transcript_url: call.transcript_url,
            summary: call.summary,
            created_at: words::instant(call.occurred_at),
        }
    }
}

#[utoipa::path(
    get, path = "/api/v1/calls/history", operation_id = "list_calls", tag = "calls",
    summary = "Calls in pages, the latest first",
    params(("agent_id" = Option<String>, Query), ("start_date" = Option<String>, Query, format = Date), ("end_date" = Option<String>, Query, format = Date), ("tz" = Option<String>, Query, description = "zone of the days; the ledger's", example = "Europe/London"), ("outcome" = Option<String>, Query, pattern = "^(answered|no_answer|failed)?$"), ("search" = Option<String>, Query), ("page" = Option<i64>, Query, minimum = 1), ("per_page" = Option<i64>, Query, minimum = 1, maximum = 100), ("as_of" = Option<String>, Query, description = "the name of read models made by lead-ledger rebuild --as-of")),
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
    let result = fields.word("outcome", &words::RESULTS);
    let search: Option<String> = fields.text("search").map(|text| text.chars().take(SEARCH_MAX).collect());
    // A whole number is found by its key, not by looking through all calls.
    let phone_key = words::whole_number(search.as_deref(), app.config.region_scheduling);
    let search = search.filter(|_| phone_key.is_none());
    let (views, filter) = asked(app, fields).await?;
    let filter = Filter { result, phone_key, search, ..filter };
    let calls = views.list_calls(&filter, page.skip(), page.per_page).await.map_err(RecordError::from)?;
    let total = views.total_calls(&filter).await.map_err(RecordError::from)?;
    Ok(Reply {
        calls: calls.into_iter().map(Item::from).collect(),
        total: total.count,
        total_is_exact: total.is_exact,
        page: page.page,
        per_page: page.per_page,
    })
}

/// What history and metrics share: where to read, the agent, and days of the ledger's zone, both inclusive (C-24).
pub async fn asked(app: &App, mut fields: Fields<'_>) -> Result<(Views, Filter), Reject> {
    let agent_id = fields.id("agent_id");
    let zone = match fields.text("tz").map(|text| text.parse::<Tz>()) {
        None => app.ledger.dialing().await?.zone(),
        Some(Ok(zone)) => zone,
        Some(Err(_)) => {
            fields.problem("tz", "Input should be a time zone such as Europe/London", "value_error");
            Tz::UTC
        }
    };
    let from = day(&mut fields, "start_date");
    let upto = day(&mut fields, "end_date");
    if let (Some(from), Some(upto)) = (from, upto)
        && from > upto
    {
        fields.problem("end_date", "end_date must not be before start_date", "value_error");
    }
    let name = as_of::name(&mut fields);
    fields.end()?;
    let views = as_of::seen(app, name.as_deref()).await?.views;
    let agent_id = views.agent_meant(agent_id).await.map_err(RecordError::from)?;
    let start = |day: NaiveDate| -> Instant { day_start(day, zone) };
    let before = upto.map(|day| start(day + Duration::days(1)));
    Ok((views, Filter { agent_id, from: from.map(start), before, ..Filter::default() }))
}

fn day(fields: &mut Fields<'_>, name: &'static str) -> Option<NaiveDate> {
    let text = fields.text(name)?;
    let day = parse_day(&text).ok();
    if day.is_none() {
        fields.problem(
            name,
            "Input should be a valid date in the form YYYY-MM-DD",
            "date_from_datetime_parsing",
        );
    }
    day
}
