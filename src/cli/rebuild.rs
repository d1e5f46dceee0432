//! `lead-ledger rebuild [NAME...|--all] [--dry-run]`: read models made anew beside the live ones, compared, switched.
//! `lead-ledger rebuild --as-of TIME --into NAME`: what they were then, for `?as_of=NAME`.

use super::database::{Database, on_ledger};
use super::progress::Progress;
use super::{Ended, output, values};
use crate::config::Config;
use crate::postgres::pool;
use anyhow::Context;
use clap::Args;
use clap::builder::PossibleValuesParser;
use domain::time::Instant;
use projections::as_of;
use projections::rebuild::{self, Report, Targets};

const EXAMPLES: &str = "\
The service goes on meanwhile. Exit status 1 means that rows differed; they are
right afterwards, unless it was a dry run.

Examples:
  lead-ledger rebuild --all
  lead-ledger rebuild lead dial_queue
  lead-ledger rebuild --all --dry-run       # compares only
  lead-ledger rebuild --as-of 2026-05-31T23:59:59Z --into end_of_may";

#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
#[command(group(clap::ArgGroup::new("what").required(true).args(["names", "all", "as_of"])))]
pub struct Options {
    /// The read models to make anew; `keys` are the claims and leases.
    #[arg(value_name = "NAME", value_parser = PossibleValuesParser::new(Targets::all().names()))]
    names: Vec<String>,
    /// Makes all read models and the keys anew.
    #[arg(long)]
    all: bool,
    /// Compares only: the live rows stay as they are.
    #[arg(long)]
    dry_run: bool,
    /// Makes everything as it was recorded up to this time (ISO 8601), beside the live rows.
    #[arg(long, value_name = "TIME", value_parser = values::time, requires = "into",
        conflicts_with_all = ["names", "all", "dry_run"])]
    as_of: Option<Instant>,
    /// The name under which the API shows what --as-of made: `?as_of=NAME`.
    #[arg(long, value_name = "NAME", value_parser = view_name, requires = "as_of")]
    into: Option<String>,
    /// Prints the report as JSON.
    #[arg(long)]
    json: bool,
}

fn view_name(text: &str) -> Result<String, &'static str> {
    let is_good = as_of::schema(text).is_some();
    is_good
        .then(|| text.to_owned())
        .ok_or("use up to 40 of a-z, 0-9 and _, beginning with a letter, such as end_of_may")
}

pub async fn run(config: Config, options: Options) -> anyhow::Result<Ended> {
    if let (Some(at), Some(name)) = (options.as_of, &options.into) {
        return as_of(&config, at, name, options.json).await;
    }
    let targets = if options.all {
        Targets::all()
    } else {
        let names = options.names.iter().map(String::as_str);
        Targets::named(names).expect("invariant: the names were read from the list of all")
    };
    let mut is_clean = false;
    // What differs among the keys goes through the ledger's door: an append of the running service may be changing it.
    on_ledger(config, async |app| {
        let progress = Progress::start("folding the log", "events");
        let report = rebuild::run(&app.pool, &targets, options.dry_run, progress.callback()).await;
        progress.end();
        let report = report.context("the read models stay as they were")?;
        if let (Some(keys), false) = (&report.keys, options.dry_run) {
            app.ledger.rebuild_keys(keys).await.context("the keys stay as they were")?;
        }
        is_clean = report.is_clean();
        if options.json {
            output::print(serde_json::to_string(&report)?)
        } else {
            output::print(lines(&report).join("\n"))
        }
    })
    .await?;
    Ok(if is_clean { Ended::Done } else { Ended::Mismatch })
}

async fn as_of(config: &Config, at: Instant, name: &str, json: bool) -> anyhow::Result<Ended> {
    let schema = as_of::schema(name).expect("invariant: the name was checked when it was read");
    let database = Database::reach(config).await?;
    let pool = pool::connect(pool::options(&database.url)?).await?;
    pool::migrate(&pool).await?;
    let progress = Progress::start("folding the log", "events");
    let made = as_of::make(&pool, &schema, at, progress.callback()).await;
    progress.end();
    let position = made.context("nothing was changed; --as-of takes a time up to now")?;
    if json {
        output::print(serde_json::json!({ "name": name, "as_of": at, "position": position }))?;
    } else {
        output::print(format_args!(
            "{name}: as of {at}, up to position {position}; ask with ?as_of={name}, and when it is\n\
             no longer wanted: DROP SCHEMA {schema} CASCADE"
        ))?;
    }
    pool.close().await;
    tokio::task::spawn_blocking(move || drop(database)).await?;
    Ok(Ended::Done)
}

/// The report as lines for people.
pub fn lines(report: &Report) -> Vec<String> {
    let mut text = Vec::new();
    for c in &report.comparisons {
        let word = match (&c.live, c.differing_rows) {
            (None, _) => "not compared (it was paused)".to_owned(),
            (Some(_), 0) => "equal".to_owned(),
            (Some(_), rows) => format!("{rows} rows differ: {}", c.differing_keys.join(", ")),
        };
        text.push(format!("{:<16} {:>10} rows  {word}", c.projection, c.rebuilt.rows));
    }
    if let Some(keys) = &report.keys {
        let word = match (keys.missing.len(), keys.extra.len()) {
            (0, 0) => "equal".to_owned(),
            (missing, extra) => format!("{missing} are missing, {extra} follow from nothing"),
        };
        text.push(format!("{:<16} {:>10} rows  {word}", "keys", keys.rows));
    }
    text.push(match report.switched_at {
        Some(at) => format!("compared at position {}, switched at {at}", report.position),
        None => format!("compared at position {}", report.position),
    });
    text
}
