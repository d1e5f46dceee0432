//! The event log and its read models: can every event be read, do the read models keep up, and when was that last proved?

use super::finding::Finding;
use super::reach::Ledger;
use domain::time::Instant;
use projections::feed;
use std::time::Duration;

/// Read models may be behind for this long.
const LAG_WARNED: Duration = Duration::from_secs(10);
/// Events after the followed position that are tried: the first that cannot be read is among the first.
const TRIED: i64 = 1_000;
/// Days after which the log should be verified again.
const VERIFIED_DAYS: f64 = 31.0;

pub async fn check(ledger: &mut Ledger<'_>) -> anyhow::Result<Vec<Finding>> {
    let mut findings = vec![log(ledger).await?];
    findings.extend(read_models(ledger).await?);
    findings.push(verification(ledger).await?);
    Ok(findings)
}

async fn log(ledger: &Ledger<'_>) -> anyhow::Result<Finding> {
    const CHECK: &str = "event log";
    let (head, followed) = (ledger.views.head().await?, ledger.views.followed().await?);
    if let Some(position) = ledger.views.diverged_at().await? {
        let found = format!(
            "it was cut off or is another log: the read models stand at position {position} of theirs"
        );
        return Ok(Finding::broken(CHECK, found, "lead-ledger verify"));
    }
    let mut conn = ledger.pool.acquire().await?;
    let records = match feed::page(&mut conn, followed, head.min(followed + TRIED)).await {
        Ok(records) => records,
        Err(feed::FeedError::Database(error)) => return Err(error.into()),
        Err(error) => return Ok(Finding::broken(CHECK, error.to_string(), "lead-ledger verify")),
    };
    for record in &records {
        if let (false, Err(error)) = (record.is_set_aside, record.contents()) {
            let found = format!(
                "an event cannot be read ({error}); if another program wrote it by mistake, set it aside"
            );
            let next = format!("lead-ledger set-aside {} --because 'written by mistake'", record.position);
            return Ok(Finding::broken(CHECK, found, next));
        }
    }
    // What was set aside is in the way no more: a service that runs, or the next one, goes on behind it.
    let is_set_aside = records.iter().any(|record| record.is_set_aside);
    if let (Some(stuck), false) = (ledger.views.stuck().await?, is_set_aside) {
        let found = format!("the service cannot follow it any further: {stuck}");
        return Ok(Finding::broken(CHECK, found, "lead-ledger verify"));
    }
    Ok(Finding::ok(CHECK, format!("{head} events")))
}

async fn read_models(ledger: &mut Ledger<'_>) -> anyhow::Result<Vec<Finding>> {
    const CHECK: &str = "read models";
    let checkpoints = ledger.views.checkpoints().await?;
    let paused = checkpoints.iter().filter_map(|model| {
        let why = model.paused_by.as_ref()?;
        let found = format!("{} is paused: {why}", model.projection);
        Some(Finding::broken(CHECK, found, format!("lead-ledger rebuild {}", model.projection)))
    });
    let mut findings: Vec<Finding> = paused.collect();
    let lag = ledger.views.lag().await?.unwrap_or_default();
    if lag > LAG_WARNED {
        let is_followed: bool = sqlx::query_scalar("SELECT until > clock_timestamp() FROM follower")
            .fetch_one(&mut ledger.conn)
            .await?;
        let behind = format!("the oldest event that they lack is {} s old", lag.as_secs());
        findings.push(if is_followed {
            let next = format!("curl -s http://{}/readyz", ledger.config.bind);
            Finding::warning(CHECK, format!("{behind}; the service is catching up"), next)
        } else {
            Finding::warning(CHECK, format!("{behind}; no service runs"), "lead-ledger serve")
        });
    }
    if findings.is_empty() {
        findings.push(Finding::ok(CHECK, format!("all {} keep up with the log", checkpoints.len())));
    }
    Ok(findings)
}

async fn verification(ledger: &Ledger<'_>) -> anyhow::Result<Finding> {
    const CHECK: &str = "verification";
    const NEXT: &str = "lead-ledger verify";
    let Some(report) = crate::audit::verification::last(&ledger.pool).await? else {
        return Ok(Finding::warning(CHECK, "the log was never verified", NEXT));
    };
    if report["is_clean"] != true {
        let is_log = report["chain"]["faults"].as_array().is_some_and(|faults| !faults.is_empty());
        let (found, next) = if is_log {
            ("the last one found faults in the log: see them, and restore a backup", NEXT)
        } else {
            (
                "the last one found read models that differ from the log",
                "lead-ledger rebuild --all; lead-ledger verify",
            )
        };
        return Ok(Finding::broken(CHECK, found, next));
    }
    let at: Option<Instant> = serde_json::from_value(report["verified_at"].clone()).ok();
    let days: Option<f64> =
        sqlx::query_scalar("SELECT extract(epoch FROM clock_timestamp() - $1)::float8 / 86400")
            .bind(at)
            .fetch_one(&ledger.pool)
            .await?;
    let days = days.unwrap_or(f64::INFINITY);
    Ok(if days <= VERIFIED_DAYS {
        Finding::ok(CHECK, format!("the last one, {days:.0} days ago, found nothing wrong"))
    } else {
        Finding::warning(CHECK, format!("the last one was {days:.0} days ago"), NEXT)
    })
}
