//! Which database does a command work on? The operator's, the running service's private one, or the private one
//! started for this command.

use super::Ended;
use crate::config::{Config, Installing};
use crate::postgres::data_directory::{DATA, create_data_dir};
use crate::postgres::embedded::{Embedded, Options};
use crate::postgres::embedded_error::EmbeddedError;
use crate::postgres::pool;
use crate::postgres::supervise::Supervisor;
use crate::state::App;
use anyhow::{Context, bail};
use std::path::Path;

/// Where a running service says how its private server is reached.
const URL_FILE: &str = "database-url";

/// A database that can be reached. Dropping it stops what was started for it.
pub struct Database {
    pub url: String,
    /// What the operator should know about where it is.
    pub place: String,
    _supervisor: Option<Supervisor>,
}

impl Database {
    /// For the service: refuses to share a private server with another instance.
    pub async fn open(config: &Config) -> anyhow::Result<Self> {
        match &config.database_url {
            Some(url) => Ok(Self::of_operator(&url.0)),
            None => Ok(Self::started(config, start(config).await?)),
        }
    }

    /// For a command on a ledger that is there: uses the server of a running service if there is one, and makes none.
    pub async fn reach(config: &Config) -> anyhow::Result<Self> {
        match &config.database_url {
            Some(url) => require_ledger(&url.0).await?,
            None => require_data(config)?,
        }
        Self::reach_or_make(config).await
    }

    /// For a command that may be the first on its ledger (`import`): the same, and where there is no ledger yet it makes one.
    pub async fn reach_or_make(config: &Config) -> anyhow::Result<Self> {
        if let Some(url) = &config.database_url {
            return Ok(Self::of_operator(&url.0));
        }
        match start(config).await {
            Ok(embedded) => Ok(Self::started(config, embedded)),
            Err(EmbeddedError::InUse { .. }) => {
                let file = config.data_dir.join(URL_FILE);
                let url = std::fs::read_to_string(&file).with_context(|| {
                    format!("the service's database is not known ({}); is it still starting?", file.display())
                })?;
                Ok(Self { url, place: "the running service's database".to_owned(), _supervisor: None })
            }
            Err(error) => Err(error.into()),
        }
    }

    fn of_operator(url: &str) -> Self {
        Self { url: url.to_owned(), place: "DATABASE_URL".to_owned(), _supervisor: None }
    }

    fn started(config: &Config, embedded: Embedded) -> Self {
        let url = embedded.url().to_owned();
        if let Some(notice) = embedded.notice() {
            tracing::info!("{notice}");
        }
        // Only commands beside a running service read it: without it they say so.
        let _ = std::fs::write(config.data_dir.join(URL_FILE), &url);
        let place = format!("private PostgreSQL in {}", embedded.data_folder().display());
        Self { url, place, _supervisor: Some(Supervisor::start(embedded)) }
    }
}

/// Lets a command work on a ledger that is there, beside a running service or alone, and ends what was started for it.
pub async fn on_ledger(
    config: Config,
    work: impl AsyncFnOnce(&App) -> anyhow::Result<()>,
) -> anyhow::Result<Ended> {
    let database = Database::reach(&config).await?;
    work_on(database, config, work).await
}

/// The same for a command that may make the ledger.
pub async fn on_new_ledger(
    config: Config,
    work: impl AsyncFnOnce(&App) -> anyhow::Result<()>,
) -> anyhow::Result<Ended> {
    let database = Database::reach_or_make(&config).await?;
    work_on(database, config, work).await
}

/// Goes on if the data directory holds a ledger. A command in the wrong folder would otherwise make an empty one there and
/// say that all is well.
fn require_data(config: &Config) -> anyhow::Result<()> {
    // A link that leads nowhere is a ledger whose data is missing, which the server's start says.
    if config.data_dir.join(DATA).symlink_metadata().is_ok() {
        return Ok(());
    }
    let dir = std::path::absolute(&config.data_dir).unwrap_or_else(|_| config.data_dir.clone());
    bail!(
        "there is no ledger in {}; go to the folder it was made in, or set LEDGER_DATA_DIR or DATABASE_URL (lead-ledger \
         serve makes a new one)",
        dir.display()
    )
}

/// Goes on if the operator's database holds a ledger.
async fn require_ledger(url: &str) -> anyhow::Result<()> {
    let pool = pool::reach(url).await?;
    let place = pool::place(&pool.connect_options());
    let is_there: bool =
        sqlx::query_scalar("SELECT to_regclass('public.events') IS NOT NULL").fetch_one(&pool).await?;
    pool.close().await;
    if is_there {
        return Ok(());
    }
    bail!(
        "the database at {place} that DATABASE_URL names holds no ledger; correct DATABASE_URL (lead-ledger serve makes a new \
         one)"
    )
}

async fn work_on(
    database: Database,
    config: Config,
    work: impl AsyncFnOnce(&App) -> anyhow::Result<()>,
) -> anyhow::Result<Ended> {
    let app = App::start(config, &database.url, "", None).await?;
    let done = work(&app).await;
    app.end().await;
    tokio::task::spawn_blocking(move || drop(database)).await?;
    done.map(|()| Ended::Done)
}

async fn start(config: &Config) -> Result<Embedded, EmbeddedError> {
    let options = Options {
        data_dir: config.data_dir.clone(),
        bin_dir: config.pg_bin.clone(),
        may_install: config.installing == Installing::Allowed,
        settings: Vec::new(),
    };
    let started = tokio::task::spawn_blocking(move || {
        create_data_dir(Path::new(&options.data_dir))?;
        Embedded::start(&options)
    });
    started.await.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
}
