//! Settling: which keys must a stream hold after plain postgres-es has appended to it? The door settles keys with the events it
//! stores; what came by another way is settled here, by the stream's own state, and checked like any other decision.

use crate::ledger::desk::Desk;
use crate::ledger::error::RecordError;
use crate::ledger::record::Action;
use crate::ledger::{Context, Ledger};
use domain::keys::Key;
use domain::stream::{State, StreamId};
use projections::steps;
use std::collections::BTreeSet;

/// Streams settled in one go.
const AT_ONCE: i64 = 100;

/// Takes the keys that a stream holds by its state and gives back those that it ever held and holds no more. A key that
/// another stream holds alone stays with that one.
pub(crate) struct SettleStream {
    pub stream: StreamId,
    /// Keys that the table says it holds.
    pub extra: Vec<(Key, String)>,
}

impl Action for SettleStream {
    type Answer = ();

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<(), RecordError> {
        let folded = desk.stream(self.stream).await?;
        let held = folded.state.held_keys(self.stream.id);
        let mut released = desk.keys_ever_held(self.stream).await?;
        released.extend(self.extra.iter().cloned());
        for (key, holder, _) in &held {
            released.remove(&(key.clone(), holder.clone()));
        }
        desk.settle(held, released);
        Ok(())
    }
}

impl Desk<'_> {
    /// Every key that a stream has ever held, with its holder.
    async fn keys_ever_held(&self, stream: StreamId) -> Result<BTreeSet<(Key, String)>, RecordError> {
        let mut conn = self.pool().acquire().await?;
        let mut state = State::empty(stream.kind);
        let mut ever = BTreeSet::new();
        for step in steps::load(&mut conn, stream, None).await? {
            let before = state.clone();
            state.apply(step.event);
            let taken = State::key_changes(Some(&before), &state, stream.id).taken;
            ever.extend(taken.into_iter().map(|(key, holder, _)| (key, holder)));
        }
        Ok(ever)
    }
}

impl Ledger {
    /// Settles the streams to which plain postgres-es has appended. Answers whether there may be more.
    pub async fn settle_appended_elsewhere(&self) -> Result<bool, RecordError> {
        let context = Context::system("settle");
        let waiting: Vec<(String, String, i64)> = sqlx::query_as(
            "SELECT aggregate_type, aggregate_id, position FROM unsettled ORDER BY position LIMIT $1",
        )
        .bind(AT_ONCE)
        .fetch_all(self.pool())
        .await?;
        let may_be_more = !waiting.is_empty();
        for (kind, id, position) in waiting {
            if let Some(stream) = StreamId::read(&kind, &id) {
                self.forget(stream);
                self.append_until_stored(&context, &SettleStream { stream, extra: Vec::new() }).await?;
            }
            // Whatever was appended meanwhile has a later position, and stays.
            sqlx::query(
                "DELETE FROM unsettled WHERE aggregate_type = $1 AND aggregate_id = $2 AND position = $3",
            )
            .bind(kind)
            .bind(id)
            .bind(position)
            .execute(self.pool())
            .await?;
        }
        Ok(may_be_more)
    }
}
