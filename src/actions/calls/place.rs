//! Calls that the ledger asks a provider for: known here before the provider is asked, so that none is lost (C-31).

use crate::actions::calls::report_call::{ReportCall, Told};
use crate::ledger::desk::Desk;
use crate::ledger::error::RecordError;
use crate::ledger::record::Action;
use domain::Refusal;
use domain::ids::{AgentId, AttemptId, BatchId, FactId};
use domain::keys::Key;
use domain::lead::LeadCommand;
use domain::lead::dialability::{Circumstances, LeadGate};
use domain::lead::event::{Direction, ProviderCall};
use domain::lead::place_call::PlaceCall;
use domain::lead::report_attempt::ReportAttempt;
use domain::lead::state::Lease;
use domain::outcome::Outcome;
use domain::verdict::{FactSource, Remarks};
use projections::call_list::Call;
use uuid::Uuid;

/// A call of a leased lead is about to be asked for.
#[derive(Clone, Debug)]
pub struct BeginCall {
    pub lead_id: Uuid,
    /// The batch that leases the lead.
    pub batch_id: Uuid,
    /// Who talks; `None`: whoever has the lead.
    pub agent_id: Option<AgentId>,
}

/// A call that the ledger knows of and nobody was asked for yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Begun {
    pub attempt_id: Uuid,
    /// The number to call, in E.164 where it has that form.
    pub to: String,
    /// The phone of the agent who talks, as it was written.
    pub connect_to: Option<String>,
}

impl Action for BeginCall {
    type Answer = Begun;

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<Begun, RecordError> {
        let lead = desk.lead(self.lead_id).await?;
        let (now, dialing) = (desk.now(), desk.dialing().await?);
        let agent = match lead.agent_id {
            Some(agent_id) => Some(desk.agent(agent_id.0).await?),
            None => None,
        };
        // Much may have happened since it was leased.
        let hours = agent.as_ref().and_then(|agent| agent.hours.as_ref());
        let circumstances = Circumstances::at(now).within(hours);
        let closed = lead
            .gates(&circumstances)
            .into_iter()
            .find(|(gate, no)| *gate != LeadGate::Lease && no.is_some());
        if let Some((_, Some(refusal))) = closed {
            return Err(refusal.into());
        }
        let is_ours = |lease: &Lease| lease.batch_id == BatchId(self.batch_id) && lease.expires_at > now;
        if !lead.lease.as_ref().is_some_and(is_ours) {
            return Err(Refusal::LeadIsLeased.into());
        }
        if !dialing.closed_reasons(now).is_empty() {
            return Err(Refusal::LeadIsNotDue.into());
        }
        let talks = match self.agent_id {
            Some(agent_id) => Some(desk.agent(agent_id.0).await?),
            None => agent.clone(),
        };
        if talks.as_ref().is_some_and(|talks| !talks.is_active) {
            return Err(Refusal::AgentIsInactive.into());
        }
        let phone = lead.person.phone.as_ref().ok_or(Refusal::LeadHasNoPhone)?;
        desk.require_absent(Key::suppressed(&phone.key().ok_or(Refusal::LeadHasNoPhone)?));
        let attempt_id = desk.new_id();
        let report = ReportAttempt {
            at: now,
            attempt_id: AttemptId(attempt_id),
            fact_id: FactId(attempt_id),
            batch_id: Some(BatchId(self.batch_id)),
            attempted_at: now,
            source: FactSource::Machine,
            outcome: Outcome::Queued,
            agent_id: self.agent_id.or(lead.agent_id),
            duration_seconds: None,
            policy: agent.map_or(dialing.policy, |agent| agent.policy),
            call_allowed: dialing.enabled,
            warnings: Vec::new(),
            remarks: Remarks::default(),
        };
        let to = phone.e164.clone().unwrap_or_else(|| phone.raw.clone());
        desk.decide_lead(self.lead_id, &LeadCommand::ReportAttempt(Box::new(report))).await?;
        let connect_to = talks.and_then(|talks| talks.person.phone.clone());
        Ok(Begun { attempt_id, to, connect_to })
    }
}

/// The provider took the call.
#[derive(Clone, Debug)]
pub struct CallTaken {
    pub lead_id: Uuid,
    pub attempt_id: Uuid,
    pub direction: Direction,
    pub call: ProviderCall,
}

impl Action for CallTaken {
    type Answer = Call;

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<Call, RecordError> {
        let attempt_id = AttemptId(self.attempt_id);
        let place =
            PlaceCall { at: desk.now(), attempt_id, direction: self.direction, call: self.call.clone() };
        desk.decide_lead(self.lead_id, &LeadCommand::PlaceCall(place)).await?;
        said(self.lead_id, self.attempt_id, Told::Outcome(Outcome::Initiated), None).decide(desk).await
    }
}

/// What a machine says of a call that the ledger asked for.
pub fn said(lead_id: Uuid, attempt_id: Uuid, outcome: Told, reason: Option<String>) -> ReportCall {
    ReportCall {
        lead_id,
        attempt_id,
        source: FactSource::Machine,
        outcome,
        agent_id: None,
        duration_seconds: None,
        remarks: Remarks { reason, ..Remarks::default() },
    }
}
