//! `lead-ledger serve`: migrates and serves until told to stop.

use super::database::Database;
use super::{Ended, demo, secrets};
use crate::config::{Config, Secret};
use crate::dialects::router;
use crate::http::serve::serve;
use crate::http::tokens::Use;
use crate::postgres::pool;
use crate::shutdown;
use crate::state::App;
use anyhow::Context;
use clap::Args;
use domain::agent::Agent;
use domain::principal::Role;
use tokio::net::TcpListener;

const EXAMPLES: &str = "\
Without DATABASE_URL the service runs a private PostgreSQL in LEDGER_DATA_DIR,
by default ./.lead-ledger. Its first lines say where it listens and where the
first admin's password is. Ctrl-C or SIGTERM ends it within ten seconds.

Examples:
  lead-ledger serve --demo
  LEDGER_BIND=127.0.0.1:9000 lead-ledger serve
  DATABASE_URL=postgres://user@host/database lead-ledger serve";

#[derive(Clone, Debug, Default, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// Fills an empty ledger with ten people and 200 numbers, and allows dialing round the clock.
    #[arg(long)]
    demo: bool,
}

pub async fn run(config: Config, options: Options) -> anyhow::Result<Ended> {
    crate::telemetry::metrics();
    let descriptors = crate::http::descriptors::raise();
    tracing::debug!(descriptors, "files and connections that may be open at once");
    let database = Database::open(&config).await?;
    let jwt_secret = given_or_kept(&config, config.jwt_secret.as_ref().map(|s| s.0.clone()), "jwt-secret")?;
    let dialer_token =
        given_or_kept(&config, config.dialer_token.as_ref().map(|s| s.0.clone()), "dialer-token")?;
    let mut config = config;
    let from_dialer_key = given_or_kept(
        &config,
        config.from_dialer.api_key.as_ref().map(|secret| secret.0.clone()),
        "from-dialer-key",
    )?;
    config.from_dialer.api_key = Some(Secret(from_dialer_key.clone()));
    if config.from_dialer.is_open {
        tracing::warn!("DIALER_API_KEY is not set: /api/leads/from-dialer takes clicks from anybody");
    }
    let bind = config.bind;
    let listener = TcpListener::bind(bind).await.with_context(|| {
        format!("{bind} is in use or not an address of this machine; choose another: LEDGER_BIND=127.0.0.1:0")
    })?;
    let address = listener.local_addr()?;
    // In production the bound address says nothing of how browsers come here: links stay without a host.
    if config.public_url.is_empty() && !config.is_production {
        config.public_url = format!("http://{address}");
    }
    let app = App::start(config.clone(), &database.url, &jwt_secret, None).await?;
    pool::require_durable(&app.pool, config.is_production).await?;
    let admin_password = first_admin(&app).await?;
    app.ledger.ensure_dialer(&dialer_token, &config.region_panel.to_string()).await?;
    app.ledger.ensure_from_dialer(&from_dialer_key, &config.region_from_dialer.to_string()).await?;
    let password = config.admin_password.as_ref().map(|secret| secret.0.clone());
    let password = password.or_else(|| admin_password.clone());
    let demo = if options.demo { demo::fill(&app, password.as_deref()).await? } else { None };
    let banner = Banner {
        address: address.to_string(),
        config: &config,
        database: &database.place,
        admin_password,
        demo,
    };
    banner.print();

    serve(listener, router(app.clone()), &app.tasks, shutdown::asked()).await;
    tracing::info!("stopping: no new requests");
    let tasks = app.tasks.clone();
    tasks.stop();
    drop(app);
    if !tasks.wait().await {
        tracing::warn!("some tasks did not end in time; what was acknowledged is stored all the same");
    }
    tokio::task::spawn_blocking(move || drop(database)).await?;
    Ok(Ended::Done)
}

fn given_or_kept(config: &Config, given: Option<String>, name: &str) -> anyhow::Result<String> {
    match given {
        Some(secret) => Ok(secret),
        None => secrets::kept(&config.data_dir, name),
    }
}

/// The file in the data directory that a made-up password of the first admin is written to.
const ADMIN_PASSWORD: &str = "admin-password";

/// Registers the first admin of an empty ledger. Answers a password that was made up.
///
/// It is written to a file of mode 0600, once, before the admin is registered: a service in production that refused to
/// start without `LEDGER_ADMIN_PASSWORD` would make people put the password into a settings file for good, where it stays
/// longer than it is needed. Where the file cannot be written, the service does not start.
async fn first_admin(app: &App) -> anyhow::Result<Option<String>> {
    if !app.ledger.has_nobody().await? {
        return Ok(None);
    }
    let given = app.config.admin_password.as_ref().map(|secret| secret.0.clone());
    let password = given.clone().unwrap_or_else(secrets::random);
    if given.is_none() {
        let kept = secrets::keep(&app.config.data_dir, ADMIN_PASSWORD, &password);
        kept.context("the first admin needs a password; set LEDGER_ADMIN_PASSWORD")?;
    }
    app.ledger.register_first_admin(&app.config.first_admin(password.clone())).await?;
    Ok(given.is_none().then_some(password))
}

struct Banner<'a> {
    address: String,
    config: &'a Config,
    database: &'a str,
    admin_password: Option<String>,
    /// A token of the demo's admin.
    demo: Option<String>,
}

impl Banner<'_> {
    fn print(&self) {
        let data_dir = self.config.data_dir.display();
        eprintln!("lead-ledger {} on http://{}", env!("CARGO_PKG_VERSION"), self.address);
        eprintln!("  database      {}", self.database);
        if let Some(password) = &self.admin_password {
            let name = &self.config.admin_username;
            // In production what is printed here is kept in logs, for years and for many eyes.
            if self.config.is_production {
                eprintln!(
                    "  first admin   {name}, password in {data_dir}/{ADMIN_PASSWORD} (written once; change it, delete the file)"
                );
            } else {
                eprintln!("  first admin   {name} / {password}   (shown once)");
            }
        }
        if self.config.dialer_token.is_none() {
            eprintln!("  dialer token  in {data_dir}/dialer-token");
        }
        if let Some(token) = &self.demo {
            if self.admin_password.is_some() || self.config.admin_password.is_some() {
                eprintln!("  demo people   CalebG, agent1, qualifier1 ... with the first admin's password");
            }
            eprintln!("  agents' page  {}/agent-dashboard", self.config.public_url);
            eprintln!("\n  export API_TOKEN={token}");
        }
        let token = if self.config.dialer_token.is_some() {
            "$DIALER_TOKEN".to_owned()
        } else {
            format!("$(cat {data_dir}/dialer-token)")
        };
        eprintln!("\nTry:\n  curl -s -H \"Authorization: Bearer {token}\" \\");
        eprintln!("    'http://{}/api/dialer/next-batch?size=3'\n", self.address);
    }
}

/// A token for the first admin, so that the documents' own command lines run as printed.
pub fn admin_token(app: &App, id: uuid::Uuid) -> Option<String> {
    app.tokens.issue(Use::Api, id, &Agent { role: Role::Admin, ..Agent::default() })
}
