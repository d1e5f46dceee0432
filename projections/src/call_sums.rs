//! What do calls sum up to, and how many are there? Sums of [`crate::call_metrics`]; what they do not know is counted.

use crate::Views;
use crate::call_list::{Filter, JOINED, push_filter, push_own, push_search};
use crate::call_metrics::EVER;
use crate::lead_list::Total;
use chrono::{DateTime, Utc};
use domain::outcome::{CallResult, Outcome};
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

/// Up to how many calls are counted where the sums cannot tell.
const COUNTED_MAX: i64 = 10_000;

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
pub(crate) fn outcomes(result: CallResult) -> Vec<&'static str> {
    let of = |outcome: &&Outcome| outcome.call_result() == Some(result);
    Outcome::ALL.iter().filter(of).map(|outcome| outcome.as_str()).collect()
}

/// Whether the sums know what was before and after.
fn is_quarter(at: &DateTime<Utc>) -> bool {
    at.timestamp() % 900 == 0 && at.timestamp_subsec_nanos() == 0
}

/// The cells of the sums: all quarter hours of a time, or the one that sums them up.
fn push_sums(sql: &mut QueryBuilder<'_, Postgres>, filter: &Filter) {
    push_filter(sql, filter, "c.bucket");
    let is_ever = filter.from.is_none() && filter.before.is_none();
    sql.push(if is_ever { " AND c.bucket = " } else { " AND c.bucket > " }).push_bind(EVER);
}

impl Views {
    /// How many there are: from the sums and the calls that go on; what the sums do not know is counted up to a limit.
    pub async fn total_calls(&self, filter: &Filter) -> Result<Total, sqlx::Error> {
        let is_summed = [filter.from, filter.before].iter().flatten().all(is_quarter);
        if filter.search.is_some() || filter.phone_key.is_some() || filter.direction.is_some() || !is_summed {
            let mut sql = QueryBuilder::new("SELECT count(*) FROM (SELECT 1 FROM call_history c");
            if filter.search.is_some() {
                sql.push(JOINED);
            }
            push_filter(&mut sql, filter, "c.occurred_at");
            push_own(&mut sql, filter);
            push_search(&mut sql, filter);
            sql.push(" LIMIT ").push_bind(COUNTED_MAX + 1).push(") AS counted");
            let count: i64 = sql.build_query_scalar().fetch_one(&self.pool).await?;
            return Ok(Total { count: count.min(COUNTED_MAX), is_exact: count <= COUNTED_MAX });
        }
        let mut sql = QueryBuilder::new("SELECT COALESCE(sum(c.calls), 0)::bigint FROM call_metrics c");
        push_sums(&mut sql, filter);
        let over: i64 = sql.build_query_scalar().fetch_one(&self.pool).await?;
        let mut sql = QueryBuilder::new("SELECT count(*) FROM call_history c");
        push_filter(&mut sql, filter, "c.occurred_at");
        sql.push(" AND NOT c.is_final AND c.deleted_at IS NULL");
        let open: i64 = sql.build_query_scalar().fetch_one(&self.pool).await?;
        // The sums count what was done, lists show what was not deleted.
        let mut sql = QueryBuilder::new("SELECT count(*) FROM call_history c");
        push_filter(&mut sql, filter, "c.occurred_at");
        sql.push(" AND c.is_final AND c.deleted_at IS NOT NULL");
        let hidden: i64 = sql.build_query_scalar().fetch_one(&self.pool).await?;
        Ok(Total { count: over + open - hidden, is_exact: true })
    }

    /// Finished calls by agent, and how many of them were answered.
    pub async fn calls_by_agent(&self, agents: &[Uuid]) -> Result<Vec<(Uuid, i64, i64)>, sqlx::Error> {
        sqlx::query_as(
            "SELECT agent_id, sum(calls)::bigint, COALESCE(sum(calls) FILTER (WHERE outcome = ANY($2)), 0)::bigint \
             FROM call_metrics WHERE bucket = $3 AND agent_id = ANY($1) GROUP BY agent_id",
        )
        .bind(agents)
        .bind(outcomes(CallResult::Answered))
        .bind(EVER)
        .fetch_all(&self.pool)
        .await
    }

    /// What the calls sum up to. Leads and agents are counted where the calls are, never summed.
    pub async fn call_metrics(&self, filter: &Filter) -> Result<Metrics, sqlx::Error> {
        let mut sql = QueryBuilder::new(
            "SELECT c.outcome, sum(c.calls)::bigint, sum(c.first_calls)::bigint FROM call_metrics c",
        );
        push_sums(&mut sql, filter);
        sql.push(" GROUP BY c.outcome");
        let sums: Vec<(String, i64, i64)> = sql.build_query_as().fetch_all(&self.pool).await?;
        let mut metrics = Metrics::default();
        for (outcome, calls, first_calls) in sums {
            metrics.leads += first_calls;
            match Outcome::from_word(&outcome).and_then(Outcome::call_result) {
                Some(CallResult::Answered) => metrics.answered += calls,
                Some(CallResult::NoAnswer) => metrics.no_answer += calls,
                Some(CallResult::Failed) => metrics.failed += calls,
                None => {}
            }
        }
        let mut sql = QueryBuilder::new(
            "SELECT count(DISTINCT c.agent_id) FILTER (WHERE c.agent_id <> '00000000-0000-0000-0000-000000000000') \
             FROM call_metrics c",
        );
        push_sums(&mut sql, filter);
        metrics.agents = sql.build_query_scalar().fetch_one(&self.pool).await?;
        // Up to a time, and whoever called, a lead was called if its first call is among these.
        let is_told = filter.from.is_none() && filter.agent_id.is_none() && filter.agents.is_none();
        if !is_told || filter.result.is_some() || !filter.outcomes.is_empty() {
            let mut sql = QueryBuilder::new("SELECT count(*) FROM (SELECT FROM call_history c");
            push_filter(&mut sql, filter, "c.occurred_at");
            sql.push(" AND c.is_final GROUP BY c.lead_id) AS called");
            metrics.leads = sql.build_query_scalar().fetch_one(&self.pool).await?;
        }
        Ok(metrics)
    }
}
