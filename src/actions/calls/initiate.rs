//! A person has a lead called now (C-31): the lead is due, as with any person's "now" (C-21), and passes every other gate; the
//! call is known here before a provider is asked for it.

use crate::actions::calls::place::{BeginCall, Begun};
use crate::actions::calls::report_call::shown;
use crate::ledger::desk::Desk;
use crate::ledger::error::RecordError;
use crate::ledger::record::Action;
use chrono::Duration;
use domain::Refusal;
use domain::ids::{AgentId, AttemptId, BatchId, FactId};
use domain::keys::Key;
use domain::lead::LeadCommand;
use domain::lead::event::{Direction, ProviderCall};
use domain::lead::lease::LeaseLead;
use domain::lead::place_call::PlaceCall;
use domain::lead::report_attempt::ReportAttempt;
use domain::lead::schedule::ScheduleLead;
use domain::outcome::Outcome;
use domain::rights::Reach;
use domain::stream::{StreamId, StreamKind};
use domain::verdict::{FactSource, Remarks};
use projections::call_list::Call;
use uuid::Uuid;

/// A call out.
#[derive(Clone, Debug)]
pub struct InitiateCall {
    pub lead_id: Uuid,
    /// Of who asks.
    pub reach: Reach,
    /// Who talks; `None`: whoever has the lead.
    pub agent_id: Option<Uuid>,
    pub lease: Duration,
}

impl Action for InitiateCall {
    type Answer = Begun;

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<Begun, RecordError> {
        desk.wait_turn(StreamId::new(StreamKind::Lead, self.lead_id)).await;
        let lead = desk.lead(self.lead_id).await?;
        if lead.exists() && !self.reach.covers(lead.agent_id) {
            return Err(Refusal::LeadIsSomebodyElses.into());
        }
        let now = desk.now();
        // Just before the call: what comes of the call is the newer.
        let at = now - Duration::microseconds(1);
        let schedule = ScheduleLead { at, due_at: at, priority: lead.priority, override_reason: None };
        let lead = desk.decide_lead(self.lead_id, &LeadCommand::Schedule(schedule)).await?;
        let hours = match lead.agent_id {
            Some(agent_id) => desk.agent(agent_id.0).await?.hours.clone(),
            None => None,
        };
        let batch_id = desk.new_id();
        let expires_at = now + self.lease;
        let lease = LeaseLead { at: now, batch_id: BatchId(batch_id), expires_at, hours };
        let lead = desk.decide_lead(self.lead_id, &LeadCommand::Lease(lease)).await?;
        let phone = lead.phone_key().ok_or(Refusal::LeadHasNoPhone)?;
        // Another lead of the number may be banned.
        if desk.key(&Key::suppressed(&phone)).await?.is_some() {
            return Err(Refusal::PhoneIsBanned.into());
        }
        BeginCall { lead_id: self.lead_id, batch_id, agent_id: self.agent_id.map(AgentId) }.decide(desk).await
    }
}

/// Somebody calls us, about a lead.
#[derive(Clone, Debug)]
pub struct TakeCall {
    pub lead_id: Uuid,
    pub reach: Reach,
    pub agent_id: Option<Uuid>,
}

impl Action for TakeCall {
    type Answer = Call;

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<Call, RecordError> {
        desk.wait_turn(StreamId::new(StreamKind::Lead, self.lead_id)).await;
        let lead = desk.lead(self.lead_id).await?;
        if lead.exists() && !self.reach.covers(lead.agent_id) {
            return Err(Refusal::LeadIsSomebodyElses.into());
        }
        let (now, dialing) = (desk.now(), desk.dialing().await?);
        let agent_id = self.agent_id.map(AgentId).or(lead.agent_id);
        let policy = match agent_id {
            Some(agent_id) => desk.agent(agent_id.0).await?.policy,
            None => dialing.policy,
        };
        let id = desk.new_id();
        let report = ReportAttempt {
            at: now,
            attempt_id: AttemptId(id),
            fact_id: FactId(id),
            // An id of its own: it is no other call of this moment.
            batch_id: Some(BatchId(id)),
            attempted_at: now,
            source: FactSource::Machine,
            outcome: Outcome::InProgress,
            agent_id,
            duration_seconds: None,
            policy,
            call_allowed: dialing.enabled,
            warnings: Vec::new(),
            remarks: Remarks::default(),
        };
        desk.decide_lead(self.lead_id, &LeadCommand::ReportAttempt(Box::new(report))).await?;
        let call = ProviderCall { provider: "inbound".to_owned(), id: id.to_string() };
        let (attempt_id, direction) = (AttemptId(id), Direction::Inbound);
        let place = PlaceCall { at: now, attempt_id, direction, call };
        desk.decide_lead(self.lead_id, &LeadCommand::PlaceCall(place)).await?;
        shown(desk, self.lead_id, id).await
    }
}
