//! People plan calls, say what came of them, and delete calls (F16). A planned call becomes an attempt under the same id when somebody
//! says what came of it; a call that was made is deleted by hiding it.

use crate::actions::calls::report_call::{ReportCall, Told, shown};
use crate::ledger::desk::Desk;
use crate::ledger::error::RecordError;
use crate::ledger::record::Action;
use chrono::Duration;
use domain::Refusal;
use domain::ids::{AgentId, AttemptId, BatchId, FactId};
use domain::lead::event::{Direction, ProviderCall};
use domain::lead::place_call::PlaceCall;
use domain::lead::plan_call::{DeleteCall, PlanCall, PlannedCall};
use domain::lead::report_attempt::ReportAttempt;
use domain::lead::{Lead, LeadCommand};
use domain::outcome::Outcome;
use domain::rights::Reach;
use domain::stream::{StreamId, StreamKind};
use domain::time::Instant;
use domain::verdict::{FactSource, Remarks};
use projections::call_list::Call;
use projections::planned_calls;
use std::sync::Arc;
use uuid::Uuid;

/// What came of a planned call, as a person says it.
#[derive(Clone, Debug)]
pub struct Happened {
    pub outcome: Outcome,
    pub duration_seconds: Option<u32>,
    pub note: Option<String>,
}

/// A call is planned; with `happened` it is planned and made in one breath.
#[derive(Clone, Debug)]
pub struct PlanLeadCall {
    pub lead_id: Uuid,
    /// Of who asks.
    pub reach: Reach,
    /// `None`: now.
    pub due_at: Option<Instant>,
    /// Who is to call; `None`: whoever has the lead.
    pub agent_id: Option<Uuid>,
    pub direction: Direction,
    pub note: Option<String>,
    pub happened: Option<Happened>,
}

impl Action for PlanLeadCall {
    type Answer = Call;

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<Call, RecordError> {
        let lead = within(desk, self.lead_id, &self.reach).await?;
        let call_id = desk.new_id();
        let plan = PlanCall {
            at: desk.now(),
            attempt_id: AttemptId(call_id),
            due_at: self.due_at.unwrap_or(desk.now()),
            agent_id: self.agent_id.map(AgentId).or(lead.agent_id),
            direction: self.direction,
            note: self.note.clone(),
        };
        let lead = desk.decide_lead(self.lead_id, &LeadCommand::PlanCall(plan)).await?;
        match &self.happened {
            Some(happened) => take(desk, self.lead_id, call_id, happened).await,
            None => planned(desk, self.lead_id, &lead, call_id).await,
        }
    }
}

/// A planned call is planned otherwise; what is `None` stays.
#[derive(Clone, Debug)]
pub struct ReplanCall {
    pub lead_id: Uuid,
    pub call_id: Uuid,
    pub reach: Reach,
    pub due_at: Option<Instant>,
    pub note: Option<String>,
}

impl Action for ReplanCall {
    type Answer = Call;

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<Call, RecordError> {
        let lead = within(desk, self.lead_id, &self.reach).await?;
        let known = find(&lead, self.call_id).ok_or(Refusal::AttemptIsUnknown)?;
        let plan = PlanCall {
            at: desk.now(),
            attempt_id: known.id,
            due_at: self.due_at.unwrap_or(known.due_at),
            agent_id: known.agent_id,
            direction: known.direction,
            note: self.note.clone().or_else(|| known.note.as_ref().map(|note| note.text.clone())),
        };
        let lead = desk.decide_lead(self.lead_id, &LeadCommand::PlanCall(plan)).await?;
        planned(desk, self.lead_id, &lead, self.call_id).await
    }
}

/// A planned call has happened.
#[derive(Clone, Debug)]
pub struct TakePlannedCall {
    pub lead_id: Uuid,
    pub call_id: Uuid,
    pub reach: Reach,
    pub happened: Happened,
}

impl Action for TakePlannedCall {
    type Answer = Call;

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<Call, RecordError> {
        within(desk, self.lead_id, &self.reach).await?;
        take(desk, self.lead_id, self.call_id, &self.happened).await
    }
}

/// A call is deleted.
#[derive(Clone, Debug)]
pub struct RemoveCall {
    pub lead_id: Uuid,
    pub call_id: Uuid,
}

impl Action for RemoveCall {
    type Answer = ();

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<(), RecordError> {
        desk.wait_turn(StreamId::new(StreamKind::Lead, self.lead_id)).await;
        let delete = DeleteCall { at: desk.now(), attempt_id: AttemptId(self.call_id) };
        desk.decide_lead(self.lead_id, &LeadCommand::DeleteCall(delete)).await?;
        Ok(())
    }
}

/// The lead, if it belongs to somebody within `reach`.
async fn within(desk: &mut Desk<'_>, id: Uuid, reach: &Reach) -> Result<Arc<Lead>, RecordError> {
    desk.wait_turn(StreamId::new(StreamKind::Lead, id)).await;
    let lead = desk.lead(id).await?;
    if lead.exists() && !reach.covers(lead.agent_id) {
        return Err(Refusal::LeadIsSomebodyElses.into());
    }
    Ok(lead)
}

fn find(lead: &Lead, call_id: Uuid) -> Option<&PlannedCall> {
    lead.planned.iter().find(|planned| planned.id.0 == call_id)
}

/// A plan as lists will show it.
async fn planned(
    desk: &mut Desk<'_>,
    lead_id: Uuid,
    lead: &Lead,
    call_id: Uuid,
) -> Result<Call, RecordError> {
    let known = find(lead, call_id).ok_or(Refusal::AttemptIsUnknown)?;
    let agent = match known.agent_id {
        Some(agent_id) => Some(desk.agent(agent_id.0).await?),
        None => None,
    };
    Ok(planned_calls::call(lead_id, known, lead, agent.as_deref()))
}

/// Makes an attempt of a plan; of one that is an attempt by now, a further fact.
async fn take(
    desk: &mut Desk<'_>,
    lead_id: Uuid,
    call_id: Uuid,
    happened: &Happened,
) -> Result<Call, RecordError> {
    let lead = desk.lead(lead_id).await?;
    let remarks = Remarks { user_message: happened.note.clone(), ..Remarks::default() };
    let Some(plan) = find(&lead, call_id) else {
        let fact = ReportCall {
            lead_id,
            attempt_id: call_id,
            source: FactSource::Person,
            outcome: Told::Outcome(happened.outcome),
            agent_id: None,
            duration_seconds: happened.duration_seconds,
            remarks,
        };
        return fact.decide(desk).await;
    };
    let (now, dialing) = (desk.now(), desk.dialing().await?);
    let policy = match plan.agent_id {
        Some(agent_id) => desk.agent(agent_id.0).await?.policy,
        None => dialing.policy,
    };
    let lasted = Duration::seconds(happened.duration_seconds.unwrap_or(0).into());
    let note = plan.note.as_ref().map(|note| note.text.clone());
    let report = ReportAttempt {
        at: now,
        attempt_id: AttemptId(call_id),
        fact_id: FactId(call_id),
        // An id of its own: it is no other call of this moment.
        batch_id: Some(BatchId(call_id)),
        // It is over when somebody says how it went.
        attempted_at: now - lasted,
        source: FactSource::Person,
        outcome: happened.outcome,
        agent_id: plan.agent_id,
        duration_seconds: happened.duration_seconds,
        policy,
        call_allowed: dialing.enabled,
        warnings: Vec::new(),
        remarks: Remarks { user_message: remarks.user_message.or(note), ..remarks },
    };
    let direction = plan.direction;
    desk.decide_lead(lead_id, &LeadCommand::ReportAttempt(Box::new(report))).await?;
    if direction == Direction::Inbound {
        let call = ProviderCall { provider: "inbound".to_owned(), id: call_id.to_string() };
        let place = PlaceCall { at: now, attempt_id: AttemptId(call_id), direction, call };
        desk.decide_lead(lead_id, &LeadCommand::PlaceCall(place)).await?;
    }
    shown(desk, lead_id, call_id).await
}
