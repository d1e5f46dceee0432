//! What do people say of their own days, weeks and months? One row a report, as it is now.

use crate::Views;
use crate::change::Folded;
use crate::performance::{PersonDay, Span};
use crate::row::row;
use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;
use domain::ids::AnyId;
use domain::report::event::Period;
use domain::stream::StreamId;
use domain::time::day_start;
use sqlx::{Postgres, QueryBuilder};
use std::collections::HashMap;
use uuid::Uuid;

row! {
    /// A report.
    ReportRow in "reports" {
        id: Uuid = "uuid",
        num: i64 = "bigint",
        user_id: Uuid = "uuid",
        period: String = "text",
        report_on: NaiveDate = "date",
        total_calls: i64 = "bigint",
        completed_calls: i64 = "bigint",
        follow_ups_completed: i64 = "bigint",
        converted_leads: i64 = "bigint",
        daily_notes: Option<String> = "text",
        created_at: DateTime<Utc> = "timestamptz",
        updated_at: DateTime<Utc> = "timestamptz",
    }
}

/// The row of a report's stream; none for other streams and for deleted reports.
pub fn rows(stream: StreamId, folded: &Folded) -> Vec<ReportRow> {
    let Some(report) = folded.state.as_report() else { return Vec::new() };
    let (Some(first), Some(last)) = (report.versions.first(), report.versions.last()) else {
        return Vec::new();
    };
    let Some(content) = report.content() else { return Vec::new() };
    vec![ReportRow {
        id: stream.id,
        num: report.num,
        user_id: report.user_id.0,
        period: content.period.as_str().to_owned(),
        report_on: content.report_on,
        total_calls: content.figures.total_calls.into(),
        completed_calls: content.figures.completed_calls.into(),
        follow_ups_completed: content.figures.follow_ups_completed.into(),
        converted_leads: content.figures.converted_leads.into(),
        daily_notes: content.person.daily_notes.clone(),
        created_at: first.at,
        updated_at: last.at,
    }]
}

impl ReportRow {
    /// How long a time it is about.
    pub fn period(&self) -> Period {
        Period::from_word(&self.period).unwrap_or(Period::Daily)
    }

    /// What the person says.
    pub fn said(&self) -> Known {
        Known {
            total_calls: self.total_calls,
            completed_calls: self.completed_calls,
            follow_ups_completed: self.follow_ups_completed,
            converted_leads: self.converted_leads,
        }
    }

    /// The first and the last day that it is about.
    pub fn days(&self) -> (NaiveDate, NaiveDate) {
        self.period().days(self.report_on)
    }
}

/// What is known of the days of a report, by the person or by the ledger (C-27).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Known {
    pub total_calls: i64,
    pub completed_calls: i64,
    pub follow_ups_completed: i64,
    pub converted_leads: i64,
}

impl Known {
    /// How much more this is.
    #[must_use]
    pub fn less(self, other: Self) -> Self {
        Self {
            total_calls: self.total_calls - other.total_calls,
            completed_calls: self.completed_calls - other.completed_calls,
            follow_ups_completed: self.follow_ups_completed - other.follow_ups_completed,
            converted_leads: self.converted_leads - other.converted_leads,
        }
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            total_calls: self.total_calls + other.total_calls,
            completed_calls: self.completed_calls + other.completed_calls,
            follow_ups_completed: self.follow_ups_completed + other.follow_ups_completed,
            converted_leads: self.converted_leads + other.converted_leads,
        }
    }

    /// Adds what somebody did on a day.
    pub fn add(&mut self, day: &PersonDay) {
        self.total_calls += day.calls;
        self.completed_calls += day.answered;
        self.follow_ups_completed += day.follow_ups;
        self.converted_leads += day.conversions;
    }
}

/// Which reports are meant.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of these people; `None`: of everybody.
    pub users: Option<Vec<Uuid>>,
    pub period: Option<Period>,
    /// Dated these days, both inclusive.
    pub from: Option<NaiveDate>,
    pub upto: Option<NaiveDate>,
}

fn push_filter(sql: &mut QueryBuilder<'_, Postgres>, filter: &Filter) {
    sql.push(" FROM reports WHERE true");
    if let Some(users) = &filter.users {
        sql.push(" AND user_id = ANY(").push_bind(users.clone()).push(")");
    }
    if let Some(period) = filter.period {
        sql.push(" AND period = ").push_bind(period.as_str());
    }
    if let Some(from) = filter.from {
        sql.push(" AND report_on >= ").push_bind(from);
    }
    if let Some(upto) = filter.upto {
        sql.push(" AND report_on <= ").push_bind(upto);
    }
}

const COLUMNS: &str = "SELECT id, num, user_id, period, report_on, total_calls, completed_calls, \
    follow_ups_completed, converted_leads, daily_notes, created_at, updated_at";

impl Views {
    /// Up to `limit` reports after the first `skip`, the latest day first, and how many there are.
    pub async fn list_reports(
        &self,
        filter: &Filter,
        skip: i64,
        limit: i64,
    ) -> Result<(Vec<ReportRow>, i64), sqlx::Error> {
        let mut sql = QueryBuilder::new(COLUMNS);
        push_filter(&mut sql, filter);
        sql.push(" ORDER BY report_on DESC, num DESC LIMIT ").push_bind(limit);
        sql.push(" OFFSET ").push_bind(skip);
        let rows = sql.build_query_as().fetch_all(&self.pool).await?;
        let mut sql = QueryBuilder::new("SELECT count(*)");
        push_filter(&mut sql, filter);
        Ok((rows, sql.build_query_scalar().fetch_one(&self.pool).await?))
    }

    /// What the ledger knows of the days of each of these reports.
    pub async fn known_of(&self, reports: &[ReportRow], zone: Tz) -> Result<Vec<Known>, sqlx::Error> {
        let Some(first) = reports.iter().map(|report| report.days().0).min() else { return Ok(Vec::new()) };
        let last = reports.iter().map(|report| report.days().1).max().unwrap_or(first);
        let mut users: Vec<Uuid> = reports.iter().map(|report| report.user_id).collect();
        users.sort_unstable();
        users.dedup();
        let span = Span {
            agents: Some(users),
            from: Some(day_start(first, zone)),
            before: Some(day_start(last + Days::new(1), zone)),
            zone,
        };
        let days = self.person_days(&span).await?;
        let days: HashMap<(Uuid, NaiveDate), PersonDay> =
            days.into_iter().map(|day| ((day.agent_id, day.day), day)).collect();
        let known = |report: &ReportRow| {
            let (first, last) = report.days();
            let mut known = Known::default();
            for day in first.iter_days().take_while(|day| *day <= last) {
                if let Some(done) = days.get(&(report.user_id, day)) {
                    known.add(done);
                }
            }
            known
        };
        Ok(reports.iter().map(known).collect())
    }

    /// The report of that id, in any spelling.
    pub async fn find_report(&self, id: AnyId) -> Result<Option<ReportRow>, sqlx::Error> {
        let mut sql = QueryBuilder::new(COLUMNS);
        sql.push(" FROM reports WHERE ");
        match id {
            AnyId::Num(num) => sql.push("num = ").push_bind(num),
            AnyId::Uuid(id) => sql.push("id = ").push_bind(id),
            AnyId::Oid { first, last } => {
                sql.push("id BETWEEN ").push_bind(first).push(" AND ").push_bind(last)
            }
        };
        sql.build_query_as().fetch_optional(&self.pool).await
    }
}
