//! The lane's session: one connection whose durability and patience are its own, and an end to the one before it.

use domain::time::Instant;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Executor};
use std::time::Duration;

/// How long a connection may take to be made.
const CONNECT_MAX: Duration = Duration::from_secs(2);

/// Durable whatever the server's default is, and no lock is held for long on behalf of a client that is gone.
/// (`remote_write` and `remote_apply` wait for a standby and stay.)
const SETTINGS: &str = "
    SELECT set_config('synchronous_commit', 'on', false)
    WHERE current_setting('synchronous_commit') IN ('off', 'local');
    SET lock_timeout = '4s';
    SET idle_in_transaction_session_timeout = '5s';
    SET tcp_user_timeout = '10s'";

/// Which session of the server it is: process ids come again, but not with the same start.
#[derive(Clone, Copy)]
struct Name {
    pid: i32,
    started_at: Instant,
}

/// The lane's connection, made when it is needed.
pub(super) struct Session {
    options: PgConnectOptions,
    conn: Option<(PgConnection, Name)>,
    lost: Option<Name>,
}

impl Session {
    pub(super) fn new(options: PgConnectOptions) -> Self {
        Self { options, conn: None, lost: None }
    }

    /// Lets go of the connection; what it still does is ended before another one is used.
    pub(super) fn lose(&mut self) {
        if let Some((_, name)) = self.conn.take() {
            self.lost = Some(name);
        }
    }

    /// The connection. A new one ends the lost session first: its statement may still wait for the lock, and must not
    /// store later what is found not to be stored now.
    pub(super) async fn connect(&mut self) -> Result<&mut PgConnection, sqlx::Error> {
        if self.conn.is_none() {
            let made = tokio::time::timeout(CONNECT_MAX, self.open()).await;
            let (mut conn, name) =
                made.unwrap_or_else(|_| Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())))?;
            if let Some(lost) = self.lost {
                end(&mut conn, lost).await?;
                self.lost = None;
            }
            self.conn = Some((conn, name));
        }
        let (conn, _) = self.conn.as_mut().expect("invariant: connected just above");
        Ok(conn)
    }

    async fn open(&self) -> Result<(PgConnection, Name), sqlx::Error> {
        let mut conn = self.options.connect().await?;
        conn.execute(SETTINGS).await?;
        let (pid, started_at) =
            sqlx::query_as("SELECT pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()")
                .fetch_one(&mut conn)
                .await?;
        Ok((conn, Name { pid, started_at }))
    }
}

/// Ends a session of this role and waits until it is gone.
async fn end(conn: &mut PgConnection, name: Name) -> Result<(), sqlx::Error> {
    const WAIT_MS: i64 = 2_000;
    sqlx::query(
        "SELECT pg_terminate_backend(pid, $3) FROM pg_stat_activity WHERE pid = $1 AND backend_start = $2",
    )
    .bind(name.pid)
    .bind(name.started_at)
    .bind(WAIT_MS)
    .execute(conn)
    .await?;
    Ok(())
}
