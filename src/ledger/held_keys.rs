//! Who holds a key, and which keys may be forgotten?

use super::Ledger;
use super::error::RecordError;
use domain::keys::Key;
use serde_json::Value;

/// A key that somebody holds.
#[derive(Clone, Debug)]
pub struct HeldKey {
    pub holder: String,
    /// Receipts: the answer once given.
    pub outcome: Option<Value>,
}

impl Ledger {
    /// Whoever holds a key now.
    pub async fn find_key(&self, key: &Key) -> Result<Option<HeldKey>, RecordError> {
        let row: Option<(String, Option<String>)> = sqlx::query_as(
            "SELECT holder, outcome::text FROM keys WHERE kind = $1 AND key = $2 AND (until IS NULL OR until > $3)",
        )
        .bind(key.kind.as_str())
        .bind(&key.key)
        .bind(self.now())
        .fetch_optional(self.pool())
        .await?;
        Ok(row.map(|(holder, outcome)| HeldKey {
            holder,
            outcome: outcome.and_then(|text| serde_json::from_str(&text).ok()),
        }))
    }

    /// Removes keys whose time is over. They refuse nobody; they only take room.
    pub async fn forget_expired_keys(&self) -> Result<(), RecordError> {
        sqlx::query("DELETE FROM keys WHERE until <= $1").bind(self.now()).execute(self.pool()).await?;
        Ok(())
    }
}
