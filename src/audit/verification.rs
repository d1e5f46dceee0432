//! Is all as it should be? The log's chain, and every read model against a fresh fold of it; what the last run found is kept
//! for whoever asks.

use crate::audit::chain::{self, ChainReport};
use crate::ledger::Ledger;
use crate::ledger::error::RecordError;
use anyhow::Context;
use domain::time::Instant;
use projections::checkpoint;
use projections::feed::FeedError;
use projections::rebuild::{self, Progress, Report, Targets};
use serde::Serialize;
use serde_json::Value;
use sqlx::PgPool;

/// Where the last report is kept: it is no history.
const KIND: &str = "verification";

/// What a verification found.
#[derive(Clone, Debug, Serialize)]
pub struct Verification {
    pub is_clean: bool,
    /// The last position that was looked at.
    pub head: i64,
    /// When it was over, by the database's clock.
    pub verified_at: Instant,
    pub chain: ChainReport,
    /// Why the read models do not stand on this log; `None`: they do.
    pub read_models_stand: Option<String>,
    /// `None`: the log has faults, and a fold of it would prove nothing.
    pub read_models: Option<Report>,
}

/// Verifies and keeps what was found. `on_chain` and `on_folding` are told how many positions of how many were looked at.
pub async fn run(
    pool: &PgPool,
    on_chain: impl Fn(i64, i64),
    on_folding: Progress,
) -> anyhow::Result<Verification> {
    let chain = chain::check(pool, on_chain).await.context("the log cannot be read")?;
    let read_models_stand = match checkpoint::compare_with_log(&mut *pool.acquire().await?).await {
        Ok(()) => None,
        Err(FeedError::Database(error)) => return Err(error.into()),
        Err(diverged) => Some(diverged.to_string()),
    };
    let read_models = if chain.faults.is_empty() {
        let report = rebuild::run(pool, &Targets::all(), true, on_folding).await;
        Some(report.context("the read models could not be compared")?)
    } else {
        None
    };
    let is_clean = read_models_stand.is_none() && read_models.as_ref().is_some_and(Report::is_clean);
    let verified_at = sqlx::query_scalar("SELECT clock_timestamp()").fetch_one(pool).await?;
    let head = chain.head;
    let found = Verification { is_clean, head, verified_at, chain, read_models_stand, read_models };
    keep(pool, &serde_json::to_value(&found)?).await?;
    Ok(found)
}

impl Ledger {
    /// The report of the last verification.
    pub async fn last_verification(&self) -> Result<Option<Value>, RecordError> {
        Ok(last(self.pool()).await?)
    }
}

/// The same for a reader who has only the database.
pub async fn last(pool: &PgPool) -> Result<Option<Value>, sqlx::Error> {
    let text: Option<String> =
        sqlx::query_scalar("SELECT value FROM secrets WHERE kind = $1 AND id = 'last'")
            .bind(KIND)
            .fetch_optional(pool)
            .await?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

async fn keep(pool: &PgPool, report: &Value) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO secrets (kind, id, value) VALUES ($1, 'last', $2) \
         ON CONFLICT (kind, id) DO UPDATE SET value = EXCLUDED.value",
    )
    .bind(KIND)
    .bind(report.to_string())
    .execute(pool)
    .await?;
    Ok(())
}
