//! `lead-ledger rebuild [NAME...|--all] [--dry-run]`: read models made anew beside the live ones, compared, switched.
//! `lead-ledger rebuild --as-of TIME --into NAME`: what they were then, for `?as_of=NAME`.

use super::Ended;
use super::database::{Database, on_ledger};
use crate::config::Config;
use crate::postgres::pool;
use anyhow::{Context, anyhow, bail};
use chrono_tz::Tz;
use clap::Args;
use domain::time::parse_instant;
use indicatif::{ProgressBar, ProgressStyle};
use projections::as_of;
use projections::rebuild::{self, Progress, Report, Targets};
use std::sync::Arc;

#[derive(Clone, Debug, Args)]
pub struct Options {
    /// Which read models, or `keys`; see GET /api/v1/ledger/projections for their names.
    names: Vec<String>,
    /// All of them.
    #[arg(long, conflicts_with = "names")]
    all: bool,
    /// Only compares: the live rows stay.
    #[arg(long)]
    dry_run: bool,
    /// Everything as it was recorded up to this time (ISO 8601), beside what is.
    #[arg(long, requires = "into", conflicts_with_all = ["names", "all", "dry_run"])]
    as_of: Option<String>,
    /// The name for lists and sums to be asked for by: `?as_of=NAME`.
    #[arg(long, requires = "as_of")]
    into: Option<String>,
    /// The report as JSON.
    #[arg(long)]
    json: bool,
}

pub async fn run(config: Config, options: Options) -> anyhow::Result<Ended> {
    if let (Some(time), Some(name)) = (&options.as_of, &options.into) {
        return as_of(&config, time, name, options.json).await;
    }
    let targets = chosen(&options)?;
    let mut is_clean = false;
    // What differs among the keys goes through the ledger's door: an append of the running service may be changing it.
    on_ledger(config, async |app| {
        let bar = progress_bar("folding");
        let report = rebuild::run(&app.pool, &targets, options.dry_run, told_to(&bar)).await;
        bar.finish_and_clear();
        let report = report.context("the read models stay as they were")?;
        if let (Some(keys), false) = (&report.keys, options.dry_run) {
            app.ledger.rebuild_keys(keys).await.context("the keys stay as they were")?;
        }
        is_clean = report.is_clean();
        if options.json {
            println!("{}", serde_json::to_string(&report)?);
        } else {
            print(&report);
        }
        Ok(())
    })
    .await?;
    Ok(if is_clean { Ended::Done } else { Ended::Mismatch })
}

async fn as_of(config: &Config, time: &str, name: &str, json: bool) -> anyhow::Result<Ended> {
    let at = parse_instant(time, Tz::UTC).with_context(|| format!("--as-of {time}"))?;
    let schema = as_of::schema(name).ok_or_else(|| {
        anyhow!("'{name}' is no name; use up to 40 of a-z, 0-9 and _, a letter first, such as end_of_may")
    })?;
    let database = Database::reach(config).await?;
    let pool = pool::connect(pool::options(&database.url)?).await?;
    pool::migrate(&pool).await?;
    let bar = progress_bar("folding");
    let made = as_of::make(&pool, &schema, at, told_to(&bar)).await;
    bar.finish_and_clear();
    let position = made.context("nothing was changed")?;
    if json {
        println!("{}", serde_json::json!({ "name": name, "as_of": at, "position": position }));
    } else {
        println!("{name}: as of {at}, up to position {position}; ask with ?as_of={name}, and when it is");
        println!("no longer wanted: DROP SCHEMA {schema} CASCADE");
    }
    pool.close().await;
    tokio::task::spawn_blocking(move || drop(database)).await?;
    Ok(Ended::Done)
}

fn chosen(options: &Options) -> anyhow::Result<Targets> {
    if options.all {
        return Ok(Targets::all());
    }
    if options.names.is_empty() {
        bail!("say which read models, or --all");
    }
    let known = Targets::all().names().join(", ");
    Targets::named(options.names.iter().map(String::as_str))
        .map_err(|name| anyhow!("there is no read model '{name}'; there are {known}"))
}

/// A bar with events a second and the time to go; silent where standard error is no terminal.
pub fn progress_bar(what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} events, {per_sec}, {eta} to go");
    let bar = ProgressBar::new(0).with_message(what);
    if let Ok(style) = style { bar.with_style(style) } else { bar }
}

/// Moves the bar.
pub fn told_to(bar: &ProgressBar) -> Progress {
    let bar = bar.clone();
    Arc::new(move |folded, of| {
        bar.set_length(u64::try_from(of).unwrap_or(0));
        bar.set_position(u64::try_from(folded).unwrap_or(0));
    })
}

/// Prints what came of it.
pub fn print(report: &Report) {
    for c in &report.comparisons {
        let word = match (&c.live, c.differing_rows) {
            (None, _) => "not compared (it was paused)".to_owned(),
            (Some(_), 0) => "equal".to_owned(),
            (Some(_), rows) => format!("{rows} rows differ: {}", c.differing_keys.join(", ")),
        };
        println!("{:<16} {:>10} rows  {word}", c.projection, c.rebuilt.rows);
    }
    if let Some(keys) = &report.keys {
        let word = match (keys.missing.len(), keys.extra.len()) {
            (0, 0) => "equal".to_owned(),
            (missing, extra) => format!("{missing} are missing, {extra} follow from nothing"),
        };
        println!("{:<16} {:>10} rows  {word}", "keys", keys.rows);
    }
    match report.switched_at {
        Some(at) => println!("compared at position {}, switched at {at}", report.position),
        None => println!("compared at position {}", report.position),
    }
}
