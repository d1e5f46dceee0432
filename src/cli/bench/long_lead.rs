//! A lead with very many attempts: one more report on it beside one on a fresh lead, why it is not dialed, and what others
//! notice of both.

use super::client::{self, Client, Tally, Times, get, post};
use super::{Figure, Stage, TOKEN, read};
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
use std::net::SocketAddr;
use std::time::Instant;
use uuid::Uuid;

/// Attempts that the long lead has.
const ATTEMPTS: i64 = 30_000;
/// Attempts of one intent while it is filled.
const AT_ONCE: i64 = 500;
/// Requests of each measurement.
const REQUESTS: usize = 400;
/// Others who report meanwhile.
const OTHERS: usize = 8;

/// Calls of a test number, once a minute.
struct Calls {
    lead: Uuid,
    from: i64,
}

impl Action for Calls {
    type Answer = ();

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<(), RecordError> {
        for minute in self.from..self.from + AT_ONCE {
            let at = desk.now();
            let report = ReportAttempt {
                at,
                attempt_id: AttemptId(desk.new_id()),
                fact_id: FactId(desk.new_id()),
                batch_id: Some(BatchId(desk.new_id())),
                attempted_at: at - Duration::minutes(ATTEMPTS - minute),
                source: FactSource::Machine,
                outcome: Outcome::NoAnswer,
                agent_id: None,
                duration_seconds: None,
                policy: DialPolicy { max_attempts: 1_000_000, retry_delay_minutes: 1 },
                call_allowed: true,
                warnings: Vec::new(),
                remarks: Remarks::default(),
            };
            desk.decide_lead(self.lead, &LeadCommand::ReportAttempt(Box::new(report))).await?;
        }
        Ok(())
    }
}

pub async fn run(stage: &Stage) -> anyhow::Result<Vec<Figure>> {
    let leads = stage.capture(20_000).await?;
    let long = leads[0];
    for from in (0..ATTEMPTS).step_by(usize::try_from(AT_ONCE)?) {
        stage.app.ledger.record(&Context::system("bench"), &Calls { lead: long, from }).await?;
    }
    let address = stage.address;
    let token = read::token(stage).await?;
    let why = get(&format!("/api/v1/leads/{long}/dialability"), &token);
    // Once each, so that every statement is known.
    reports(address, |_| 2, 20).await?;
    let mut fresh = reports(address, |n| n + 100, REQUESTS).await?;
    let mut more = reports(address, |_| 1, REQUESTS).await?;
    let mut asked = asks(address, why.clone(), REQUESTS).await?;
    let mut alone = others(address, 1_000).await?;
    let beside = async {
        let [a, b, c, d] = [why.clone(), why.clone(), why.clone(), why.clone()];
        tokio::try_join!(
            asks(address, a, REQUESTS),
            asks(address, b, REQUESTS),
            asks(address, c, REQUESTS),
            asks(address, d, REQUESTS)
        )
    };
    let (beside, disturbed) = tokio::join!(beside, others(address, 10_000));
    beside?;
    let mut disturbed = disturbed?;
    let figure = |what: &str, ours, reference, unit| Figure { what: what.to_owned(), ours, reference, unit };
    Ok(vec![
        figure(
            "one more report on a lead of 30,000 attempts, p50 / a fresh lead's",
            more.quantile_ms(0.5) * 1e3,
            Some(fresh.quantile_ms(0.5) * 1e3),
            "us",
        ),
        figure("why a lead of 30,000 attempts is not dialed, p99", asked.quantile_ms(0.99), None, "ms"),
        figure(
            "others' reports beside four who ask that, p99 / without them",
            disturbed.quantile_ms(0.99) * 1e3,
            Some(alone.quantile_ms(0.99) * 1e3),
            "us",
        ),
    ])
}

/// Reports one after the other, each on the lead of the number that `on` says.
async fn reports(
    address: SocketAddr,
    on: impl Fn(usize) -> usize + Copy + Send + 'static,
    count: usize,
) -> anyhow::Result<Times> {
    client::run(1, move |_| async move {
        let mut client = Client::connect(address).await?;
        let mut tally = Tally::default();
        for n in 0..count {
            let (number, batch) = (on(n), Uuid::now_v7());
            let body = format!(
                r#"{{"number_id":{number},"phone_number":null,"status":"BUSY","batch_id":"{batch}"}}"#
            );
            client.write(&post("/api/dialer/report-result", TOKEN, &body), &mut tally).await?;
        }
        Ok(tally)
    })
    .await
}

/// The same question again and again.
async fn asks(address: SocketAddr, request: Vec<u8>, count: usize) -> anyhow::Result<Times> {
    client::run(1, move |_| {
        let request = request.clone();
        async move {
            let mut client = Client::connect(address).await?;
            let mut times = Vec::new();
            for _ in 0..count {
                let started = Instant::now();
                client.send(&request).await?;
                times.push(started.elapsed());
            }
            Ok(times)
        }
    })
    .await
}

/// Some who report on leads of their own.
async fn others(address: SocketAddr, first: usize) -> anyhow::Result<Times> {
    client::run(OTHERS, move |other| async move {
        let mut client = Client::connect(address).await?;
        let mut tally = Tally::default();
        for n in 0..REQUESTS {
            let (number, batch) = (first + other * REQUESTS + n, Uuid::now_v7());
            let body = format!(
                r#"{{"number_id":{number},"phone_number":null,"status":"BUSY","batch_id":"{batch}"}}"#
            );
            client.write(&post("/api/dialer/report-result", TOKEN, &body), &mut tally).await?;
        }
        Ok(tally)
    })
    .await
}
