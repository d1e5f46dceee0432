//! How is the database reached? One pool of connections that see the read models of schema `live`.
//!
//! `public` comes first: that is where migrations keep their own table, and no read model lives there.

use anyhow::{Context, bail};
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

/// Where a database is, for messages: host and port, or the folder of its socket; no user and no password.
pub fn place(options: &PgConnectOptions) -> String {
    match options.get_socket() {
        Some(socket) => socket.display().to_string(),
        None if options.get_host().starts_with('/') => options.get_host().to_owned(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    }
}

/// A pool of connections to `url`, or a sentence that names where the database was looked for and the next step.
pub async fn reach(url: &str) -> anyhow::Result<PgPool> {
    let options = options(url)
        .context("the database URL cannot be read; example: DATABASE_URL=postgres://user@host/db")?;
    let place = place(&options);
    connect(options).await.with_context(|| {
        format!(
            "the database at {place} does not answer; is it running, and does it let this machine in? \
             Start it, or correct DATABASE_URL"
        )
    })
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

/// What the server says of itself: whether it is a standby, and whether a crash loses nothing that was acknowledged. The
/// lane asks for `synchronous_commit` by itself; these two only the server can set.
pub async fn require_durable(pool: &PgPool, is_production: bool) -> anyhow::Result<()> {
    let (is_standby, fsync, full_page_writes): (bool, String, String) = sqlx::query_as(
        "SELECT pg_is_in_recovery(), current_setting('fsync'), current_setting('full_page_writes')",
    )
    .fetch_one(pool)
    .await?;
    if is_standby {
        bail!("the database is a standby, which takes no writes; set DATABASE_URL to its primary");
    }
    if fsync == "on" && full_page_writes == "on" {
        return Ok(());
    }
    let problem = format!(
        "the database loses acknowledged writes in a crash (fsync = {fsync}, full_page_writes = {full_page_writes}); \
         set both to on"
    );
    if is_production {
        bail!(problem);
    }
    tracing::warn!("{problem}");
    Ok(())
}

/// Brings the schema up to date. Several processes at once take turns.
pub async fn migrate(pool: &PgPool) -> Result<(), sqlx::migrate::MigrateError> {
    MIGRATIONS.run(pool).await?;
    open_door(pool).await.map_err(sqlx::migrate::MigrateError::Execute)
}

/// Lets in what this release reads: plain postgres-es is refused any other event.
async fn open_door(pool: &PgPool) -> Result<(), sqlx::Error> {
    let (mut kinds, mut names, mut versions) = (Vec::new(), Vec::new(), Vec::new());
    for (kind, name, version) in domain::stored::readable() {
        kinds.push(kind.as_str());
        names.push(name);
        versions.push(version);
    }
    sqlx::query(
        "INSERT INTO event_types SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) ON CONFLICT DO NOTHING",
    )
    .bind(kinds)
    .bind(names)
    .bind(versions)
    .execute(pool)
    .await?;
    Ok(())
}
