//! Rebuild of every read model, beside the same tables made by SQL alone, and beside stock replay.

use super::stock_postgres_es as stock;
use super::{Figure, Stage};
use crate::cli::progress::Progress;
use crate::ledger::desk::Desk;
use crate::ledger::record::Action;
use crate::ledger::{Context, RecordError};
use chrono::Duration;
use domain::ids::{AttemptId, BatchId, FactId};
use domain::lead::LeadCommand;
use domain::lead::attempt::DialPolicy;
use domain::lead::report_attempt::ReportAttempt;
use domain::outcome::Outcome;
use domain::verdict::{FactSource, Remarks};
use futures_util::{StreamExt, TryStreamExt};
use projections::rebuild::Targets;
use sqlx::Executor;
use std::sync::Arc;
use std::time::Instant;
use uuid::Uuid;

/// Leads reported on by one intent while the log is filled.
const LEADS_AT_ONCE: usize = 50;
/// The same tables by SQL alone, as far as SQL can tell: the words of the newest report, no rule about order.
const BY_SQL: &str = include_str!("rebuild_by.sql");

/// Reports on some leads: nine events each, with the capture ten.
struct Reports<'a> {
    leads: &'a [Uuid],
}

impl Action for Reports<'_> {
    type Answer = ();

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<(), RecordError> {
        let outcomes =
            [Outcome::NoAnswer, Outcome::Busy, Outcome::NoAnswer, Outcome::PowerOff, Outcome::Connected];
        for &lead in self.leads {
            for (number, outcome) in (0i64..).zip(outcomes) {
                let at = desk.now() + Duration::hours(number);
                let remarks =
                    Remarks { user_message: Some("call me later".to_owned()), ..Remarks::default() };
                let report = ReportAttempt {
                    at,
                    attempt_id: AttemptId(desk.new_id()),
                    fact_id: FactId(desk.new_id()),
                    batch_id: Some(BatchId(desk.new_id())),
                    attempted_at: at,
                    source: FactSource::Machine,
                    outcome,
                    agent_id: None,
                    duration_seconds: None,
                    policy: DialPolicy { max_attempts: 9, retry_delay_minutes: 60 },
                    call_allowed: true,
                    warnings: Vec::new(),
                    remarks,
                };
                desk.decide_lead(lead, &LeadCommand::ReportAttempt(Box::new(report))).await?;
            }
        }
        Ok(())
    }
}

pub async fn run(stage: &Stage, events: usize) -> anyhow::Result<Vec<Figure>> {
    let pool = &stage.app.pool;
    let leads = stage.capture(events / 10).await?;
    let reports = leads.chunks(LEADS_AT_ONCE).map(|leads| async move {
        stage.app.ledger.record(&Context::system("bench"), &Reports { leads }).await
    });
    let progress = Progress::start("filling the log", "leads").of(leads.len());
    let mut reports = futures_util::stream::iter(reports).buffered(4);
    while reports.try_next().await?.is_some() {
        progress.add(LEADS_AT_ONCE);
    }
    progress.end();
    pool.execute("VACUUM ANALYZE").await?;
    let head = stage.app.ledger.views().head().await? as f64;

    let started = Instant::now();
    let report = projections::rebuild::run(pool, &Targets::all(), true, Arc::new(|_, _| {})).await?;
    let compared = head / started.elapsed().as_secs_f64();
    anyhow::ensure!(report.is_clean(), "the read models differ from a fresh fold");
    let started = Instant::now();
    let read_models = Targets { keys: false, ..Targets::all() };
    projections::rebuild::build(pool, "benched", &read_models, report.position, Arc::new(|_, _| {})).await?;
    let ours = head / started.elapsed().as_secs_f64();
    pool.execute("DROP SCHEMA benched CASCADE").await?;

    let started = Instant::now();
    for statement in BY_SQL.split(";\n").map(str::trim).filter(|statement| !statement.is_empty()) {
        pool.execute(statement).await?;
    }
    let by_sql = head / started.elapsed().as_secs_f64();
    let started = Instant::now();
    pool.execute("COPY (SELECT * FROM events ORDER BY position) TO '/dev/null'").await?;
    let bare_copy = head / started.elapsed().as_secs_f64();
    let replay = stock::replay(pool).await?;
    let figure = |what: &str, ours, reference| Figure {
        what: format!("{what} ({head:.0} events)"),
        ours,
        reference: Some(reference),
        unit: "events/s",
    };
    Ok(vec![
        figure("rebuild / the same tables by SQL alone", ours, by_sql),
        figure("rebuild / a bare COPY of the log to nowhere", ours, bare_copy),
        figure("rebuild / stock QueryReplay into GenericQuery", ours, replay),
        figure("rebuild and compare with the live rows / SQL alone", compared, by_sql),
    ])
}
