//! What can the database do without us? pgbench, on the same server in the same run.

use super::Stage;
use anyhow::{Context, anyhow};
use sqlx::Executor;
use std::path::PathBuf;
use std::process::Command;

/// Runs `script` as pgbench transactions and answers how many were done a second.
pub async fn rate(stage: &Stage, script: &str, clients: usize) -> anyhow::Result<f64> {
    let file = std::env::temp_dir().join(format!("lead-ledger-bench-{}.sql", std::process::id()));
    std::fs::write(&file, script)?;
    let program = program(stage)?;
    let (url, seconds) = (stage.server_url.clone(), stage.seconds.to_string());
    let run = tokio::task::spawn_blocking(move || {
        let output = Command::new(program)
            .args(["-n", "-M", "prepared", "-j", "2", "-c", &clients.to_string(), "-T", &seconds])
            .arg("-f")
            .arg(&file)
            .arg(&url)
            .output();
        // Only a leftover in the temporary directory.
        let _ = std::fs::remove_file(&file);
        output
    });
    let output = run.await?.context("pgbench does not start")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let tps = text.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
    tps.ok_or_else(|| anyhow!("pgbench said: {text}{}", String::from_utf8_lossy(&output.stderr)))
}

fn program(stage: &Stage) -> anyhow::Result<PathBuf> {
    let given = stage.app.config.pg_bin.clone();
    let known = [
        "/usr/lib/postgresql/15/bin",
        "/usr/lib/postgresql/16/bin",
        "/usr/lib/postgresql/17/bin",
        "/usr/bin",
    ];
    let places = given.into_iter().chain(known.map(PathBuf::from));
    places
        .map(|place| place.join("pgbench"))
        .find(|program| program.exists())
        .ok_or_else(|| anyhow!("pgbench was not found beside PostgreSQL's programs; set LEDGER_PG_BIN"))
}

/// A payload of the size of a report's.
const PAYLOAD: &str = r#"{"attempt_reported":{"at":"2025-03-01T08:00:00.123456Z","attempt_id":"0190f0de-dd29-7a6b-9450-b6556ef3e623","attempted_at":"2025-03-01T08:00:00Z","source":"machine","outcome":"busy","policy":{"max_attempts":3,"retry_delay_minutes":60},"answered":{"status":"busy","attempts":1,"lease":"none","call_allowed":true},"person":{"reason":"line busy","user_message":"call me later"}}}"#;
const METADATA: &str = r#"{"actor":"credential:0190f0de-dd29-7a6b-9450-b6556ef3e623","body":"5f3c0f9f7c5f3c0f9f7c5f3c0f9f7c5f3c0f9f7c5f3c0f9f7c5f3c0f9f7c5f3c","dialect":"dialer_panel"}"#;

/// Makes copies of the tables that the references write to. Payload and metadata are defaults: pgbench would take the
/// colons in them for variables.
pub async fn prepare(stage: &Stage) -> anyhow::Result<()> {
    let defaults = format!(
        "ALTER TABLE ref_events ALTER COLUMN payload SET DEFAULT '{PAYLOAD}', \
         ALTER COLUMN metadata SET DEFAULT '{METADATA}'"
    );
    for statement in [
        "CREATE TABLE IF NOT EXISTS ref_events (LIKE events INCLUDING ALL)",
        defaults.as_str(),
        "CREATE SEQUENCE IF NOT EXISTS ref_position",
        "CREATE TABLE IF NOT EXISTS ref_lead (LIKE live.lead INCLUDING ALL)",
        "CREATE TABLE IF NOT EXISTS ref_calls (LIKE live.call_history INCLUDING ALL)",
    ] {
        stage.app.pool.execute(statement).await?;
    }
    Ok(())
}

/// A row of the log.
const INSERT: &str = "INSERT INTO ref_events (aggregate_type, aggregate_id, sequence, event_type, event_version, \
    position, event_id, recorded_at, hash) VALUES ('lead', gen_random_uuid()::text, 1, 'attempt_reported', '1.0', \
    nextval('ref_position'), gen_random_uuid(), now(), decode(repeat('ab', 32), 'hex'))";

/// One event, one transaction.
pub fn single_insert() -> String {
    format!("{INSERT};\n")
}

/// What a report does at the least: an event, a lead's row, a call's row, in one statement.
pub fn three_rows(leads: usize) -> String {
    format!(
        "\\set num random(1, {leads})\n\
         WITH e AS ({INSERT}), \
         l AS (UPDATE ref_lead SET panel_status = 'busy', queue_state = 'retry_wait', attempts = attempts + 1, \
         last_attempt_at = now(), latest_note = 'call me later', updated_at = now() WHERE num = :num RETURNING id) \
         INSERT INTO ref_calls (id, lead_id, outcome, is_final, facts, occurred_at, recorded_at) \
         SELECT gen_random_uuid(), id, 'busy', true, 1, now(), now() FROM l;\n"
    )
}
