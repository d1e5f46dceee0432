//! What was done within some days, by day, by person, by source? Sums of calls, leads that came, leads that were sold; days
//! are those of a zone.

use crate::Views;
use crate::call_sums::outcomes;
use chrono::{DateTime, DurationRound, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use domain::outcome::CallResult;
use sqlx::FromRow;
use sqlx::postgres::{PgArguments, Postgres};
use sqlx::query::QueryAs;
use uuid::Uuid;

/// Which days, and whose.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Span {
    /// Of these people, the nil one for what is nobody's; `None`: all.
    pub agents: Option<Vec<Uuid>>,
    pub from: Option<DateTime<Utc>>,
    pub before: Option<DateTime<Utc>>,
    pub zone: Tz,
}

/// What somebody did on a day.
#[derive(Clone, PartialEq, Eq, Debug, Default, FromRow)]
pub struct PersonDay {
    /// Nil: nobody.
    pub agent_id: Uuid,
    pub day: NaiveDate,
    pub calls: i64,
    pub answered: i64,
    /// Answered calls of leads that had been answered before.
    pub follow_ups: i64,
    pub conversions: i64,
}

/// What happened on a day.
#[derive(Clone, PartialEq, Eq, Debug, Default, FromRow)]
pub struct Day {
    pub day: NaiveDate,
    pub calls: i64,
    pub answered: i64,
    pub no_answer: i64,
    pub failed: i64,
    pub leads: i64,
    pub conversions: i64,
}

/// What somebody did.
#[derive(Clone, PartialEq, Eq, Debug, FromRow)]
pub struct Performer {
    pub agent_id: Uuid,
    pub calls: i64,
    pub conversions: i64,
}

/// What came by a source.
#[derive(Clone, PartialEq, Eq, Debug, FromRow)]
pub struct SourceSums {
    pub source: String,
    pub leads: i64,
    pub conversions: i64,
}

impl Span {
    /// A span of whole quarter hours, as sums have them: an instant within one is moved to its edge, so that all of it counts.
    pub fn new(
        agents: Option<Vec<Uuid>>,
        from: Option<DateTime<Utc>>,
        before: Option<DateTime<Utc>>,
        zone: Tz,
    ) -> Self {
        let quarter = TimeDelta::minutes(15);
        let from = from.map(|at| at.duration_trunc(quarter).unwrap_or(at));
        let before = before.map(|at| {
            let begun = at.duration_trunc(quarter).unwrap_or(at);
            if begun == at { at } else { begun + quarter }
        });
        Self { agents, from, before, zone }
    }

    fn bind<'q, T>(&self, sql: &'q str) -> QueryAs<'q, Postgres, T, PgArguments>
    where
        T: for<'r> FromRow<'r, sqlx::postgres::PgRow>,
    {
        sqlx::query_as(sql).bind(self.agents.clone()).bind(self.from).bind(self.before)
    }
}

impl Views {
    /// By day; days on which nothing happened are not among them. Leads are counted by when they came, whosever they are now.
    pub async fn days(&self, span: &Span) -> Result<Vec<Day>, sqlx::Error> {
        span.bind(include_str!("performance_by_day.sql"))
            .bind(span.zone.name())
            .bind(outcomes(CallResult::Answered))
            .bind(outcomes(CallResult::NoAnswer))
            .bind(outcomes(CallResult::Failed))
            .fetch_all(&self.pool)
            .await
    }

    /// By person and day.
    pub async fn person_days(&self, span: &Span) -> Result<Vec<PersonDay>, sqlx::Error> {
        span.bind(include_str!("performance_by_person.sql"))
            .bind(span.zone.name())
            .bind(outcomes(CallResult::Answered))
            .fetch_all(&self.pool)
            .await
    }

    /// The ten who sold the most; of those the ones who called the most (C-26).
    pub async fn top_performers(&self, span: &Span) -> Result<Vec<Performer>, sqlx::Error> {
        span.bind(include_str!("performance_top.sql")).fetch_all(&self.pool).await
    }

    /// By where leads came from.
    pub async fn lead_sources(&self, span: &Span) -> Result<Vec<SourceSums>, sqlx::Error> {
        span.bind(include_str!("performance_by_source.sql")).fetch_all(&self.pool).await
    }

    /// Leads that are there, by stage, source and quality; of these agents, the nil one for nobody's.
    pub async fn lead_distribution(
        &self,
        agents: Option<&[Uuid]>,
    ) -> Result<Vec<(String, String, String, i64)>, sqlx::Error> {
        sqlx::query_as(
            "SELECT stage, source, quality, sum(leads)::bigint FROM lead_counts \
             WHERE $1::uuid[] IS NULL OR agent_id = ANY($1) GROUP BY 1, 2, 3",
        )
        .bind(agents)
        .fetch_all(&self.pool)
        .await
    }

    /// How many people who take calls are active.
    pub async fn active_telecallers(&self, agents: Option<&[Uuid]>) -> Result<i64, sqlx::Error> {
        sqlx::query_scalar(
            "SELECT count(*) FROM agents WHERE is_active AND deleted_at IS NULL AND kind = 'human' \
             AND role IN ('agent', 'telecaller') AND ($1::uuid[] IS NULL OR id = ANY($1))",
        )
        .bind(agents)
        .fetch_one(&self.pool)
        .await
    }

    /// Calls ever made, and how many of them were answered.
    pub async fn call_totals(&self, agents: Option<&[Uuid]>) -> Result<(i64, i64), sqlx::Error> {
        sqlx::query_as(
            "SELECT COALESCE(sum(calls), 0)::bigint, \
             COALESCE(sum(calls) FILTER (WHERE outcome = ANY($2)), 0)::bigint FROM call_metrics \
             WHERE bucket = $3 AND ($1::uuid[] IS NULL OR agent_id = ANY($1))",
        )
        .bind(agents)
        .bind(outcomes(CallResult::Answered))
        .bind(crate::call_metrics::EVER)
        .fetch_one(&self.pool)
        .await
    }
}
