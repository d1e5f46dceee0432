//! A batch whose lease is over is recorded as expired. It changes no answer: leases end by their own time.

use crate::ledger::RecordError;
use crate::ledger::desk::Desk;
use crate::ledger::record::Action;
use domain::batch::{BatchCommand, decide};
use domain::stream::{StreamId, StreamKind};
use uuid::Uuid;

/// Records that a batch has expired.
pub struct ExpireBatch {
    pub id: Uuid,
}

impl Action for ExpireBatch {
    type Answer = ();

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<(), RecordError> {
        let stream = StreamId::new(StreamKind::Batch, self.id);
        let batch = desk.stream(stream).await?.state.as_batch().cloned().unwrap_or_default();
        desk.append(stream, decide(&batch, &BatchCommand::Expire { at: desk.now() })?);
        Ok(())
    }
}
