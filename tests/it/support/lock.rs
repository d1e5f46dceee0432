//! Somebody who holds the ledger's lock: nothing is appended until it is released.

use sqlx::{Connection, Executor, PgConnection};
use std::time::{Duration, Instant};

/// An open transaction that holds the lock.
pub struct LedgerLock(PgConnection);

impl LedgerLock {
    pub async fn take(database_url: &str) -> Self {
        let mut conn = PgConnection::connect(database_url).await.unwrap();
        conn.execute("BEGIN; SELECT ledger_lock()").await.unwrap();
        Self(conn)
    }

    /// Waits until so many sessions wait for the lock; answers whether they did in time.
    pub async fn is_awaited_by(&mut self, sessions: i64, patience: Duration) -> bool {
        let until = Instant::now() + patience;
        while Instant::now() < until {
            let waiting: i64 = sqlx::query_scalar(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted \
                 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            )
            .fetch_one(&mut self.0)
            .await
            .unwrap();
            if waiting >= sessions {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        false
    }

    pub async fn release(mut self) {
        self.0.execute("COMMIT").await.unwrap();
    }
}
