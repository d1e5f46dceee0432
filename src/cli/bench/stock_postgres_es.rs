//! What does stock `postgres-es` do with the same rules? `QueryReplay` of some leads into a `GenericQuery` view, and reports
//! through `PostgresCqrs` into three such views: the references that `lead-ledger bench` sets beside ours.

use cqrs_es::persist::PersistedEventStore;
use cqrs_es::persist::{GenericQuery, QueryReplay};
use cqrs_es::{CqrsFramework, EventEnvelope, Query, View};
use domain::lead::{Lead, LeadCommand};
use futures_util::StreamExt;
use postgres_es::{PostgresEventRepository, PostgresViewRepository};
use serde::{Deserialize, Serialize};
use sqlx::{Executor, PgPool};
use std::sync::Arc;
use std::time::{Duration, Instant};

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

/// The tables of stock reports: the log as `postgres-es` documents it, and a view for the lead, its calls and the queue.
const TABLES: &str = "
    CREATE TABLE stock_events (aggregate_type text NOT NULL, aggregate_id text NOT NULL, sequence bigint NOT NULL,
        event_type text NOT NULL, event_version text NOT NULL, payload json NOT NULL, metadata json NOT NULL,
        PRIMARY KEY (aggregate_type, aggregate_id, sequence));
    CREATE TABLE stock_calls (view_id text PRIMARY KEY, version bigint NOT NULL, payload json NOT NULL);
    CREATE TABLE stock_queue (view_id text PRIMARY KEY, version bigint NOT NULL, payload json NOT NULL);
    CREATE TABLE stock_reported (view_id text PRIMARY KEY, version bigint NOT NULL, payload json NOT NULL);";

/// Reports a second, each on a lead of its own, `clients` at once, for at most `limit`: no HTTP, no chain, no keys.
/// `commands` makes the capture of a lead and the report on it.
pub async fn reports(
    pool: &PgPool,
    clients: usize,
    leads: usize,
    limit: Duration,
    commands: impl Fn(usize) -> (LeadCommand, LeadCommand),
) -> anyhow::Result<f64> {
    pool.execute(TABLES).await?;
    let view = |table: &str| -> Box<dyn Query<Lead>> {
        let views = PostgresViewRepository::<LeadView, Lead>::new(table, pool.clone());
        Box::new(LeadQuery::new(Arc::new(views)))
    };
    let log = PostgresEventRepository::new(pool.clone()).with_tables("stock_events", "stock_snapshots");
    let queries = ["stock_reported", "stock_calls", "stock_queue"].map(view).into();
    let cqrs = CqrsFramework::new(PersistedEventStore::new_event_store(log), queries, ());
    let execute = |number: usize, command: LeadCommand| {
        let cqrs = &cqrs;
        async move { cqrs.execute(&format!("lead-{number}"), command).await }
    };
    let commands = &commands;
    let captures = futures_util::stream::iter(0..leads).map(|number| execute(number, commands(number).0));
    captures.buffer_unordered(clients).for_each(|_| std::future::ready(())).await;
    let started = Instant::now();
    let reports = futures_util::stream::iter(0..leads)
        .take_while(|_| std::future::ready(started.elapsed() < limit))
        .map(|number| execute(number, commands(number).1))
        .buffer_unordered(clients)
        .filter(|done| std::future::ready(done.is_ok()));
    let done = reports.count().await;
    Ok(done as f64 / started.elapsed().as_secs_f64())
}
