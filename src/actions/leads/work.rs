//! People work on one lead: change what is known and submit it, or answer what was submitted. Whether they may is decided
//! from lead and agent as they are when it is stored.

use crate::ledger::Ledger;
use crate::ledger::desk::Desk;
use crate::ledger::error::RecordError;
use crate::ledger::record::Action;
use domain::Refusal;
use domain::ids::AgentId;
use domain::lead::access::access;
use domain::lead::add_note::AddNote;
use domain::lead::change_details::ChangeDetails;
use domain::lead::event::Person;
use domain::lead::submission::{AnswerSubmission, SubmissionVerdict, SubmitLead};
use domain::lead::{Lead, LeadCommand};
use domain::stream::{StreamId, StreamKind};
use std::sync::Arc;
use uuid::Uuid;

/// What somebody does.
#[derive(Clone, Debug)]
pub enum Work {
    /// Sets what is in `person`, forgets what `cleared` names, adds a note, and submits the lead if told so.
    Change {
        person: Person,
        cleared: Vec<String>,
        note: Option<String>,
        is_submitted: bool,
    },
    Answer {
        verdict: SubmissionVerdict,
        note: Option<String>,
    },
}

/// Somebody works on a lead.
#[derive(Clone, Debug)]
pub struct WorkLead {
    pub lead_id: Uuid,
    /// Who; a person.
    pub by: Uuid,
    pub work: Work,
}

impl Action for WorkLead {
    type Answer = ();

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<(), RecordError> {
        let stream = StreamId::new(StreamKind::Lead, self.lead_id);
        desk.wait_turn(stream).await;
        let lead = desk.lead(self.lead_id).await?;
        let agent = desk.agent(self.by).await?;
        let (at, by) = (desk.now(), AgentId(self.by));
        let access = access(&lead, by, &agent);
        let is_allowed = match self.work {
            Work::Change { .. } => access.may_change,
            // What is answered already, or one's own, the rule says better.
            Work::Answer { .. } => access.may_see && agent.may_qualify(),
        };
        if !is_allowed {
            return Err(Refusal::LeadIsSomebodyElses.into());
        }
        let commands = match self.work.clone() {
            Work::Change { person, cleared, note, is_submitted } => {
                let change = ChangeDetails { at, person, cleared };
                let note = note.map(|text| LeadCommand::AddNote(AddNote { at, text }));
                let submit = is_submitted.then_some(LeadCommand::Submit(SubmitLead { at, by }));
                [Some(LeadCommand::ChangeDetails(Box::new(change))), note, submit]
            }
            Work::Answer { verdict, note } => {
                let answer = AnswerSubmission { at, by, verdict, note };
                [Some(LeadCommand::AnswerSubmission(answer)), None, None]
            }
        };
        for command in commands.iter().flatten() {
            desk.decide_lead(self.lead_id, command).await?;
        }
        Ok(())
    }
}

impl Ledger {
    /// The lead of that number as it is now, deleted ones too.
    pub async fn current_lead(&self, num: i64) -> Result<Option<(Uuid, Arc<Lead>)>, RecordError> {
        let Some(id) = self.lead_of_num(num).await? else { return Ok(None) };
        let folded = self.current(StreamId::new(StreamKind::Lead, id)).await?;
        Ok(Some((id, folded.state.as_lead().cloned().unwrap_or_default())))
    }
}
