//! How is the database reached? One pool of connections that see the read models of schema `live`.
//!
//! `public` comes first: that is where migrations keep their own table, and no read model lives there.

use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, PgPool};
use std::str::FromStr;
use std::time::Duration;

/// The schema's history; applied at every start.
pub static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// Connections of the pool; lane, follower and listener have their own.
const CONNECTIONS: u32 = 16;

/// How a connection to `url` is made.
pub fn options(url: &str) -> Result<PgConnectOptions, sqlx::Error> {
    let options = PgConnectOptions::from_str(url)?
        .application_name("lead-ledger")
        .statement_cache_capacity(256)
        .options([
            ("search_path", "public,live"),
            ("default_transaction_isolation", "read\\ committed"),
            // Compiling a statement costs more than any of ours takes.
            ("jit", "off"),
        ])
        .log_slow_statements(tracing::log::LevelFilter::Debug, Duration::from_secs(5));
    Ok(options.log_statements(tracing::log::LevelFilter::Trace))
}

/// For who sends the same few statements all day and reaches every row by its key: planned once, and never a scan.
pub fn by_key(options: PgConnectOptions) -> PgConnectOptions {
    options.options([("enable_seqscan", "off"), ("plan_cache_mode", "force_generic_plan")])
}

/// A pool of such connections.
pub async fn connect(options: PgConnectOptions) -> Result<PgPool, sqlx::Error> {
    connect_some(options, CONNECTIONS).await
}

/// A pool of so many such connections.
pub async fn connect_some(options: PgConnectOptions, connections: u32) -> Result<PgPool, sqlx::Error> {
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(5))
        .test_before_acquire(false)
        .connect_with(options)
        .await
}

/// Brings the schema up to date. Several processes at once take turns.
pub async fn migrate(pool: &PgPool) -> Result<(), sqlx::migrate::MigrateError> {
    MIGRATIONS.run(pool).await
}
