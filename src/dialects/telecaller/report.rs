//! A report as this dialect shows one (B-148), beside what the ledger knows of its days, and what may be said of one (C-27).

use super::caller::Caller;
use super::reject::{Reject, Rejected};
use super::user::Name;
use super::words;
use crate::actions::reports::file::Correction;
use crate::http::fields::Fields;
use crate::ledger::RecordError;
use crate::state::App;
use chrono::NaiveDate;
use chrono_tz::Tz;
use domain::ids::{AgentId, AnyId, oid};
use domain::time::{parse_day, parse_instant};
use projections::reports::{Known, ReportRow};
use serde::Serialize;
use std::collections::HashMap;
use uuid::Uuid;

/// The highest figure that is taken.
const FIGURE_MAX: i64 = 1_000_000;

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    #[serde(rename = "_id")]
    oid: String,
    /// The same; the rows of the web application's tables have it (F2).
    id: String,
    user: Name,
    report_date: String,
    report_type: String,
    #[serde(flatten)]
    figures: Figures,
    daily_notes: Option<String>,
    created_at: String,
    updated_at: String,
    ledger: Figures,
    variance: Figures,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    total_calls: i64,
    completed_calls: i64,
    follow_ups_completed: i64,
    converted_leads: i64,
}

impl From<Known> for Figures {
    fn from(known: Known) -> Self {
        Self {
            total_calls: known.total_calls,
            completed_calls: known.completed_calls,
            follow_ups_completed: known.follow_ups_completed,
            converted_leads: known.converted_leads,
        }
    }
}

/// Reports with the names of those who answer for them.
pub async fn items(app: &App, rows: &[ReportRow]) -> Result<Vec<Item>, RecordError> {
    let zone = app.ledger.dialing().await?.zone();
    let views = app.ledger.views();
    let known = views.known_of(rows, zone).await?;
    let users: Vec<Uuid> = rows.iter().map(|row| row.user_id).collect();
    let agents = views.agents_by_id(&users).await?;
    let names: HashMap<Uuid, Name> = agents.iter().map(|row| (row.id, Name::from(row))).collect();
    let item = |(row, known): (&ReportRow, Known)| Item {
        oid: oid(row.id),
        id: oid(row.id),
        user: names
            .get(&row.user_id)
            .cloned()
            .unwrap_or_else(|| Name { oid: oid(row.user_id), name: String::new() }),
        report_date: format!("{}T00:00:00Z", row.report_on),
        report_type: row.period.clone(),
        figures: row.said().into(),
        daily_notes: row.daily_notes.clone(),
        created_at: words::instant(row.created_at),
        updated_at: words::instant(row.updated_at),
        ledger: known.into(),
        variance: row.said().less(known).into(),
    };
    Ok(rows.iter().zip(known).map(item).collect())
}

/// The same of one.
pub async fn item(app: &App, row: &ReportRow) -> Result<Item, RecordError> {
    let item = items(app, std::slice::from_ref(row)).await?.pop();
    item.ok_or_else(|| RecordError::Internal("a report was not shown".to_owned()))
}

/// The report of that id, if the caller may see whose it is.
pub async fn find(app: &App, caller: &Caller, id: &str) -> Result<ReportRow, Rejected> {
    let not_found = || caller.reject(Reject::NotFound);
    let id = AnyId::parse(id).ok_or_else(not_found)?;
    let row = app.ledger.views().find_report(id).await.map_err(|error| caller.failed(error))?;
    let reach = caller.reach(app).await.map_err(|error| caller.reject(error))?;
    row.filter(|row| reach.covers(Some(AgentId(row.user_id)))).ok_or_else(not_found)
}

/// Reads what a body says of a report.
pub fn read(fields: &mut Fields<'_>) -> Correction {
    let mut figure = |name| {
        let figure = fields.whole(name, 0..=FIGURE_MAX);
        figure.and_then(|figure| u32::try_from(figure).ok())
    };
    let (total_calls, completed_calls) = (figure("totalCalls"), figure("completedCalls"));
    let (follow_ups_completed, converted_leads) = (figure("followUpsCompleted"), figure("convertedLeads"));
    Correction {
        report_on: date(fields, "reportDate"),
        period: fields.word("reportType", &words::PERIODS),
        total_calls,
        completed_calls,
        follow_ups_completed,
        converted_leads,
        daily_notes: fields.long_text("dailyNotes"),
    }
}

/// A day; of an instant, the one that it is in UTC, as reports are shown.
pub fn date(fields: &mut Fields<'_>, name: &'static str) -> Option<NaiveDate> {
    let text = fields.text(name)?;
    let instant = || parse_instant(&text, Tz::UTC).ok().map(|at| at.date_naive());
    let day = parse_day(&text).ok().or_else(instant);
    if day.is_none() {
        fields.problem(name, "Expected a date from 1900 to 2200, such as 2024-01-15", "date_parsing");
    }
    day
}

/// Two days, both inclusive.
pub fn dates(fields: &mut Fields<'_>) -> (Option<NaiveDate>, Option<NaiveDate>) {
    let (from, upto) = (date(fields, "dateFrom"), date(fields, "dateTo"));
    if let (Some(from), Some(upto)) = (from, upto)
        && from > upto
    {
        fields.problem("dateTo", "dateTo must not be before dateFrom", "value_error");
    }
    (from, upto)
}
