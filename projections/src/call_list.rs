//! Which calls does a list show, and what do they sum up to? Rows of [`crate::call_history`], sums of
//! [`crate::call_metrics`]; names are those of leads and agents now.

use crate::Views;
use crate::call_history::CallRow;
use crate::lead_list::Total;
use chrono::{DateTime, Utc};
use domain::agent::Agent;
use domain::ids::AnyId;
use domain::lead::Lead;
use domain::outcome::{CallResult, Outcome};
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

/// Up to how many calls are counted where the sums cannot tell.
const COUNTED_MAX: i64 = 10_000;

/// Which calls are meant.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filter {
    pub agent_id: Option<Uuid>,
    pub result: Option<CallResult>,
    /// Made then or later; a quarter of an hour, as days begin in every zone.
    pub from: Option<DateTime<Utc>>,
    /// Made before then.
    pub before: Option<DateTime<Utc>>,
    /// Of the lead with this whole number, as the ledger compares it.
    pub phone_key: Option<String>,
    /// In the lead's name or number, or in the agent's name.
    pub search: Option<String>,
}

/// A call in a list.
#[derive(Clone, PartialEq, Debug, sqlx::FromRow)]
pub struct Call {
    pub id: Uuid,
    pub lead_id: Uuid,
    pub agent_id: Option<Uuid>,
    pub lead_name: Option<String>,
    pub lead_phone: Option<String>,
    pub agent_name: Option<String>,
    pub outcome: String,
    pub duration_seconds: Option<i32>,
    pub transcript_url: Option<String>,
    pub summary: Option<String>,
    pub occurred_at: DateTime<Utc>,
}

impl Call {
    /// A call with the names of its lead and agent.
    pub fn of(row: CallRow, lead: &Lead, agent: Option<&Agent>) -> Self {
        let person = &lead.person;
        let name = |agent: &Agent| format!("{} {}", agent.person.first_name, agent.person.last_name);
        Self {
            id: row.id,
            lead_id: row.lead_id,
            agent_id: row.agent_id,
            lead_name: person.first_name.clone().or_else(|| person.full_name.clone()),
            lead_phone: lead.phone_key(),
            agent_name: agent.map(name),
            outcome: row.outcome,
            duration_seconds: row.duration_seconds,
            transcript_url: row.transcript_url,
            summary: row.summary,
            occurred_at: row.occurred_at,
        }
    }
}

/// What calls sum up to; calls that go on are in none of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Metrics {
    pub answered: i64,
    pub no_answer: i64,
    pub failed: i64,
    /// Leads that were called.
    pub leads: i64,
    /// Agents that called.
    pub agents: i64,
}

/// The stored words of the outcomes that are counted as `result`.
fn outcomes(result: CallResult) -> Vec<&'static str> {
    let of = |outcome: &&Outcome| outcome.call_result() == Some(result);
    Outcome::ALL.iter().filter(of).map(|outcome| outcome.as_str()).collect()
}

fn push_filter(sql: &mut QueryBuilder<'_, Postgres>, filter: &Filter, time: &str) {
    sql.push(" WHERE true");
    if let Some(agent_id) = filter.agent_id {
        sql.push(" AND c.agent_id = ").push_bind(agent_id);
    }
    if let Some(result) = filter.result {
        sql.push(" AND c.outcome = ANY(").push_bind(outcomes(result)).push(")");
    }
    if let Some(from) = filter.from {
        sql.push(format!(" AND {time} >= ")).push_bind(from);
    }
    if let Some(before) = filter.before {
        sql.push(format!(" AND {time} < ")).push_bind(before);
    }
}

fn push_search(sql: &mut QueryBuilder<'_, Postgres>, filter: &Filter) {
    if let Some(phone_key) = &filter.phone_key {
        sql.push(" AND l.phone_key = ").push_bind(phone_key.clone());
    }
    let Some(search) = &filter.search else { return };
    let text = format!("%{}%", search.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
    sql.push(" AND (l.full_name ILIKE ").push_bind(text.clone());
    sql.push(" OR l.first_name ILIKE ").push_bind(text.clone());
    sql.push(" OR a.first_name || ' ' || a.last_name ILIKE ").push_bind(text);
    let digits: String = search.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_start_matches('0');
    let is_number = search.chars().all(|c| c.is_ascii_digit() || "+-() ".contains(c));
    if is_number && !digits.is_empty() {
        sql.push(" OR l.phone_key LIKE ").push_bind(format!("%{digits}%"));
    }
    sql.push(")");
}

const JOINED: &str =
    " FROM call_history c JOIN lead l ON l.id = c.lead_id LEFT JOIN agents a ON a.id = c.agent_id";

impl Views {
    /// The lead and the full id of a call, by any spelling of its id.
    pub async fn find_call(&self, id: AnyId) -> Result<Option<(Uuid, Uuid)>, sqlx::Error> {
        let (first, last) = match id {
            AnyId::Uuid(id) => (id, id),
            AnyId::Oid { first, last } => (first, last),
            // Calls are not numbered.
            AnyId::Num(_) => return Ok(None),
        };
        sqlx::query_as("SELECT lead_id, id FROM call_history WHERE id BETWEEN $1 AND $2 LIMIT 1")
            .bind(first)
            .bind(last)
            .fetch_optional(&self.pool)
            .await
    }

    /// Up to `limit` calls after the first `skip`, the latest first.
    pub async fn list_calls(&self, filter: &Filter, skip: i64, limit: i64) -> Result<Vec<Call>, sqlx::Error> {
        let mut sql = QueryBuilder::new(
            "SELECT c.id, c.lead_id, c.agent_id, COALESCE(l.first_name, l.full_name) AS lead_name, \
             COALESCE(l.phone_key, l.phone) AS lead_phone, a.first_name || ' ' || a.last_name AS agent_name, \
             c.outcome, c.duration_seconds, c.transcript_url, c.summary, c.occurred_at",
        );
        sql.push(JOINED);
        push_filter(&mut sql, filter, "c.occurred_at");
        push_search(&mut sql, filter);
        sql.push(" ORDER BY c.occurred_at DESC, c.id DESC LIMIT ").push_bind(limit);
        sql.push(" OFFSET ").push_bind(skip);
        sql.build_query_as().fetch_all(&self.pool).await
    }

    /// How many there are: from the sums and the calls that go on; with a search, counted up to a limit.
    pub async fn total_calls(&self, filter: &Filter) -> Result<Total, sqlx::Error> {
        if filter.search.is_some() || filter.phone_key.is_some() {
            let mut sql = QueryBuilder::new("SELECT count(*) FROM (SELECT 1");
            sql.push(JOINED);
            push_filter(&mut sql, filter, "c.occurred_at");
            push_search(&mut sql, filter);
            sql.push(" LIMIT ").push_bind(COUNTED_MAX + 1).push(") AS counted");
            let count: i64 = sql.build_query_scalar().fetch_one(&self.pool).await?;
            return Ok(Total { count: count.min(COUNTED_MAX), is_exact: count <= COUNTED_MAX });
        }
        let mut sql = QueryBuilder::new("SELECT COALESCE(sum(c.calls), 0)::bigint FROM call_metrics c");
        push_filter(&mut sql, filter, "c.bucket");
        let over: i64 = sql.build_query_scalar().fetch_one(&self.pool).await?;
        let mut sql = QueryBuilder::new("SELECT count(*) FROM call_history c");
        push_filter(&mut sql, filter, "c.occurred_at");
        sql.push(" AND NOT c.is_final");
        let open: i64 = sql.build_query_scalar().fetch_one(&self.pool).await?;
        Ok(Total { count: over + open, is_exact: true })
    }

    /// What the calls sum up to. Leads and agents are counted where the calls are, never summed.
    pub async fn call_metrics(&self, filter: &Filter) -> Result<Metrics, sqlx::Error> {
        let mut sql = QueryBuilder::new("SELECT c.outcome, sum(c.calls)::bigint FROM call_metrics c");
        push_filter(&mut sql, filter, "c.bucket");
        sql.push(" GROUP BY c.outcome");
        let sums: Vec<(String, i64)> = sql.build_query_as().fetch_all(&self.pool).await?;
        let mut metrics = Metrics::default();
        for (outcome, calls) in sums {
            match Outcome::from_word(&outcome).and_then(Outcome::call_result) {
                Some(CallResult::Answered) => metrics.answered += calls,
                Some(CallResult::NoAnswer) => metrics.no_answer += calls,
                Some(CallResult::Failed) => metrics.failed += calls,
                None => {}
            }
        }
        let mut sql = QueryBuilder::new(
            "SELECT count(DISTINCT c.lead_id), count(DISTINCT c.agent_id) FROM call_history c",
        );
        push_filter(&mut sql, filter, "c.occurred_at");
        sql.push(" AND c.is_final");
        (metrics.leads, metrics.agents) = sql.build_query_as().fetch_one(&self.pool).await?;
        Ok(metrics)
    }
}
