//! Append alone: decide, encode, hash, append, without HTTP and without waiting for the read models; one event each.

use super::client::{self, Times};
use super::{Figure, Stage, pgbench};
use crate::ledger::desk::Desk;
use crate::ledger::record::Action;
use crate::ledger::{Context, RecordError};
use domain::dead_letter::event::{QuarantineReason, Quarantined, ReportQuarantined};
use domain::dead_letter::{DeadLetter, DeadLetterCommand, decide};
use domain::stream::{StreamId, StreamKind};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

/// One event in a stream of its own, as large as a report's.
struct OneEvent {
    num: i64,
}

impl Action for OneEvent {
    type Answer = ();

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<(), RecordError> {
        let id = desk.begin(StreamKind::DeadLetter);
        let command = DeadLetterCommand::Quarantine(Box::new(ReportQuarantined {
            at: desk.now(),
            num: self.num,
            dialect: "bench".to_owned(),
            reason: QuarantineReason::UnknownNumber,
            person: Quarantined { body: "x".repeat(250) },
        }));
        desk.append(StreamId::new(StreamKind::DeadLetter, id), decide(&DeadLetter::default(), &command)?);
        Ok(())
    }
}

pub async fn run(stage: &Stage) -> anyhow::Result<Vec<Figure>> {
    pgbench::prepare(stage).await?;
    let reference = pgbench::rate(stage, &pgbench::single_insert(), 64).await?;
    // Alone: the read models rest meanwhile. The follower finds out with its next step.
    sqlx::query("UPDATE projection_checkpoints SET paused_by = 'bench'").execute(&stage.app.pool).await?;
    let mut figures = Vec::new();
    for producers in [64, 256] {
        let mut times = produce(stage, producers).await?;
        figures.push(Figure {
            what: format!("append, {producers} producers / single INSERT, 64 clients"),
            ours: times.rate(),
            reference: Some(reference),
            unit: "appends/s",
        });
        let ours = times.quantile_ms(0.99);
        figures.push(Figure {
            what: format!("append, {producers} producers, p99"),
            ours,
            reference: None,
            unit: "ms",
        });
    }
    Ok(figures)
}

async fn produce(stage: &Stage, producers: usize) -> anyhow::Result<Times> {
    let until = Instant::now() + Duration::from_secs(stage.seconds);
    let next = Arc::new(AtomicI64::new(1));
    client::run(producers, |_| {
        let (ledger, next) = (stage.app.ledger.clone(), next.clone());
        async move {
            let context = Context::system("bench");
            let mut times = Vec::new();
            while Instant::now() < until {
                let one = OneEvent { num: next.fetch_add(1, Ordering::Relaxed) };
                let started = Instant::now();
                ledger.append_only(&context, &one).await?;
                times.push(started.elapsed());
            }
            Ok(times)
        }
    })
    .await
}
