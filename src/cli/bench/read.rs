//! Reading: one lead by its number over HTTP, beside a `SELECT` by key.

use super::client::{self, Client, get};
use super::{Figure, Stage, pgbench};
use crate::cli::serve::admin_token;
use anyhow::Context as _;
use std::time::{Duration, Instant};

/// An admin's token.
pub async fn token(stage: &Stage) -> anyhow::Result<String> {
    let (ledger, config) = (&stage.app.ledger, &stage.app.config);
    ledger.register_first_admin(&config.first_admin("bench password".to_owned())).await?;
    let admin = ledger.find_login(&config.admin_username).await?.context("the admin is there")?;
    admin_token(&stage.app, admin).context("a token is made")
}

pub async fn run(stage: &Stage, leads: usize) -> anyhow::Result<Vec<Figure>> {
    stage.capture(leads).await?;
    sqlx::query("VACUUM ANALYZE").execute(&stage.app.pool).await?;
    let token = token(stage).await?;
    let script = format!(
        "\\set num random(1, {leads})\nSELECT id, num, panel_status FROM live.lead WHERE num = :num;\n"
    );
    let reference = pgbench::rate(stage, &script, 64).await?;
    let until = Instant::now() + Duration::from_secs(stage.seconds);
    let address = stage.address;
    let mut times = client::run(64, |number| {
        let token = token.clone();
        async move {
            let mut client = Client::connect(address).await?;
            let mut times = Vec::new();
            let mut num = number * 7_919;
            while Instant::now() < until {
                num = (num + 104_729) % leads;
                let request = get(&format!("/api/v1/ledger/leads/{}/events", num + 1), &token);
                let started = Instant::now();
                client.send(&request).await?;
                times.push(started.elapsed());
            }
            Ok(times)
        }
    })
    .await?;
    let p99 = times.quantile_ms(0.99);
    Ok(vec![
        Figure {
            what: "one lead's events by number over HTTP, 64 connections".to_owned(),
            ours: times.rate(),
            reference: Some(reference),
            unit: "reads/s",
        },
        Figure {
            what: "one lead's events by number, p99".to_owned(),
            ours: p99,
            reference: None,
            unit: "ms",
        },
    ])
}
