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

use super::Ended;
use super::demo::AlwaysOpen;
use crate::config::Config;
use crate::dialects::router;
use crate::http::limits::LimitSettings;
use crate::http::serve::serve;
use crate::ledger::Context;
use crate::ledger::add_numbers::{AT_ONCE, CaptureNumbers};
use crate::postgres::data_directory::create_data_dir;
use crate::postgres::embedded::{Embedded, Options as ServerOptions};
use crate::state::App;
use anyhow::Context as _;
use clap::Args;
use domain::lead::event::Source;
use domain::phone::{Phone, Region};
use futures_util::{StreamExt, TryStreamExt};
use std::net::SocketAddr;
use std::path::PathBuf;
use tokio::net::TcpListener;
use uuid::Uuid;

/// The dialer token of the service under test.
const TOKEN: &str = "bench-token";

#[derive(Clone, Debug, Args)]
pub struct Options {
    /// Which: append, ingest, read, next-batch, long-lead, rebuild; all of them if none is named.
    names: Vec<String>,
    /// Seconds for each measurement.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Leads in the ledger for read and next-batch.
    #[arg(long, default_value_t = 100_000)]
    leads: usize,
    /// Events in the log for rebuild; a tenth as many leads.
    #[arg(long, default_value_t = 1_000_000)]
    events: usize,
    /// Where the private server of the bench lives meanwhile; it is removed afterwards.
    #[arg(long)]
    dir: Option<PathBuf>,
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
pub struct Figure {
    pub what: String,
    pub ours: f64,
    pub reference: Option<f64>,
    pub unit: &'static str,
}

impl Figure {
    fn print(&self) {
        match self.reference {
            Some(reference) => println!(
                "{:<58} {:>12.0} {:<9} reference {:>10.0}  ratio {:>7.2}",
                self.what,
                self.ours,
                self.unit,
                reference,
                self.ours / reference
            ),
            None => println!("{:<58} {:>12.2} {}", self.what, self.ours, self.unit),
        }
    }
}

pub async fn run(config: Config, options: Options) -> anyhow::Result<Ended> {
    crate::telemetry::metrics();
    let dir = options.dir.clone().unwrap_or_else(|| config.data_dir.join("bench"));
    for name in ["append", "ingest", "read", "next-batch", "long-lead", "rebuild"] {
        if !options.names.is_empty() && !options.names.iter().any(|wanted| wanted == name) {
            continue;
        }
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
            figure.print();
        }
        stage.clear().await;
        tokio::task::spawn_blocking(move || embedded.stop()).await?;
        std::fs::remove_dir_all(&dir).with_context(|| format!("{} cannot be removed", dir.display()))?;
    }
    Ok(Ended::Done)
}

async fn start_server(config: &Config, dir: &std::path::Path) -> anyhow::Result<Embedded> {
    let options =
        ServerOptions { data_dir: dir.to_owned(), bin_dir: config.pg_bin.clone(), settings: Vec::new() };
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
        app.ledger.record(&Context::system("bench"), &AlwaysOpen).await?;
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
        let ids: Vec<Vec<Uuid>> = futures_util::stream::iter(pieces).buffered(4).try_collect().await?;
        Ok(ids.into_iter().flatten().collect())
    }
}

/// The `n`th phone: a mobile number of Iran.
pub fn phone(n: usize) -> String {
    format!("09{:02}{:07}", 10 + n / 10_000_000, n % 10_000_000)
}
