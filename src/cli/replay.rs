//! `lead-ledger replay`: the history as the rules saw it, an event a line, with what a lead was after it.

use super::Ended;
use super::database::Database;
use crate::config::Config;
use crate::postgres::pool;
use anyhow::{Context, anyhow};
use chrono_tz::Tz;
use clap::Args;
use domain::ids::AnyId;
use domain::stream::{State, StreamId, StreamKind};
use domain::time::{Instant, parse_instant};
use futures_util::TryStreamExt;
use projections::Views;
use projections::feed::Record;
use projections::log_reader::LogReader;
use serde_json::{Value, json};
use sqlx::PgPool;
use std::collections::HashMap;
use std::io::Write;
use std::pin::pin;

#[derive(Clone, Debug, Args)]
pub struct Options {
    /// Only this lead, by any of its ids.
    #[arg(long)]
    lead: Option<String>,
    /// From this position on.
    #[arg(long, default_value_t = 1)]
    from: i64,
    /// Up to this position.
    #[arg(long)]
    to: Option<i64>,
    /// Only what was recorded up to this time (ISO 8601).
    #[arg(long)]
    as_of: Option<String>,
    /// A JSON document a line.
    #[arg(long)]
    json: bool,
}

/// What may be printed, and the states on the way.
struct Replay {
    only: Option<StreamId>,
    from: i64,
    as_of: Option<Instant>,
    json: bool,
    states: HashMap<StreamId, State>,
}

pub async fn run(config: Config, options: Options) -> anyhow::Result<Ended> {
    let as_of = match &options.as_of {
        Some(text) => Some(parse_instant(text, Tz::UTC).with_context(|| format!("--as-of {text}"))?),
        None => None,
    };
    let database = Database::reach(&config).await?;
    let pool = pool::reach(&database.url).await?;
    let only = match &options.lead {
        Some(id) => Some(find(&pool, id).await?),
        None => None,
    };
    let replay = Replay { only, from: options.from, as_of, json: options.json, states: HashMap::new() };
    replay.run(&pool, options.to).await?;
    pool.close().await;
    tokio::task::spawn_blocking(move || drop(database)).await?;
    Ok(Ended::Done)
}

async fn find(pool: &PgPool, id: &str) -> anyhow::Result<StreamId> {
    let id =
        AnyId::parse(id).ok_or_else(|| anyhow!("'{id}' is no id; give a number, a UUID or 24 hex digits"))?;
    let lead = Views::new(pool.clone(), pool.clone()).find_lead(id).await?;
    let lead = lead.ok_or_else(|| anyhow!("there is no such lead"))?;
    Ok(StreamId::new(StreamKind::Lead, lead.id))
}

impl Replay {
    async fn run(mut self, pool: &PgPool, to: Option<i64>) -> anyhow::Result<()> {
        let mut log = LogReader::open(pool).await?;
        let head = log.head().await?;
        let upto = to.map_or(head, |to| to.min(head));
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        let mut records = pin!(log.read(0, upto));
        while let Some(record) =
            records.try_next().await.context("the log cannot be read on; run lead-ledger verify")?
        {
            if self.as_of.is_some_and(|as_of| record.recorded_at > as_of) {
                break;
            }
            let Some((stream, event)) = record.contents()? else { continue };
            let state = self.states.entry(stream).or_insert_with(|| State::empty(stream.kind));
            if let Some(event) = event {
                state.apply(event);
            }
            if record.position < self.from || self.only.is_some_and(|only| only != stream) {
                continue;
            }
            let line = if self.json { as_json(&record, state)? } else { as_text(&record, state) };
            if writeln!(out, "{line}").is_err() {
                // Whoever read it has gone.
                return Ok(());
            }
        }
        let _ = out.flush();
        Ok(())
    }
}

fn as_json(record: &Record, state: &State) -> anyhow::Result<String> {
    let after = state.as_lead().map_or(Value::Null, |lead| {
        json!({ "panel": lead.panel_status().as_str(), "scheduling": lead.scheduling_status().as_str(),
            "stage": lead.stage.as_str(), "queue": lead.queue().state.as_str(), "attempts": lead.attempts_count() })
    });
    let line = json!({
        "position": record.position, "recorded_at": record.recorded_at, "stream": record.stream()?.to_string(),
        "sequence": record.sequence, "event_type": record.event_type(),
        "payload": serde_json::from_str::<Value>(record.payload())?,
        "metadata": serde_json::from_str::<Value>(record.metadata())?, "after": after,
    });
    Ok(line.to_string())
}

fn as_text(record: &Record, state: &State) -> String {
    let after = state.as_lead().map_or_else(String::new, |lead| {
        let (panel, queue) = (lead.panel_status(), lead.queue().state);
        format!("  [{panel}, {queue}, {}, attempts {}]", lead.stage, lead.attempts_count())
    });
    format!(
        "{:>9}  {}  {}/{} #{}  {}{after}",
        record.position,
        record.recorded_at.format("%Y-%m-%dT%H:%M:%S%.3fZ"),
        record.aggregate_type(),
        record.aggregate_id(),
        record.sequence,
        record.event_type(),
    )
}
