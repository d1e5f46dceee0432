//! `lead-ledger replay`: the history as the rules saw it, an event a line, with what a lead was after it.

use super::database::Database;
use super::progress::Progress;
use super::{Ended, values};
use crate::config::Config;
use crate::postgres::pool;
use anyhow::{Context, anyhow};
use clap::{Args, value_parser};
use domain::ids::AnyId;
use domain::stream::{State, StreamId, StreamKind};
use domain::time::Instant;
use futures_util::TryStreamExt;
use projections::Views;
use projections::feed::Record;
use projections::log_reader::LogReader;
use serde_json::{Value, json};
use sqlx::PgPool;
use std::collections::HashMap;
use std::io::{IsTerminal, Write};
use std::pin::pin;

const EXAMPLES: &str = "\
A line shows position, time, stream, event, and in brackets what the lead was
after it.

Examples:
  lead-ledger replay --lead 1
  lead-ledger replay --from 1000 --to 2000 --json > events.ndjson
  lead-ledger replay --lead 1 --as-of 2026-05-31T23:59:59Z";

/// Events between two steps of the progress bar.
const PROGRESS_EVERY: i64 = 1_000;

#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// Prints the events of this lead only; any of its ids will do.
    #[arg(long, value_name = "ID", value_parser = values::id)]
    lead: Option<AnyId>,
    /// Begins at this position of the log.
    #[arg(long, value_name = "POSITION", default_value_t = 1, value_parser = value_parser!(i64).range(1..))]
    from: i64,
    /// Ends with this position of the log; without it, at the end of the log.
    #[arg(long, value_name = "POSITION", value_parser = value_parser!(i64).range(1..))]
    to: Option<i64>,
    /// Ends with what was recorded up to this time (ISO 8601).
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    as_of: Option<Instant>,
    /// Prints one JSON document a line, with payload and metadata.
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
    let as_of = options.as_of;
    let database = Database::reach(&config).await?;
    let pool = pool::reach(&database.url).await?;
    let only = match options.lead {
        Some(id) => Some(find(&pool, id).await?),
        None => None,
    };
    let replay = Replay { only, from: options.from, as_of, json: options.json, states: HashMap::new() };
    replay.run(&pool, options.to).await?;
    pool.close().await;
    tokio::task::spawn_blocking(move || drop(database)).await?;
    Ok(Ended::Done)
}

async fn find(pool: &PgPool, id: AnyId) -> anyhow::Result<StreamId> {
    let lead = Views::new(pool.clone(), pool.clone()).find_lead(id).await?;
    let lead = lead.ok_or_else(|| {
        anyhow!("there is no such lead; lead-ledger replay without --lead prints the events of all leads")
    })?;
    Ok(StreamId::new(StreamKind::Lead, lead.id))
}

impl Replay {
    async fn run(mut self, pool: &PgPool, to: Option<i64>) -> anyhow::Result<()> {
        let mut log = LogReader::open(pool).await?;
        let head = log.head().await?;
        let upto = to.map_or(head, |to| to.min(head));
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        // A terminal that shows the events has no room for a bar.
        let progress =
            (!std::io::stdout().is_terminal()).then(|| Progress::start("reading the log", "events"));
        let mut records = pin!(log.read(0, upto));
        while let Some(record) =
            records.try_next().await.context("the log cannot be read on; run lead-ledger verify")?
        {
            if let Some(progress) = progress.as_ref().filter(|_| record.position % PROGRESS_EVERY == 0) {
                progress.set(record.position, upto);
            }
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
            if !is_taken(writeln!(out, "{line}"))? {
                return Ok(());
            }
        }
        is_taken(out.flush())?;
        Ok(())
    }
}

/// Whether the reader of the output is still there.
fn is_taken(written: std::io::Result<()>) -> anyhow::Result<bool> {
    match written {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(false),
        written => {
            written.context("the history cannot be written; make room where it goes")?;
            Ok(true)
        }
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
