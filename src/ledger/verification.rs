//! What did the last verification find? Kept for whoever asks; made again by the next run.

use super::Ledger;
use super::error::RecordError;
use serde_json::Value;

/// Where the last report is kept: it is no history.
const KIND: &str = "verification";

impl Ledger {
    /// The report of the last verification.
    pub async fn last_verification(&self) -> Result<Option<Value>, RecordError> {
        let text = self.find_secret(KIND, "last").await?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }
}

/// Keeps a report.
pub async fn keep(pool: &sqlx::PgPool, report: &Value) -> Result<(), sqlx::Error> {
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
