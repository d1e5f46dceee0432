//! Which tokens are void? Those that somebody logged out with. Every request of a person asks; those that wait at the same time
//! share a statement.

use super::Ledger;
use super::error::RecordError;
use domain::keys::{Key, KeyKind};
use projections::together::Lookup;
use sqlx::PgPool;
use std::collections::HashMap;
use uuid::Uuid;

/// Finds ended sessions by the ids of their tokens.
#[derive(Debug)]
pub(super) struct Ended;

impl Lookup for Ended {
    type Key = Uuid;
    type Found = ();

    async fn find(&self, pool: &PgPool, ids: &[Uuid]) -> Result<HashMap<Uuid, ()>, sqlx::Error> {
        let keys: HashMap<String, Uuid> = ids.iter().map(|id| (Key::ended_session(*id).key, *id)).collect();
        // Kept for as long as the token would be good: whether that is over, the token tells.
        let ended: Vec<String> = sqlx::query_scalar("SELECT key FROM keys WHERE kind = $1 AND key = ANY($2)")
            .bind(KeyKind::EndedSession.as_str())
            .bind(keys.keys().cloned().collect::<Vec<_>>())
            .fetch_all(pool)
            .await?;
        Ok(ended.iter().filter_map(|key| Some((*keys.get(key)?, ()))).collect())
    }
}

impl Ledger {
    /// Whether somebody logged out with the token of this id.
    pub async fn is_ended(&self, token_id: Uuid) -> Result<bool, RecordError> {
        Ok(self.inner.ended.find(&self.inner.by_key, token_id).await?.is_some())
    }
}
