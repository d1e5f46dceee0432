//! Which database does a command work on? The operator's, the running service's private one, or the private one
//! started for this command.

use super::Ended;
use crate::config::Config;
use crate::postgres::data_directory::create_data_dir;
use crate::postgres::embedded::{Embedded, Options};
use crate::postgres::embedded_error::EmbeddedError;
use crate::postgres::supervise::Supervisor;
use crate::state::App;
use anyhow::Context;
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

    /// For a command: uses the server of a running service if there is one.
    pub async fn reach(config: &Config) -> anyhow::Result<Self> {
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
        let place = format!("private PostgreSQL in {}", config.data_dir.display());
        Self { url, place, _supervisor: Some(Supervisor::start(embedded)) }
    }
}

/// Lets a command work on the ledger, beside a running service or alone, and ends what was started for it.
pub async fn on_ledger(
    config: Config,
    work: impl AsyncFnOnce(&App) -> anyhow::Result<()>,
) -> anyhow::Result<Ended> {
    let database = Database::reach(&config).await?;
    let app = App::start(config, &database.url, "", None).await?;
    let done = work(&app).await;
    app.end().await;
    tokio::task::spawn_blocking(move || drop(database)).await?;
    done.map(|()| Ended::Done)
}

async fn start(config: &Config) -> Result<Embedded, EmbeddedError> {
    let options =
        Options { data_dir: config.data_dir.clone(), bin_dir: config.pg_bin.clone(), settings: Vec::new() };
    let started = tokio::task::spawn_blocking(move || {
        create_data_dir(Path::new(&options.data_dir))?;
        Embedded::start(&options)
    });
    started.await.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
}
