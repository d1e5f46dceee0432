//! What may be used once: a hand-over link, a signature's nonce.

use crate::ledger::desk::Desk;
use crate::ledger::record::Action;
use crate::ledger::{Context, Ledger, RecordError};
use domain::keys::{Key, TakeKey};
use domain::time::Instant;

/// Uses a key that may be used once. Answers whether this is the first use.
struct UseOnce {
    key: Key,
    until: Instant,
}

impl Action for UseOnce {
    type Answer = bool;

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<bool, RecordError> {
        if desk.key(&self.key).await?.is_some() {
            return Ok(false);
        }
        let (key, until) = (self.key.clone(), Some(self.until));
        // A holder of its own: after a lost connection it says whether this very use was stored.
        desk.take(TakeKey { key, holder: desk.new_id().to_string(), until, outcome: None });
        Ok(true)
    }
}

impl Ledger {
    /// Uses a key; false if it was used before. Remembered `until` it would be over anyway.
    pub async fn use_once(&self, context: &Context, key: Key, until: Instant) -> Result<bool, RecordError> {
        self.record(context, &UseOnce { key, until }).await.map(|recorded| recorded.answer)
    }
}
