//! Which stream holds a key, and which keys may be forgotten?

use super::Ledger;
use super::error::RecordError;
use domain::keys::{Key, KeyKind};
use serde_json::Value;
use std::collections::HashSet;
use uuid::Uuid;

/// Keys forgotten under one hold of the append lock.
const FORGET_AT_ONCE: i32 = 1_000;
/// The most holders of one key that are looked at.
const HOLDERS_MAX: i64 = 100;

/// A key that somebody holds.
#[derive(Clone, Debug)]
pub struct HeldKey {
    pub holder: String,
    /// Receipts: the answer once given.
    pub outcome: Option<Value>,
}

impl Ledger {
    /// Whoever holds a key now; of several the one that has held it longest.
    pub async fn find_key(&self, key: &Key) -> Result<Option<HeldKey>, RecordError> {
        let row: Option<(String, Option<String>)> = sqlx::query_as(
            "SELECT holder, outcome::text FROM keys WHERE kind = $1 AND key = $2 AND (until IS NULL OR until > $3) \
             ORDER BY position, holder LIMIT 1",
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

    /// Every stream that holds a claim now, the longest first.
    pub async fn holders(&self, key: &Key) -> Result<Vec<Uuid>, RecordError> {
        let holders: Vec<String> = sqlx::query_scalar(
            "SELECT holder FROM keys WHERE kind = $1 AND key = $2 AND until IS NULL ORDER BY position, holder LIMIT $3",
        )
        .bind(key.kind.as_str())
        .bind(&key.key)
        .bind(HOLDERS_MAX)
        .fetch_all(self.pool())
        .await?;
        Ok(holders.iter().filter_map(|holder| holder.parse().ok()).collect())
    }

    /// Which of these claims somebody holds.
    pub async fn held_among(&self, kind: KeyKind, keys: Vec<String>) -> Result<HashSet<String>, RecordError> {
        let held: Vec<String> =
            sqlx::query_scalar("SELECT DISTINCT key FROM keys WHERE kind = $1 AND key = ANY($2)")
                .bind(kind.as_str())
                .bind(keys)
                .fetch_all(self.pool())
                .await?;
        Ok(held.into_iter().collect())
    }

    /// Removes keys whose time is over by every clock seen lately. They refuse nobody; they only take room. By a clock that
    /// is ahead for a minute, sessions that were ended and answers once given would be forgotten for good. A piece at a
    /// time: appends wait for each.
    pub async fn forget_expired_keys(&self) -> Result<(), RecordError> {
        let Some(past) = self.safely_past() else { return Ok(()) };
        loop {
            let forgotten: i32 = sqlx::query_scalar("SELECT ledger_forget($1, $2)")
                .bind(past)
                .bind(FORGET_AT_ONCE)
                .fetch_one(self.pool())
                .await?;
            if forgotten < FORGET_AT_ONCE {
                return Ok(());
            }
        }
    }
}
