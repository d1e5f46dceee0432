//! `GET /api/dashboard/performance`: day by day, who sold the most, where leads came from (B-159, C-26); of what the caller may
//! see. Without dates: the last thirty days.

use super::caller::Caller;
use super::reject::{Reject, Rejected};
use super::user::{Name, percent};
use super::words;
use crate::http::fields::Fields;
use crate::http::query::Members;
use crate::ledger::RecordError;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use chrono::{Days, NaiveDate};
use domain::time::Instant;
use projections::performance::Span;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::HashMap;
use uuid::Uuid;

/// Days shown where none are asked for, today the last.
const DAYS: u64 = 30;
/// The most days shown.
const DAYS_MAX: i64 = 1_100;

#[derive(Serialize)]
pub struct Reply {
    success: bool,
    performance: Performance,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Performance {
    /// What is counted: from then, and before then.
    period: Period,
    daily_stats: Vec<DayItem>,
    top_performers: Vec<Performer>,
    lead_sources: Vec<SourceItem>,
}

#[derive(Serialize)]
struct Period {
    from: Option<String>,
    before: Option<String>,
}

#[derive(Serialize)]
struct DayItem {
    date: NaiveDate,
    calls: i64,
    leads: i64,
    conversions: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Performer {
    user: Name,
    calls: i64,
    conversions: i64,
    /// Conversions of a hundred calls: the document's odd one (C-26).
    conversion_rate: Value,
}

#[derive(Serialize)]
struct SourceItem {
    source: String,
    count: i64,
    conversions: i64,
}

pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Members(query): Members,
) -> Result<Json<Reply>, Rejected> {
    let performance = performance(&app, &caller, &query, None).await;
    let performance = performance.map_err(|reject| caller.reject(reject))?;
    Ok(Json(Reply { success: true, performance }))
}

/// What was done within the days that the query names: by one user, or by those whom the caller may see.
pub async fn performance(
    app: &App,
    caller: &Caller,
    query: &Map<String, Value>,
    of: Option<Uuid>,
) -> Result<Performance, Reject> {
    let zone = app.ledger.dialing().await?.zone();
    let mut fields = Fields::of_query(query);
    let user = fields.id("userId");
    let (from, before) = fields.days("dateFrom", "dateTo", zone);
    fields.end()?;
    let day_of = |at: Instant| at.with_timezone(&zone).date_naive();
    let last = before.map_or_else(|| day_of(app.ledger.now()), |before| day_of(before - MOMENT));
    let first = from.map_or(last - Days::new(DAYS - 1), day_of);
    if (last - first).num_days() >= DAYS_MAX {
        let problem = format!("No more than {DAYS_MAX} days can be shown");
        return Err(Reject::Invalid(vec![("dateFrom", problem)]));
    }
    let views = app.ledger.views();
    let user = match of {
        Some(of) => Some(of),
        None => views.agent_meant(user).await.map_err(RecordError::from)?,
    };
    let agents = caller.counted(app, user).await?;
    let start = |day: NaiveDate| domain::time::day_start(day, zone);
    let from = from.unwrap_or_else(|| start(first));
    let before = before.unwrap_or_else(|| start(last + Days::new(1)));
    let span = Span::new(agents, Some(from), Some(before), zone);
    let days = views.days(&span).await.map_err(RecordError::from)?;
    let days: HashMap<NaiveDate, _> = days.into_iter().map(|day| (day.day, day)).collect();
    let daily = first.iter_days().take_while(|day| *day <= last).map(|date| {
        let day = days.get(&date);
        DayItem {
            date,
            calls: day.map_or(0, |day| day.calls),
            leads: day.map_or(0, |day| day.leads),
            conversions: day.map_or(0, |day| day.conversions),
        }
    });
    let sources = views.lead_sources(&span).await.map_err(RecordError::from)?;
    let period = Period { from: span.from.map(words::instant), before: span.before.map(words::instant) };
    Ok(Performance {
        period,
        daily_stats: daily.collect(),
        top_performers: top(app, &span).await?,
        lead_sources: sources
            .into_iter()
            .map(|sums| SourceItem { source: sums.source, count: sums.leads, conversions: sums.conversions })
            .collect(),
    })
}

/// The last instant of a day is this much before the next.
const MOMENT: chrono::Duration = chrono::Duration::microseconds(1);

async fn top(app: &App, span: &Span) -> Result<Vec<Performer>, RecordError> {
    let views = app.ledger.views();
    let performers = views.top_performers(span).await?;
    let ids: Vec<Uuid> = performers.iter().map(|performer| performer.agent_id).collect();
    let agents = views.agents_by_id(&ids).await?;
    let name = |id: Uuid| agents.iter().find(|row| row.id == id).map(Name::from);
    let told = performers.into_iter().filter_map(|performer| {
        Some(Performer {
            user: name(performer.agent_id)?,
            calls: performer.calls,
            conversions: performer.conversions,
            conversion_rate: percent(performer.conversions, performer.calls),
        })
    });
    Ok(told.collect())
}
