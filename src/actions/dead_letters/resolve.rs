//! A person says what became of a dead letter.

use crate::ledger::RecordError;
use crate::ledger::desk::Desk;
use crate::ledger::record::Action;
use domain::dead_letter::event::{ReportResolved, Resolution};
use domain::dead_letter::{DeadLetterCommand, decide};
use domain::ids::LeadId;
use domain::stream::{StreamId, StreamKind};
use uuid::Uuid;

/// Resolves a dead letter.
pub struct ResolveDeadLetter {
    pub id: Uuid,
    /// The lead that it was about.
    pub lead_id: Option<LeadId>,
    /// What became of it, in the person's words.
    pub text: String,
}

impl Action for ResolveDeadLetter {
    type Answer = ();

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<(), RecordError> {
        let stream = StreamId::new(StreamKind::DeadLetter, self.id);
        let letter = desk.stream(stream).await?.state.as_dead_letter().cloned().unwrap_or_default();
        let command = DeadLetterCommand::Resolve(ReportResolved {
            at: desk.now(),
            lead_id: self.lead_id,
            person: Resolution { text: self.text.clone() },
        });
        desk.append(stream, decide(&letter, &command)?);
        Ok(())
    }
}
