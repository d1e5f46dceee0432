//! `lead-ledger bench`: what this machine can do, each figure beside what its database can do without us, in one run, on
//! one private server with full durability.

mod append;
mod clicks;
mod client;
mod ingest;
mod long_lead;
mod next_batch;
mod pgbench;
mod read;
mod rebuild;
mod stock_postgres_es;

use super::progress::Progress;
use super::{Ended, output};
use crate::actions::dialing::set_schedule::ChangeSchedule;
use crate::actions::numbers::add::{AT_ONCE, CaptureNumbers};
use crate::config::{Config, Installing};
use crate::dialects::router;
use crate::http::limits::LimitSettings;
use crate::http::serve::serve;
use crate::ledger::Context;
use crate::postgres::data_directory::create_data_dir;
use crate::postgres::embedded::{Embedded, Options as ServerOptions};
use crate::state::App;
use anyhow::Context as _;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use domain::lead::event::Source;
use domain::phone::{Phone, Region};
use futures_util::{StreamExt, TryStreamExt};
use serde::Serialize;
use std::net::SocketAddr;
use std::path::PathBuf;
use tokio::net::TcpListener;
use uuid::Uuid;

/// The dialer token of the service under test.
const TOKEN: &str = "bench-token";

const NAMES: [&str; 6] = ["append", "ingest", "read", "next-batch", "long-lead", "rebuild"];

const EXAMPLES: &str = "\
Each figure stands beside the same database's own limit, measured in the same
run. A private PostgreSQL with full durability is made for it and removed
afterwards; your ledger is not touched. All measurements together take some
minutes.

Examples:
  lead-ledger bench
  lead-ledger bench append read --seconds 10
  lead-ledger bench rebuild --events 100000 --json";

#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// The measurements to make; without a name, all of them.
    #[arg(value_name = "NAME", value_parser = PossibleValuesParser::new(NAMES))]
    names: Vec<String>,
    /// The length of each measurement, in seconds.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
    /// The number of leads in the ledger for `read` and `next-batch`.
    #[arg(long, value_name = "COUNT", default_value_t = 100_000, value_parser = from(10_000))]
    leads: usize,
    /// The number of events in the log for `rebuild`; it has a tenth as many leads.
    #[arg(long, value_name = "COUNT", default_value_t = 1_000_000, value_parser = from(1_000))]
    events: usize,
    /// The folder of the private PostgreSQL [default: bench in `LEDGER_DATA_DIR`]
    #[arg(long)]
    dir: Option<PathBuf>,
    /// Prints one JSON document for each figure.
    #[arg(long)]
    json: bool,
}

/// Reads a count that is not too small to measure anything.
fn from(min: u64) -> impl TypedValueParser<Value = usize> {
    clap::value_parser!(u64).range(min..).try_map(usize::try_from)
}

/// The service under test and its database.
pub struct Stage {
    pub app: App,
    pub address: SocketAddr,
    pub server_url: String,
    pub seconds: u64,
    captured: std::sync::atomic::AtomicUsize,
}

/// One printed figure.
#[derive(Serialize)]
pub struct Figure {
    pub what: String,
    pub ours: f64,
    pub reference: Option<f64>,
    pub unit: &'static str,
}

impl Figure {
    fn line(&self) -> String {
        let Self { what, ours, reference, unit } = self;
        match reference {
            Some(reference) => {
                let ratio = ours / reference;
                format!("{what:<58} {ours:>12.0} {unit:<9} reference {reference:>10.0}  ratio {ratio:>7.2}")
            }
            None => format!("{what:<58} {ours:>12.2} {unit}"),
        }
    }
}

pub async fn run(config: Config, options: Options) -> anyhow::Result<Ended> {
    crate::telemetry::metrics();
    let dir = options.dir.clone().unwrap_or_else(|| config.data_dir.join("bench"));
    let is_wanted = |name: &&str| options.names.is_empty() || options.names.iter().any(|n| n == name);
    let names: Vec<&str> = NAMES.into_iter().filter(is_wanted).collect();
    for (number, &name) in (1..).zip(&names) {
        eprintln!("measuring {name} ({number} of {})", names.len());
        let embedded = start_server(&config, &dir).await?;
        let stage = Stage::set(&config, embedded.url(), options.seconds).await?;
        let figures = match name {
            "append" => append::run(&stage).await?,
            "ingest" => ingest::run(&stage).await?,
            "read" => read::run(&stage, options.leads).await?,
            "long-lead" => long_lead::run(&stage).await?,
            "next-batch" => next_batch::run(&stage, options.leads).await?,
            _ => rebuild::run(&stage, options.events).await?,
        };
        for figure in figures {
            output::print(if options.json { serde_json::to_string(&figure)? } else { figure.line() })?;
        }
        stage.clear().await;
        tokio::task::spawn_blocking(move || embedded.stop()).await?;
        std::fs::remove_dir_all(&dir).with_context(|| format!("{} cannot be removed", dir.display()))?;
    }
    Ok(Ended::Done)
}

async fn start_server(config: &Config, dir: &std::path::Path) -> anyhow::Result<Embedded> {
    let options = ServerOptions {
        data_dir: dir.to_owned(),
        bin_dir: config.pg_bin.clone(),
        may_install: config.installing == Installing::Allowed,
        settings: Vec::new(),
    };
    let started = tokio::task::spawn_blocking(move || {
        create_data_dir(&options.data_dir)?;
        Embedded::start(&options)
    });
    Ok(started.await??)
}

impl Stage {
    async fn set(config: &Config, url: &str, seconds: u64) -> anyhow::Result<Self> {
        let limits = LimitSettings { general: None, auth: None, upload: None, machine: Some(u32::MAX) };
        let config = Config { bind: "127.0.0.1:0".parse()?, limits, ..config.clone() };
        let app = App::start(config, url, "bench", None).await?;
        app.ledger.ensure_dialer(TOKEN, "IR").await?;
        app.ledger.record(&Context::system("bench"), &ChangeSchedule::always_open()).await?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (router, tasks) = (router(app.clone()), app.tasks.clone());
        app.tasks.start(async move { serve(listener, router, &tasks.clone(), tasks.stopping()).await });
        let captured = std::sync::atomic::AtomicUsize::new(0);
        Ok(Self { app, address, server_url: url.to_owned(), seconds, captured })
    }

    async fn clear(self) {
        let app = self.app;
        let tasks = app.tasks.clone();
        tasks.stop();
        app.pool.close().await;
        drop(app);
        tasks.wait().await;
    }

    /// Captures that many more numbers; answers their ids in order.
    pub async fn capture(&self, count: usize) -> anyhow::Result<Vec<Uuid>> {
        let first = self.captured.fetch_add(count, std::sync::atomic::Ordering::Relaxed);
        let pieces = (0..count.div_ceil(AT_ONCE)).map(|piece| {
            let from = first + piece * AT_ONCE;
            let to = (from + AT_ONCE).min(first + count);
            async move {
                let read = |n| Phone::try_new(&phone(n), Region::default());
                let phones = (from..to).map(read).collect::<Result<Vec<_>, _>>()?;
                let capture = CaptureNumbers { phones: &phones, source: Source::Panel };
                let recorded = self.app.ledger.record(&Context::system("bench"), &capture).await?;
                anyhow::Ok(recorded.answer)
            }
        });
        let progress = Progress::start("filling the ledger", "leads").of(count);
        let pieces = futures_util::stream::iter(pieces).buffered(4);
        let ids: Vec<Vec<Uuid>> = pieces.inspect_ok(|ids| progress.add(ids.len())).try_collect().await?;
        progress.end();
        Ok(ids.into_iter().flatten().collect())
    }
}

/// The `n`th phone: a mobile number of Iran.
pub fn phone(n: usize) -> String {
    format!("09{:02}{:07}", 10 + n / 10_000_000, n % 10_000_000)
}
