//! What is in a file? Reports as people said them beside what the ledger knows, summed up by person: read at one position.

use super::{ExportError, Wanted};
use chrono::NaiveDate;
use chrono_tz::Tz;
use domain::report::event::Period;
use domain::time::Instant;
use projections::Views;
use projections::reports::{Filter, Known};
use std::collections::HashMap;
use uuid::Uuid;

/// The most reports in a file.
const REPORTS_MAX: usize = 50_000;
/// Reports whose days are looked up at once.
const PIECE: usize = 2_000;

/// Everything that a file shows.
#[derive(Clone, Debug)]
pub struct Book {
    pub title: String,
    pub days: String,
    /// Of the ledger, when it was read, and when that position was recorded.
    pub position: i64,
    pub recorded_at: Instant,
    pub zone: Tz,
    /// One for each period that is among the reports: days, weeks and months are never added up.
    pub totals: Vec<Total>,
    /// By name and period.
    pub people: Vec<Person>,
    /// The latest day first.
    pub lines: Vec<Line>,
}

/// All reports of a period.
#[derive(Clone, Debug)]
pub struct Total {
    pub period: Period,
    pub reports: i64,
    pub people: i64,
    pub said: Known,
    pub known: Known,
}

/// What somebody said of all their reports of a period, and what the ledger knows of the same days.
#[derive(Clone, Debug)]
pub struct Person {
    pub name: String,
    pub period: Period,
    pub reports: i64,
    pub said: Known,
    pub known: Known,
}

/// One report.
#[derive(Clone, Debug)]
pub struct Line {
    pub name: String,
    pub on: NaiveDate,
    pub period: Period,
    pub said: Known,
    pub known: Known,
    pub notes: Option<String>,
}

/// The columns of figures, in the order in which files show them.
pub const FIGURES: [&str; 4] = ["Calls", "Completed", "Follow-ups", "Conversions"];

/// The figures in that order.
pub fn figures(known: Known) -> [i64; 4] {
    [known.total_calls, known.completed_calls, known.follow_ups_completed, known.converted_leads]
}

impl Book {
    /// Reads it. `progress` is told how many reports are read, of how many.
    pub async fn read(
        views: &Views,
        zone: Tz,
        wanted: &Wanted,
        progress: impl Fn(usize, usize),
    ) -> Result<Self, ExportError> {
        let snapshot = views.snapshot().await?;
        let views = snapshot.views;
        let filter = Filter {
            users: wanted.users.clone(),
            period: wanted.period,
            from: wanted.from,
            upto: wanted.upto,
        };
        let limit = i64::try_from(REPORTS_MAX).unwrap_or(i64::MAX);
        // How many there are, before they are read.
        if views.list_reports(&filter, 0, 0).await?.1 > limit {
            return Err(ExportError::TooMany(REPORTS_MAX));
        }
        let (rows, _) = views.list_reports(&filter, 0, limit).await?;
        let names: HashMap<Uuid, String> =
            views.agents_ever().await?.iter().map(|row| (row.id, row.shown_name())).collect();
        let mut lines = Vec::with_capacity(rows.len());
        let mut people: HashMap<(Uuid, Period), Person> = HashMap::new();
        for piece in rows.chunks(PIECE) {
            for (row, known) in piece.iter().zip(views.known_of(piece, zone).await?) {
                let name = names.get(&row.user_id).cloned().unwrap_or_default();
                let (said, nothing) = (row.said(), Known::default());
                let person = people.entry((row.user_id, row.period())).or_insert_with(|| Person {
                    name: name.clone(),
                    period: row.period(),
                    reports: 0,
                    said: nothing,
                    known: nothing,
                });
                person.reports += 1;
                person.said = person.said.plus(said);
                person.known = person.known.plus(known);
                let (on, period, notes) = (row.report_on, row.period(), row.daily_notes.clone());
                lines.push(Line { name, on, period, said, known, notes });
            }
            progress(lines.len(), rows.len());
        }
        let mut people: Vec<((Uuid, Period), Person)> = people.into_iter().collect();
        people.sort_by(|(a, one), (b, other)| (&one.name, a).cmp(&(&other.name, b)));
        let people: Vec<Person> = people.into_iter().map(|(_, person)| person).collect();
        Ok(Self {
            title: title(wanted.period),
            days: days(wanted.from, wanted.upto),
            position: snapshot.position,
            recorded_at: snapshot.recorded_at,
            zone,
            totals: totals(wanted.period, &people),
            people,
            lines,
        })
    }

    /// The line that says what the file was made from.
    pub fn source(&self) -> String {
        let at = self.recorded_at.with_timezone(&self.zone);
        format!("Ledger position {} of {} ({})", self.position, at.format("%Y-%m-%d %H:%M"), self.zone)
    }
}

/// By period; of the wanted one also if there is nothing.
fn totals(wanted: Option<Period>, people: &[Person]) -> Vec<Total> {
    let of = |period: &Period| {
        let nothing = Known::default();
        let mut total = Total { period: *period, reports: 0, people: 0, said: nothing, known: nothing };
        for person in people.iter().filter(|person| person.period == total.period) {
            total.reports += person.reports;
            total.people += 1;
            total.said = total.said.plus(person.said);
            total.known = total.known.plus(person.known);
        }
        total
    };
    let all = Period::ALL.iter().map(of);
    all.filter(|total| total.reports > 0 || wanted == Some(total.period)).collect()
}

fn title(period: Option<Period>) -> String {
    let kind = match period {
        Some(Period::Daily) => "Daily reports",
        Some(Period::Weekly) => "Weekly reports",
        Some(Period::Monthly) => "Monthly reports",
        None => "All reports",
    };
    kind.to_owned()
}

fn days(from: Option<NaiveDate>, upto: Option<NaiveDate>) -> String {
    match (from, upto) {
        (Some(from), Some(upto)) if from == upto => from.to_string(),
        (Some(from), Some(upto)) => format!("{from} to {upto}"),
        (Some(from), None) => format!("from {from}"),
        (None, Some(upto)) => format!("up to {upto}"),
        (None, None) => "all days".to_owned(),
    }
}
