//! What came of a call that the ledger knows: a further fact about it, whoever says it (C-25, C-43).

use crate::ledger::desk::Desk;
use crate::ledger::error::RecordError;
use crate::ledger::record::Action;
use domain::Refusal;
use domain::ids::{AgentId, AttemptId, FactId};
use domain::lead::LeadCommand;
use domain::lead::report_attempt::ReportAttempt;
use domain::outcome::Outcome;
use domain::stream::{StreamId, StreamKind};
use domain::verdict::{FactSource, Remarks};
use projections::call_history;
use projections::call_list::Call;
use uuid::Uuid;

/// What is told of how it went.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Told {
    Outcome(Outcome),
    /// Nothing: it is as it is known; only the rest is new.
    Nothing,
    /// That it is over, if that is not known: then it was answered.
    Over,
}

impl Told {
    fn of(self, known: Outcome) -> Outcome {
        match self {
            Self::Outcome(outcome) => outcome,
            Self::Over if !known.is_final() => Outcome::Connected,
            Self::Nothing | Self::Over => known,
        }
    }
}

/// A fact about a known call.
#[derive(Clone, Debug)]
pub struct ReportCall {
    pub lead_id: Uuid,
    pub attempt_id: Uuid,
    pub source: FactSource,
    pub outcome: Told,
    pub agent_id: Option<AgentId>,
    pub duration_seconds: Option<u32>,
    pub remarks: Remarks,
}

impl Action for ReportCall {
    /// The call as all its facts make it.
    type Answer = Call;

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<Call, RecordError> {
        desk.wait_turn(StreamId::new(StreamKind::Lead, self.lead_id)).await;
        let lead = desk.lead(self.lead_id).await?;
        let attempt = lead.attempts.find(AttemptId(self.attempt_id)).ok_or(Refusal::AttemptIsUnknown)?;
        let command = ReportAttempt {
            at: desk.now(),
            attempt_id: attempt.id,
            fact_id: FactId(desk.new_id()),
            batch_id: attempt.batch_id,
            attempted_at: attempt.attempted_at,
            source: self.source,
            outcome: self.outcome_of(attempt.outcome),
            agent_id: self.agent_id,
            duration_seconds: self.duration_seconds,
            policy: attempt.policy,
            call_allowed: desk.dialing().await?.enabled,
            warnings: Vec::new(),
            remarks: self.remarks.clone(),
        };
        desk.decide_lead(self.lead_id, &LeadCommand::ReportAttempt(Box::new(command))).await?;
        shown(desk, self.lead_id, self.attempt_id).await
    }
}

impl ReportCall {
    /// What the fact says of a call of which `known` is known. That a call was picked up says nothing of a person once it is
    /// known that a machine did; a person's own word stands.
    fn outcome_of(&self, known: Outcome) -> Outcome {
        let outcome = self.outcome.of(known);
        let is_picked_up = matches!(outcome, Outcome::Connected | Outcome::InProgress);
        let is_by_machine = known == Outcome::AnsweringMachine && self.source == FactSource::Machine;
        if is_picked_up && is_by_machine { known } else { outcome }
    }
}

/// A call as lists will show it.
pub(crate) async fn shown(desk: &mut Desk<'_>, lead_id: Uuid, attempt_id: Uuid) -> Result<Call, RecordError> {
    let lead = desk.lead(lead_id).await?;
    let attempt = lead.attempts.find(AttemptId(attempt_id)).ok_or(Refusal::AttemptIsUnknown)?;
    let row = call_history::row(lead_id, attempt);
    let agent = match row.agent_id {
        Some(agent_id) => Some(desk.agent(agent_id).await?),
        None => None,
    };
    Ok(Call::of(row, &lead, agent.as_deref()))
}
