//! Many failed log-ins of one account are put into the log, for the admins to see (C-48).

use crate::ledger::desk::Desk;
use crate::ledger::error::RecordError;
use crate::ledger::record::Action;
use domain::agent::note_failures;
use domain::agent::{AgentCommand, decide};
use domain::stream::{StreamId, StreamKind};
use uuid::Uuid;

/// Notes how many log-ins of this account failed lately; at most once in a quarter of an hour, whichever process asks.
#[derive(Clone, Debug)]
pub struct NoteFailures {
    pub id: Uuid,
    pub failures: u32,
}

impl Action for NoteFailures {
    type Answer = ();

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<(), RecordError> {
        let agent = desk.agent(self.id).await?;
        let command = note_failures::NoteFailures { at: desk.now(), failures: self.failures };
        let events = decide(&agent, &AgentCommand::NoteFailures(command))?;
        desk.append(StreamId::new(StreamKind::Agent, self.id), events);
        Ok(())
    }
}
