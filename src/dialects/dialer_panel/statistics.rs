//! Figures of the panel's dashboard, from the read models (F17): `GET /api/stats/numbers-summary`, `/attempts-summary?days=`
//! or `hours=`, `/attempt-trend?granularity=&span=`. Supervisors see those of their team and of what is nobody's.

use super::caller::Member;
use super::reject::{Reject, Rejected};
use super::words;
use crate::http::fields::Fields;
use crate::http::query::Members;
use crate::ledger::RecordError;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use chrono::{Duration, Timelike};
use chrono_tz::Tz;
use domain::outcome::Outcome;
use domain::rights::Reach;
use domain::status::PanelStatus;
use domain::time::{Instant, day_start};
use projections::attempts::Callers;
use projections::lead_list::Filter;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::HashMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// The longest times that are asked for.
const DAYS_MAX: i64 = 365;
const HOURS_MAX: i64 = 720;
/// The most buckets of a trend, and how many where none are asked for.
const SPAN_MAX: i64 = 240;
const SPAN: i64 = 14;

#[derive(Serialize, ToSchema)]
struct StatusShare {
    status: &'static str,
    count: i64,
    /// Of a hundred; 0 where nothing is counted.
    percentage: f64,
}

#[derive(Serialize, ToSchema)]
#[schema(as = NumbersSummary)]
pub struct Numbers {
    total_numbers: i64,
    /// Every status, in the order of the alphabet.
    status_counts: Vec<StatusShare>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = AttemptsSummary)]
pub struct Attempts {
    total_attempts: i64,
    status_counts: Vec<StatusShare>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = AttemptTrend)]
pub struct Trend {
    /// `day` or `hour`.
    granularity: &'static str,
    /// The oldest first; the last is the day or hour that goes on.
    buckets: Vec<Bucket>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = AttemptBucket)]
#[expect(clippy::struct_field_names, reason = "the shape that clients read")]
struct Bucket {
    /// When it begins.
    bucket: String,
    total_attempts: i64,
    status_counts: Vec<StatusShare>,
}

#[utoipa::path(
    get, path = "/api/stats/numbers-summary", operation_id = "get_numbers_summary", tag = "statistics",
    summary = "How many numbers have which status",
    responses((status = 200, body = Numbers)),
)]
pub async fn numbers(State(app): State<App>, member: Member) -> Result<Json<Numbers>, Rejected> {
    let agents = match &member.reach {
        Reach::All => None,
        Reach::Only { agents, nobodys } => Some((agents.iter().map(|id| id.0).collect(), *nobodys)),
    };
    let filter = Filter { agents, ..Filter::default() };
    let counts = app.ledger.views().leads_by_status(&filter).await.map_err(|error| member.failed(error))?;
    let counts = counts.into_iter().filter_map(|(word, count)| Some((PanelStatus::from_word(&word)?, count)));
    let counts: HashMap<PanelStatus, i64> = counts.collect();
    Ok(Json(Numbers { total_numbers: counts.values().sum(), status_counts: shares(&counts) }))
}

#[utoipa::path(
    get, path = "/api/stats/attempts-summary", operation_id = "get_attempts_summary", tag = "statistics",
    summary = "How many calls ended how: ever, on the last days (today is 1), or in the last hours",
    params(("days" = Option<i64>, Query, minimum = 1, maximum = 365), ("hours" = Option<i64>, Query, minimum = 1, maximum = 720)),
    responses((status = 200, body = Attempts)),
)]
pub async fn attempts(
    State(app): State<App>,
    member: Member,
    Members(query): Members,
) -> Result<Json<Attempts>, Rejected> {
    summarize(&app, &member, &query).await.map(Json).map_err(|reject| member.reject(reject))
}

#[utoipa::path(
    get, path = "/api/stats/attempt-trend", operation_id = "get_attempt_trend", tag = "statistics",
    summary = "How many calls ended how, day by day or hour by hour",
    params(("granularity" = Option<String>, Query), ("span" = Option<i64>, Query, minimum = 1, maximum = 240)),
    responses((status = 200, body = Trend)),
)]
pub async fn trend(
    State(app): State<App>,
    member: Member,
    Members(query): Members,
) -> Result<Json<Trend>, Rejected> {
    follow(&app, &member, &query).await.map(Json).map_err(|reject| member.reject(reject))
}

async fn summarize(app: &App, member: &Member, query: &Map<String, Value>) -> Result<Attempts, Reject> {
    let mut fields = Fields::of_query(query);
    let (days, hours) = (fields.whole("days", 1..=DAYS_MAX), fields.whole("hours", 1..=HOURS_MAX));
    fields.end()?;
    let (zone, now) = (app.ledger.dialing().await?.zone(), app.ledger.now());
    // The shorter time decides where both are asked for.
    let from = match (hours, days) {
        (Some(hours), _) => Some(now - Duration::hours(hours)),
        (None, Some(days)) => Some(days_ago(now, zone, days - 1)),
        (None, None) => None,
    };
    let views = app.ledger.views();
    let rows = views.attempts_by_outcome(&callers(member), from).await.map_err(RecordError::from)?;
    let mut counts = HashMap::new();
    for (outcome, calls) in rows {
        add(&mut counts, &outcome, calls);
    }
    Ok(Attempts { total_attempts: counts.values().sum(), status_counts: shares(&counts) })
}

async fn follow(app: &App, member: &Member, query: &Map<String, Value>) -> Result<Trend, Reject> {
    let mut fields = Fields::of_query(query);
    let granularity = fields.word("granularity", &[("day", "day"), ("hour", "hour")]).unwrap_or("day");
    let span = fields.whole("span", 1..=SPAN_MAX).unwrap_or(SPAN);
    fields.end()?;
    let (zone, now) = (app.ledger.dialing().await?.zone(), app.ledger.now());
    let start =
        |ago| if granularity == "hour" { hours_ago(now, zone, ago) } else { days_ago(now, zone, ago) };
    let starts: Vec<Instant> = (0..span).rev().map(start).collect();
    let views = app.ledger.views();
    let rows = views.attempts_by_stretch(&callers(member), &starts).await.map_err(RecordError::from)?;
    let mut counts = vec![HashMap::new(); starts.len()];
    for (stretch, outcome, calls) in rows {
        if let Some(counts) = counts.get_mut(stretch) {
            add(counts, &outcome, calls);
        }
    }
    let bucket = |(start, counts): (Instant, HashMap<PanelStatus, i64>)| Bucket {
        bucket: words::instant(start, zone),
        total_attempts: counts.values().sum(),
        status_counts: shares(&counts),
    };
    Ok(Trend { granularity, buckets: starts.into_iter().zip(counts).map(bucket).collect() })
}

/// Whose calls the member sees.
fn callers(member: &Member) -> Callers {
    match &member.reach {
        Reach::All => None,
        Reach::Only { agents, nobodys } => {
            let nobody = nobodys.then_some(Uuid::nil());
            Some(agents.iter().map(|id| id.0).chain(nobody).collect())
        }
    }
}

/// Adds calls of an outcome (a stored word) to the panel's status of it.
fn add(counts: &mut HashMap<PanelStatus, i64>, outcome: &str, calls: i64) {
    if let Some(status) = Outcome::from_word(outcome).and_then(Outcome::panel_status) {
        *counts.entry(status).or_default() += calls;
    }
}

fn shares(counts: &HashMap<PanelStatus, i64>) -> Vec<StatusShare> {
    let total: i64 = counts.values().sum();
    let share = |status: &PanelStatus| {
        let count = counts.get(status).copied().unwrap_or(0);
        let percentage = if total == 0 { 0.0 } else { count as f64 / total as f64 * 100.0 };
        StatusShare { status: words::status(*status), count, percentage }
    };
    let mut shares: Vec<_> = PanelStatus::ALL.iter().map(share).collect();
    shares.sort_by_key(|share| share.status);
    shares
}

/// When the day of the ledger's zone began that was `ago` days before today.
fn days_ago(now: Instant, zone: Tz, ago: i64) -> Instant {
    day_start(now.with_timezone(&zone).date_naive() - Duration::days(ago), zone)
}

/// When the hour of the ledger's zone began that was `ago` hours before this one.
fn hours_ago(now: Instant, zone: Tz, ago: i64) -> Instant {
    let local = now.with_timezone(&zone);
    let into = Duration::minutes(i64::from(local.minute())) + Duration::seconds(i64::from(local.second()));
    let into = into + Duration::nanoseconds(i64::from(local.nanosecond()));
    now - into - Duration::hours(ago)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// F17: hours of a zone that is half an hour off begin at its own full hours.
    #[test]
    fn days_and_hours_are_those_of_the_ledgers_zone() {
        let now: Instant = "2025-03-01T08:47:12.5Z".parse().unwrap();
        let at = |text: &str| text.parse::<Instant>().unwrap();
        assert_eq!(hours_ago(now, Tz::Asia__Tehran, 0), at("2025-03-01T08:30:00Z"));
        assert_eq!(hours_ago(now, Tz::Asia__Tehran, 5), at("2025-03-01T03:30:00Z"));
        assert_eq!(days_ago(now, Tz::Asia__Tehran, 0), at("2025-02-28T20:30:00Z"));
        assert_eq!(days_ago(now, Tz::UTC, 1), at("2025-02-28T00:00:00Z"));
    }

    #[test]
    fn shares_name_every_status_and_nothing_is_no_share() {
        let none = shares(&HashMap::new());
        assert_eq!(none.len(), PanelStatus::ALL.len());
        assert!(none.iter().all(|share| share.percentage == 0.0));
        let some = shares(&HashMap::from([(PanelStatus::Busy, 1), (PanelStatus::Missed, 3)]));
        let missed = some.iter().find(|share| share.status == "MISSED").unwrap();
        assert!((missed.percentage - 75.0).abs() < 1e-9);
    }
}
