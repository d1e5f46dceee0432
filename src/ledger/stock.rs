//! What does stock `postgres-es` do with the same log? `QueryReplay` of some leads into a `GenericQuery` view: the
//! reference that `lead-ledger bench` sets beside a rebuild.

use cqrs_es::persist::{GenericQuery, QueryReplay};
use cqrs_es::{EventEnvelope, View};
use domain::lead::Lead;
use postgres_es::{PostgresEventRepository, PostgresViewRepository};
use serde::{Deserialize, Serialize};
use sqlx::{Executor, PgPool};
use std::time::Instant;

/// Leads replayed: enough to measure, few enough to wait for.
const LEADS: i64 = 100;

/// The view that a stock read model would keep: the lead, as JSON.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct LeadView {
    lead: Lead,
}

impl View<Lead> for LeadView {
    fn update(&mut self, event: &EventEnvelope<Lead>) {
        self.lead.apply(event.payload.clone());
    }
}

type LeadQuery = GenericQuery<PostgresViewRepository<LeadView, Lead>, LeadView, Lead>;

/// Events replayed a second.
pub async fn replay(pool: &PgPool) -> anyhow::Result<f64> {
    pool.execute(
        "CREATE TABLE IF NOT EXISTS stock_lead (view_id text PRIMARY KEY, version bigint NOT NULL, payload json NOT NULL)",
    )
    .await?;
    let leads: Vec<(String, i64)> = sqlx::query_as(
        "SELECT e.aggregate_id, (SELECT max(l.sequence) FROM events l WHERE l.aggregate_type = 'lead' \
         AND l.aggregate_id = e.aggregate_id) FROM events e WHERE e.aggregate_type = 'lead' AND e.sequence = 1 \
         ORDER BY e.position LIMIT $1",
    )
    .bind(LEADS)
    .fetch_all(pool)
    .await?;
    let started = Instant::now();
    let mut events = 0;
    for (id, length) in leads {
        let views = PostgresViewRepository::<LeadView, Lead>::new("stock_lead", pool.clone());
        let query: LeadQuery = GenericQuery::new(std::sync::Arc::new(views));
        let replay = QueryReplay::new(PostgresEventRepository::new(pool.clone()), query);
        replay.replay(&id).await?;
        events += length;
    }
    Ok(events as f64 / started.elapsed().as_secs_f64())
}
