//! Calls that the ledger asks a provider for: known here before the provider is asked, so that none is lost (C-31).

use super::desk::Desk;
use super::error::RecordError;
use super::record::Action;
use super::report_call::ReportCall;
use domain::Refusal;
use domain::ids::{AttemptId, BatchId, FactId};
use domain::lead::LeadCommand;
use domain::lead::event::ProviderCall;
use domain::lead::place_call::PlaceCall;
use domain::lead::report_attempt::ReportAttempt;
use domain::outcome::Outcome;
use domain::verdict::{FactSource, Remarks};
use uuid::Uuid;

/// A call of a leased lead is about to be asked for.
#[derive(Clone, Debug)]
pub struct BeginCall {
    pub lead_id: Uuid,
    /// The batch that leases the lead.
    pub batch_id: Uuid,
}

impl Action for BeginCall {
    /// The call's id.
    type Answer = Uuid;

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<Uuid, RecordError> {
        let lead = desk.lead(self.lead_id).await?;
        let now = desk.now();
        let is_ours = |lease: &domain::lead::state::Lease| {
            lease.batch_id == BatchId(self.batch_id) && lease.expires_at > now
        };
        if !lead.lease.as_ref().is_some_and(is_ours) {
            return Err(Refusal::LeadIsLeased.into());
        }
        let dialing = desk.dialing().await?;
        let policy = match lead.agent_id {
            Some(agent_id) => desk.agent(agent_id.0).await?.policy,
            None => dialing.policy,
        };
        let attempt_id = desk.new_id();
        let report = ReportAttempt {
            at: now,
            attempt_id: AttemptId(attempt_id),
            fact_id: FactId(attempt_id),
            batch_id: Some(BatchId(self.batch_id)),
            attempted_at: now,
            source: FactSource::Machine,
            outcome: Outcome::Queued,
            agent_id: lead.agent_id,
            duration_seconds: None,
            policy,
            call_allowed: dialing.enabled,
            warnings: Vec::new(),
            remarks: Remarks::default(),
        };
        desk.decide_lead(self.lead_id, &LeadCommand::ReportAttempt(Box::new(report))).await?;
        Ok(attempt_id)
    }
}

/// The provider took the call.
#[derive(Clone, Debug)]
pub struct CallTaken {
    pub lead_id: Uuid,
    pub attempt_id: Uuid,
    pub call: ProviderCall,
}

impl Action for CallTaken {
    type Answer = ();

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<(), RecordError> {
        let attempt_id = AttemptId(self.attempt_id);
        let place = PlaceCall { at: desk.now(), attempt_id, call: self.call.clone() };
        desk.decide_lead(self.lead_id, &LeadCommand::PlaceCall(place)).await?;
        said(self.lead_id, self.attempt_id, Outcome::Initiated, None).decide(desk).await?;
        Ok(())
    }
}

/// What a machine says of a call that the ledger asked for.
pub fn said(lead_id: Uuid, attempt_id: Uuid, outcome: Outcome, reason: Option<String>) -> ReportCall {
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
