//! What is behind a number of the dashboards? The leads, calls or people that it counts, from the same rows.

use crate::Views;
use crate::call_sums::outcomes;
use crate::performance::Span;
use domain::lead::event::Source;
use domain::lead::grade::Quality;
use domain::outcome::CallResult;
use domain::status::Stage;
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

/// A number that can be traced.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Metric {
    /// Leads that are there, of these stages; of none: all.
    Leads(Vec<Stage>),
    /// Leads that came within the span, deleted ones too.
    Came,
    /// Leads that were sold within the span.
    Conversions,
    /// Finished calls; all, or those of this result.
    Calls(Option<CallResult>),
    /// Answered calls of leads that had been answered before.
    FollowUps,
    ActiveTelecallers,
}

/// What is meant of it.
#[derive(Clone, Debug)]
pub struct Behind {
    pub metric: Metric,
    pub span: Span,
    pub source: Option<Source>,
    pub quality: Option<Quality>,
}

/// Something that is counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, sqlx::FromRow)]
pub struct Counted {
    /// A call's, else its stream's.
    pub id: Uuid,
    /// Of the lead or agent.
    pub stream_id: Uuid,
}

impl Behind {
    fn push(&self, sql: &mut QueryBuilder<'_, Postgres>) {
        sql.push("(SELECT ");
        match &self.metric {
            Metric::Leads(_) | Metric::Came => {
                sql.push("l.id, l.id AS stream_id FROM lead l WHERE true");
                self.push_span(sql, "l.agent_id", "l.created_at");
            }
            Metric::Conversions => {
                sql.push("c.lead_id AS id, c.lead_id AS stream_id FROM conversions c ");
                sql.push("JOIN lead l ON l.id = c.lead_id WHERE true");
                self.push_span(sql, "c.agent_id", "c.converted_at");
            }
            Metric::Calls(result) => {
                sql.push("c.id, c.lead_id AS stream_id FROM call_history c WHERE c.is_final");
                if let Some(result) = result {
                    sql.push(" AND c.outcome = ANY(").push_bind(outcomes(*result)).push(")");
                }
                self.push_span(sql, "c.agent_id", "c.occurred_at");
            }
            Metric::FollowUps => {
                let answered = || outcomes(CallResult::Answered);
                sql.push("c.id, c.lead_id AS stream_id FROM call_history c JOIN (");
                sql.push("SELECT lead_id, min(occurred_at) AS first FROM call_history WHERE outcome = ANY(");
                sql.push_bind(answered()).push(") GROUP BY lead_id) f ON f.lead_id = c.lead_id ");
                sql.push("WHERE c.occurred_at > f.first AND c.outcome = ANY(");
                sql.push_bind(answered()).push(")");
                self.push_span(sql, "c.agent_id", "c.occurred_at");
            }
            Metric::ActiveTelecallers => {
                sql.push("a.id, a.id AS stream_id FROM agents a WHERE a.is_active AND a.deleted_at IS NULL ");
                sql.push("AND a.kind = 'human' AND a.role IN ('agent', 'telecaller')");
                if let Some(agents) = &self.span.agents {
                    sql.push(" AND a.id = ANY(").push_bind(agents.clone()).push(")");
                }
            }
        }
        self.push_lead(sql);
        sql.push(") AS counted");
    }

    fn push_span(&self, sql: &mut QueryBuilder<'_, Postgres>, agent: &str, time: &str) {
        if let Some(agents) = &self.span.agents {
            sql.push(format!(" AND COALESCE({agent}, '00000000-0000-0000-0000-000000000000') = ANY("));
            sql.push_bind(agents.clone()).push(")");
        }
        if let Some(from) = self.span.from {
            sql.push(format!(" AND {time} >= ")).push_bind(from);
        }
        if let Some(before) = self.span.before {
            sql.push(format!(" AND {time} < ")).push_bind(before);
        }
    }

    /// What only leads have.
    fn push_lead(&self, sql: &mut QueryBuilder<'_, Postgres>) {
        if let Metric::Leads(stages) = &self.metric {
            sql.push(" AND l.deleted_at IS NULL");
            if !stages.is_empty() {
                let words: Vec<&str> = stages.iter().map(|stage| stage.as_str()).collect();
                sql.push(" AND l.stage = ANY(").push_bind(words).push(")");
            }
        }
        if matches!(self.metric, Metric::Leads(_) | Metric::Came | Metric::Conversions) {
            if let Some(source) = self.source {
                sql.push(" AND l.source = ").push_bind(source.as_str());
            }
            if let Some(quality) = self.quality {
                sql.push(" AND l.quality = ").push_bind(quality.as_str());
            }
        }
    }
}

impl Views {
    /// What a number counts: how many there are, and up to `limit` of them after that one, in order of their ids.
    pub async fn behind(
        &self,
        behind: &Behind,
        after: Option<Uuid>,
        limit: i64,
    ) -> Result<(i64, Vec<Counted>), sqlx::Error> {
        let mut sql = QueryBuilder::new("SELECT count(*) FROM ");
        behind.push(&mut sql);
        let value: i64 = sql.build_query_scalar().fetch_one(&self.pool).await?;
        let mut sql = QueryBuilder::new("SELECT id, stream_id FROM ");
        behind.push(&mut sql);
        sql.push(" WHERE id > ").push_bind(after.unwrap_or(Uuid::nil()));
        sql.push(" ORDER BY id LIMIT ").push_bind(limit);
        Ok((value, sql.build_query_as().fetch_all(&self.pool).await?))
    }
}
