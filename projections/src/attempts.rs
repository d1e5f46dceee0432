//! How many calls ended how, since when, and in each of several stretches of time? Sums of [`crate::call_metrics`]; the
//! quarter hour that a beginning cuts is counted from the calls themselves, so that no call is counted that was before it.

use crate::Views;
use crate::call_metrics::EVER;
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

/// Whose calls: these people's, the nil id for calls of nobody; `None`: all.
pub type Callers = Option<Vec<Uuid>>;

fn push_callers(sql: &mut QueryBuilder<'_, Postgres>, callers: &Callers) {
    if let Some(callers) = callers {
        sql.push(" AND COALESCE(agent_id, '00000000-0000-0000-0000-000000000000') = ANY(");
        sql.push_bind(callers.clone()).push(")");
    }
}

impl Views {
    /// Finished calls by outcome (stored words), from `from` on; `None`: all that ever were.
    pub async fn attempts_by_outcome(
        &self,
        callers: &Callers,
        from: Option<DateTime<Utc>>,
    ) -> Result<Vec<(String, i64)>, sqlx::Error> {
        let mut sql = QueryBuilder::new("SELECT outcome, sum(calls)::bigint FROM (");
        let Some(from) = from else {
            sql.push("SELECT outcome, calls FROM call_metrics WHERE bucket = ").push_bind(EVER);
            push_callers(&mut sql, callers);
            sql.push(") AS counted GROUP BY outcome");
            return sql.build_query_as().fetch_all(&self.pool).await;
        };
        let quarter = TimeDelta::minutes(15);
        let begun = from.duration_trunc(quarter).unwrap_or(from);
        let whole = if begun == from { from } else { begun + quarter };
        sql.push("SELECT outcome, calls FROM call_metrics WHERE bucket >= ").push_bind(whole);
        push_callers(&mut sql, callers);
        sql.push(" UNION ALL SELECT outcome, 1 FROM call_history WHERE is_final AND occurred_at >= ");
        sql.push_bind(from).push(" AND occurred_at < ").push_bind(whole);
        push_callers(&mut sql, callers);
        sql.push(") AS counted GROUP BY outcome");
        sql.build_query_as().fetch_all(&self.pool).await
    }

    /// Finished calls by stretch (0 is that which begins at `starts[0]`) and outcome. `starts` ascend, lie on quarter hours,
    /// and each stretch ends where the next begins; the last has no end.
    pub async fn attempts_by_stretch(
        &self,
        callers: &Callers,
        starts: &[DateTime<Utc>],
    ) -> Result<Vec<(usize, String, i64)>, sqlx::Error> {
        let Some(first) = starts.first() else { return Ok(Vec::new()) };
        let mut sql = QueryBuilder::new("SELECT width_bucket(bucket, ");
        sql.push_bind(starts.to_vec()).push(") AS stretch, outcome, sum(calls)::bigint FROM call_metrics");
        sql.push(" WHERE bucket >= ").push_bind(*first);
        push_callers(&mut sql, callers);
        sql.push(" GROUP BY stretch, outcome");
        let rows: Vec<(i32, String, i64)> = sql.build_query_as().fetch_all(&self.pool).await?;
        // `width_bucket` counts from 1.
        let stretch = |number: i32| usize::try_from(number - 1).unwrap_or(0);
        Ok(rows.into_iter().map(|(number, outcome, calls)| (stretch(number), outcome, calls)).collect())
    }
}
