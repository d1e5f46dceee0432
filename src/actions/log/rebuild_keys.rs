//! Rebuilding keys: the table of claims and leases is made what the log says, a stream at a time, while the service runs.

use crate::actions::log::settle::SettleStream;
use crate::ledger::desk::Desk;
use crate::ledger::error::RecordError;
use crate::ledger::record::Action;
use crate::ledger::{Context, Ledger};
use domain::keys::Key;
use domain::stream::StreamId;
use projections::key_rows::{KeyComparison, KeyRow};
use std::collections::BTreeMap;

/// Takes away keys that follow from no stream.
struct ReleaseKeys {
    keys: Vec<(Key, String)>,
}

impl Action for ReleaseKeys {
    type Answer = ();

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<(), RecordError> {
        desk.settle(Vec::new(), self.keys.clone());
        Ok(())
    }
}

impl Ledger {
    /// Settles every stream that the comparison names; each is decided by its state as it is then.
    pub async fn rebuild_keys(&self, comparison: &KeyComparison) -> Result<(), RecordError> {
        let context = Context::system("rebuild");
        let mut streams: BTreeMap<StreamId, Vec<(Key, String)>> = BTreeMap::new();
        let mut nobodys = Vec::new();
        for row in &comparison.missing {
            if let Some(stream) = row.stream() {
                streams.entry(stream).or_default();
            }
        }
        let named = |row: &KeyRow| row.key().map(|key| (key, row.holder.clone()));
        for row in &comparison.extra {
            match row.stream() {
                Some(stream) => streams.entry(stream).or_default().extend(named(row)),
                None => nobodys.extend(named(row)),
            }
        }
        for (stream, extra) in streams {
            self.append_until_stored(&context, &SettleStream { stream, extra }).await?;
        }
        self.append_until_stored(&context, &ReleaseKeys { keys: nobodys }).await?;
        Ok(())
    }
}
