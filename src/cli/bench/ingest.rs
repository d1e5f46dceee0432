//! Ingest: `POST /api/dialer/report-result` on distinct leads, answered durable and followed by every read model.

use super::clicks;
use super::client::{self, Client, Tally, Times, post};
use super::stock_postgres_es as stock;
use super::{Figure, Stage, TOKEN, pgbench};
use domain::ids::{AttemptId, FactId};
use domain::lead::LeadCommand;
use domain::lead::attempt::DialPolicy;
use domain::lead::capture::CaptureLead;
use domain::lead::event::{Person, Source};
use domain::lead::report_attempt::ReportAttempt;
use domain::outcome::Outcome;
use domain::phone::{Phone, Region};
use domain::status::Stage as LeadStage;
use domain::verdict::{FactSource, Remarks};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Leads prepared for each second and measurement: more than any machine here can report on.
const LEADS_A_SECOND: usize = 15_000;

pub async fn run(stage: &Stage) -> anyhow::Result<Vec<Figure>> {
    let seconds = usize::try_from(stage.seconds)?;
    let leads = LEADS_A_SECOND * seconds;
    stage.capture(2 * leads + leads / 2).await?;
    pgbench::prepare(stage).await?;
    sqlx::query("INSERT INTO ref_lead SELECT * FROM live.lead WHERE num <= 100000")
        .execute(&stage.app.pool)
        .await?;
    sqlx::query("VACUUM ANALYZE").execute(&stage.app.pool).await?;
    let reference = pgbench::rate(stage, &pgbench::single_insert(), 64).await?;
    let numbers: Vec<(i64, String)> =
        sqlx::query_as("SELECT num, phone FROM live.lead ORDER BY num").fetch_all(&stage.app.pool).await?;
    let numbers = Numbers { all: Arc::new(numbers), next: Arc::new(AtomicUsize::new(0)) };
    let mut at_64 = reports(stage, 64, &numbers, None).await?;
    let clicks = clicks::run(stage, 64).await?;
    let mut at_256 = reports(stage, 256, &numbers, None).await?;
    let three = pgbench::rate(stage, &pgbench::three_rows(100_000), 64).await?;
    let one = pgbench::rate(stage, &pgbench::single_insert(), 1).await?;
    let pace = Duration::from_secs_f64(64.0 / (at_64.rate() / 2.0));
    let mut half = reports(stage, 64, &numbers, Some(pace)).await?;
    let stock =
        stock::reports(&stage.app.pool, 64, STOCK_LEADS, Duration::from_secs(stage.seconds), stock_commands);
    let stock = stock.await?;
    let figure = |what: &str, ours, reference, unit| Figure { what: what.to_owned(), ours, reference, unit };
    Ok(vec![
        figure(
            "ingest, 64 connections / single INSERT, 64 clients",
            at_64.rate(),
            Some(reference),
            "reports/s",
        ),
        figure(
            "ingest, 256 connections / single INSERT, 64 clients",
            at_256.rate(),
            Some(reference),
            "reports/s",
        ),
        figure(
            "ingest, 64 connections / three rows in one statement",
            at_64.rate(),
            Some(three),
            "reports/s",
        ),
        figure(
            "ingest, 64 connections / stock postgres-es, three views, without HTTP",
            at_64.rate(),
            Some(stock),
            "reports/s",
        ),
        figure(
            "clicks, 64 connections / reports, 64 connections",
            clicks.rate(),
            Some(at_64.rate()),
            "clicks/s",
        ),
        figure("ingest, 64 connections, followed answers", at_64.followed_percent(), None, "%"),
        figure("ingest, 256 connections, followed answers", at_256.followed_percent(), None, "%"),
        figure("ingest, 64 connections, p50", at_64.quantile_ms(0.5), None, "ms"),
        figure("ingest, 64 connections, p99", at_64.quantile_ms(0.99), None, "ms"),
        figure("ingest, 256 connections, p99", at_256.quantile_ms(0.99), None, "ms"),
        figure("ingest at half that load, p99", half.quantile_ms(0.99), None, "ms"),
        figure("one INSERT and COMMIT by pgbench, mean", 1e3 / one, None, "ms"),
    ])
}

/// Leads that stock `postgres-es` captures and then reports on.
const STOCK_LEADS: usize = 4_000;

/// The capture of a lead, and a report like those of the measurement.
fn stock_commands(number: usize) -> (LeadCommand, LeadCommand) {
    let at = domain::time::Instant::default();
    let phone = Phone::try_new(&format!("0912{number:07}"), Region::default()).ok();
    let capture = CaptureLead {
        at,
        num: i64::try_from(number + 1).unwrap_or(1),
        source: Source::Panel,
        stage: LeadStage::New,
        agent_id: None,
        priority: 0,
        schedule_at: None,
        person: Person { phone, ..Person::default() },
    };
    let report = ReportAttempt {
        at,
        attempt_id: AttemptId(Uuid::now_v7()),
        fact_id: FactId(Uuid::now_v7()),
        batch_id: None,
        attempted_at: at,
        source: FactSource::Machine,
        outcome: Outcome::Busy,
        agent_id: None,
        duration_seconds: None,
        policy: DialPolicy::default(),
        call_allowed: true,
        warnings: Vec::new(),
        remarks: Remarks {
            reason: Some("line busy".to_owned()),
            user_message: Some("call me later".to_owned()),
            ..Remarks::default()
        },
    };
    (LeadCommand::Capture(Box::new(capture)), LeadCommand::ReportAttempt(Box::new(report)))
}

/// Numbers to report on, each once.
#[derive(Clone)]
struct Numbers {
    all: Arc<Vec<(i64, String)>>,
    next: Arc<AtomicUsize>,
}

/// Reports for the stage's seconds, each on a lead of its own; with `pace`, no faster than one each so often.
async fn reports(
    stage: &Stage,
    clients: usize,
    numbers: &Numbers,
    pace: Option<Duration>,
) -> anyhow::Result<Times> {
    let until = Instant::now() + Duration::from_secs(stage.seconds);
    let address = stage.address;
    client::run(clients, |_| {
        let numbers = numbers.clone();
        async move {
            let mut client = Client::connect(address).await?;
            let mut tally = Tally::default();
            while Instant::now() < until {
                let index = numbers.next.fetch_add(1, Ordering::Relaxed);
                let Some((number, phone)) = numbers.all.get(index) else { return Ok(tally) };
                let body = format!(
                    r#"{{"number_id":{number},"phone_number":"{phone}","status":"BUSY","reason":"line busy","attempted_at":"2026-11-21T08:00:00.123456+00:00","user_message":"call me later"}}"#,
                );
                let request = post("/api/dialer/report-result", TOKEN, &body);
                let started = Instant::now();
                client.write(&request, &mut tally).await?;
                if let Some(pace) = pace {
                    tokio::time::sleep(pace.saturating_sub(started.elapsed())).await;
                }
            }
            Ok(tally)
        }
    })
    .await
}
