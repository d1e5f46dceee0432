//! The database as the doctor sees it: is it there, and if not, what is the next step?

use super::finding::{Finding, State, quoted};
use crate::cli::database::Database;
use crate::config::Config;
use crate::postgres::embedded_error::EmbeddedError;
use projections::Views;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, PgConnection, PgPool};
use std::str::FromStr;
use std::time::Duration;

const CHECK: &str = "database";

/// A database that answers, and a ledger in it.
pub struct Ledger<'a> {
    pub config: &'a Config,
    pub options: PgConnectOptions,
    /// A connection with the server's own settings for this user, not the service's.
    pub conn: PgConnection,
    /// Connections that read only: the doctor changes nothing.
    pub pool: PgPool,
    pub views: Views,
}

impl<'a> Ledger<'a> {
    pub async fn open(config: &'a Config, url: &str) -> Result<Self, sqlx::Error> {
        let options = PgConnectOptions::from_str(url)?.application_name("lead-ledger doctor");
        let conn = PgConnection::connect_with(&options).await?;
        let reading = options
            .clone()
            .options([("search_path", "public,live"), ("default_transaction_read_only", "on")]);
        let pool = PgPoolOptions::new()
            .max_connections(2)
            .acquire_timeout(Duration::from_secs(5))
            .connect_with(reading)
            .await?;
        let views = Views::new(pool.clone(), pool.clone());
        Ok(Self { config, options, conn, pool, views })
    }

    /// Whether the database is the service's own private server.
    pub fn is_private(&self) -> bool {
        self.config.database_url.is_none()
    }

    /// A line that runs SQL on this database.
    pub fn psql(&self, statements: &[String]) -> String {
        let mut words = vec![format!("psql {}", place(&self.options))];
        words.extend(statements.iter().map(|statement| format!("-c {}", quoted(statement))));
        words.join(" ")
    }

    /// Statements that change a setting for this user on this database, whatever sets it now.
    pub fn set_for_user(&self, name: &str, value: &str) -> String {
        let user = self.options.get_username();
        let database = self.options.get_database().unwrap_or(user);
        self.psql(&[format!("ALTER ROLE \"{user}\" IN DATABASE \"{database}\" SET {name} = {value}")])
    }

    /// Statements that change a setting of the whole server.
    pub fn set_for_all(&self, name: &str, value: &str) -> String {
        let reload = "SELECT pg_reload_conf()".to_owned();
        self.psql(&[format!("ALTER SYSTEM SET {name} = {value}"), reload])
    }
}

/// How PostgreSQL's programs find a database: without its password, which they ask for.
fn place(options: &PgConnectOptions) -> String {
    let host = options.get_socket().map_or(options.get_host().to_owned(), |path| path.display().to_string());
    let user = options.get_username();
    let database = options.get_database().unwrap_or(user);
    format!("-h {} -p {} -U {} -d {}", quoted(&host), options.get_port(), quoted(user), quoted(database))
}

/// Whether the database server runs on this machine.
pub fn is_local(options: &PgConnectOptions) -> bool {
    let host = options.get_host();
    options.get_socket().is_some()
        || host.starts_with('/')
        || ["localhost", "127.0.0.1", "::1", "[::1]"].contains(&host)
}

pub fn answers(database: &Database) -> Finding {
    Finding::ok(CHECK, format!("{} answers", database.place))
}

/// Why there is no database to look at.
pub fn unreachable(config: &Config, error: &anyhow::Error) -> Finding {
    let found = format!("{error:#}");
    let found = found.lines().next().unwrap_or_default();
    let next = next_step(config, error);
    Finding::of_message(CHECK, State::Broken, found, next)
}

fn next_step(config: &Config, error: &anyhow::Error) -> String {
    if let Some(error) = error.chain().find_map(|cause| cause.downcast_ref::<EmbeddedError>()) {
        return next_of_private(config, error);
    }
    let database = error.chain().find_map(|cause| cause.downcast_ref::<sqlx::Error>());
    let Some(options) = config.database_url.as_ref().map(|url| PgConnectOptions::from_str(&url.0)) else {
        return "lead-ledger serve".to_owned();
    };
    let Ok(options) = options else {
        return "export DATABASE_URL=\"postgres://user:password@host:5432/database\"".to_owned();
    };
    match database {
        // The database answered, and holds no ledger.
        None => "lead-ledger serve".to_owned(),
        Some(sqlx::Error::Database(_)) => format!("psql {}", place(&options)),
        Some(_) if is_local(&options) => "sudo systemctl start postgresql".to_owned(),
        Some(_) => format!("pg_isready -h {} -p {}", quoted(options.get_host()), options.get_port()),
    }
}

fn next_of_private(config: &Config, error: &EmbeddedError) -> String {
    if let EmbeddedError::OtherVersion { made_by, .. } = error {
        return format!("sudo apt-get install postgresql-{made_by}");
    }
    if let EmbeddedError::NoPrograms { .. } = error {
        return "sudo apt-get install postgresql".to_owned();
    }
    if let EmbeddedError::DataOutOfReach { data, .. } = error {
        let above: Vec<_> = data.ancestors().skip(1).map(|dir| quoted(&dir.to_string_lossy())).collect();
        return format!("sudo chmod o+x {}", above.join(" "));
    }
    if let EmbeddedError::ForeignServer { data, .. } = error {
        return format!("pg_ctl stop -m fast -D {}", quoted(&data.to_string_lossy()));
    }
    if let EmbeddedError::StartFailed { log, .. } = error {
        return format!("tail -n 50 {}", quoted(&log.to_string_lossy()));
    }
    if let EmbeddedError::NoServerAccount = error {
        return "useradd --system postgres".to_owned();
    }
    format!("ls -la {}", quoted(&config.data_dir.to_string_lossy()))
}
