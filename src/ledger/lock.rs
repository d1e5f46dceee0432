//! Who holds the append lock? Whoever holds it for long stops every append of every process.

use super::Ledger;
use super::error::RecordError;

impl Ledger {
    /// For how many seconds a transaction has been open that holds the append lock now; `None`: nobody holds it, or this
    /// role may not know since when.
    pub async fn lock_held_seconds(&self) -> Result<Option<f64>, RecordError> {
        // `ledger_lock` takes this lock; its 64 bits stand in two columns.
        Ok(sqlx::query_scalar(
            "SELECT max(extract(epoch FROM clock_timestamp() - a.xact_start))::float8 \
             FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid \
             WHERE l.locktype = 'advisory' AND l.granted AND l.database = (SELECT oid FROM pg_database \
                 WHERE datname = current_database()) \
             AND (l.classid::bigint << 32 | l.objid::bigint) = 7215463981 AND l.objsubid = 1",
        )
        .fetch_one(self.pool())
        .await?)
    }
}
