//! Leads that are made for an agent: created once for each agent and number, changed, deleted, put before all others
//! (S2).

use crate::ledger::desk::Desk;
use crate::ledger::error::RecordError;
use crate::ledger::record::Action;
use domain::Refusal;
use domain::ids::AgentId;
use domain::keys::{Key, KeyKind};
use domain::lead::capture::CaptureLead;
use domain::lead::change_details::ChangeDetails;
use domain::lead::close::CloseLead;
use domain::lead::delete;
use domain::lead::event::{Person, Source};
use domain::lead::requeue::RequeueLead;
use domain::lead::schedule::{ScheduleLead, TOP_PRIORITY};
use domain::lead::take_up::TakeUpLead;
use domain::lead::{Lead, LeadCommand};
use domain::phone::Phone;
use domain::status::{Disposition, QueueState, SchedulingStatus, Stage};
use domain::stream::{StreamId, StreamKind};
use domain::time::Instant;
use projections::lead::{LeadRow, rows};
use serde_json::{Map, Value};
use uuid::Uuid;

/// The lead as it is after this decision, as its read model will have it.
pub(crate) async fn row(desk: &mut Desk<'_>, id: Uuid) -> Result<LeadRow, RecordError> {
    let stream = StreamId::new(StreamKind::Lead, id);
    let folded = desk.stream(stream).await?;
    rows(stream, &folded).pop().ok_or_else(|| Refusal::LeadIsUnknown.into())
}

/// Refuses a number that another lead holds; when it is stored it must still be so.
async fn free(desk: &mut Desk<'_>, claim: Key) -> Result<(), RecordError> {
    if desk.key(&claim).await?.is_some() {
        return Err(Refusal::KeyIsTaken(claim.kind).into());
    }
    if claim.kind == KeyKind::PhoneOfAgent {
        desk.require_absent(claim);
    }
    Ok(())
}

/// A new lead of an agent.
#[derive(Clone, Debug)]
pub struct CreateLead {
    pub agent_id: Uuid,
    pub first_name: String,
    pub phone: Phone,
    pub custom_fields: Option<Map<String, Value>>,
    /// Past or absent: now (C-21).
    pub schedule_at: Option<Instant>,
}

impl Action for CreateLead {
    type Answer = LeadRow;

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<LeadRow, RecordError> {
        if !desk.agent(self.agent_id).await?.is_there() {
            return Err(Refusal::AgentIsUnknown.into());
        }
        if let Some(claim) = self.claim() {
            free(desk, claim).await?;
        }
        let id = self.capture(desk).await?;
        row(desk, id).await
    }
}

impl CreateLead {
    /// What no two leads of the agent hold.
    pub(crate) fn claim(&self) -> Option<Key> {
        Some(Key::phone_of_agent(AgentId(self.agent_id), &self.phone.key()?))
    }

    /// Captures it; that the number is free is checked when it is stored.
    pub(crate) async fn capture(&self, desk: &mut Desk<'_>) -> Result<Uuid, RecordError> {
        let now = desk.now();
        let id = desk.begin(StreamKind::Lead);
        let command = LeadCommand::Capture(Box::new(CaptureLead {
            at: now,
            num: desk.num(StreamKind::Lead).await?,
            source: Source::Scheduling,
            stage: Stage::New,
            agent_id: Some(AgentId(self.agent_id)),
            priority: 0,
            schedule_at: Some(self.schedule_at.unwrap_or(now).max(now)),
            person: Person {
                phone: Some(self.phone.clone()),
                first_name: Some(self.first_name.clone()),
                extra: custom(self.custom_fields.as_ref()),
                ..Person::default()
            },
        }));
        desk.decide_lead(id, &command).await?;
        Ok(id)
    }
}

/// The custom fields among what is known of a lead: one member, replaced whole (C-34).
fn custom(fields: Option<&Map<String, Value>>) -> Map<String, Value> {
    let named = |fields: &Map<String, Value>| ("custom_fields".to_owned(), Value::Object(fields.clone()));
    fields.map(named).into_iter().collect()
}

/// A person changes a lead; what is `None` stays.
#[derive(Clone, Debug)]
pub struct UpdateLead {
    pub id: Uuid,
    pub first_name: Option<String>,
    pub phone: Option<Phone>,
    pub status: Option<SchedulingStatus>,
    pub disposition: Option<Disposition>,
    pub custom_fields: Option<Map<String, Value>>,
    pub schedule_at: Option<Instant>,
}

impl Action for UpdateLead {
    type Answer = LeadRow;

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<LeadRow, RecordError> {
        desk.wait_turn(StreamId::new(StreamKind::Lead, self.id)).await;
        let lead = desk.lead(self.id).await?;
        let at = desk.now();
        let phone = self.phone.clone().filter(|phone| lead.phone_key() != phone.key());
        if let Some(phone) = phone.as_ref().and_then(Phone::key) {
            // No two leads of an agent have one number, whatever made them; leads that no agent's scheduler made are alone
            // with theirs in the whole ledger (C-13).
            if let Some(agent_id) = lead.agent_id {
                free(desk, Key::phone_of_agent(agent_id, &phone)).await?;
            }
            if lead.source != Source::Scheduling {
                free(desk, Key::phone(&phone)).await?;
            }
        }
        // What a client read and sends back is no wish.
        let known = lead.schedule_at.unwrap_or(lead.captured_at);
        let schedule_at = self.schedule_at.filter(|at| *at != known);
        let (full_name, first_name) = self.names(&lead);
        let extra = custom(self.custom_fields.as_ref());
        let person = Person { phone, full_name, first_name, extra, ..Person::default() };
        let change = ChangeDetails { at, person, cleared: Vec::new() };
        let lead = desk.decide_lead(self.id, &LeadCommand::ChangeDetails(Box::new(change))).await?;
        let is_closed = lead.queue().state == QueueState::Closed;
        let status = match (self.status, self.disposition) {
            (Some(SchedulingStatus::New), _) => Some(LeadCommand::Requeue(RequeueLead { at })),
            (Some(SchedulingStatus::InProgress), _) => Some(LeadCommand::TakeUp(TakeUpLead { at })),
            (Some(SchedulingStatus::Done), None) if is_closed => None,
            (Some(SchedulingStatus::Done), None) => {
                Some(LeadCommand::Close(CloseLead { at, disposition: Disposition::Completed }))
            }
            (None | Some(SchedulingStatus::Done), Some(disposition)) => {
                Some(LeadCommand::Close(CloseLead { at, disposition }))
            }
            (None, None) => None,
        };
        if let Some(command) = &status {
            desk.decide_lead(self.id, command).await?;
        }
        // A lead that is done is not called again because a time was named with it.
        let lead = desk.lead(self.id).await?;
        if let Some(due_at) = schedule_at.filter(|_| lead.queue().state != QueueState::Closed) {
            // Whoever names a time takes back that it goes before all others.
            let priority = if lead.priority == TOP_PRIORITY { 0 } else { lead.priority };
            let due_at = due_at.max(at);
            let schedule = ScheduleLead { at, due_at, priority, override_reason: None };
            desk.decide_lead(self.id, &LeadCommand::Schedule(schedule)).await?;
        }
        row(desk, self.id).await
    }
}

impl UpdateLead {
    /// What `first_name` says: the full name and the first name. Of a lead without parts of a name this dialect shows the
    /// full name as `first_name` (C-34), so there it means the full name; what comes back as it was shown is no change.
    fn names(&self, lead: &Lead) -> (Option<String>, Option<String>) {
        let known = &lead.person;
        match (&self.first_name, &known.full_name) {
            (Some(given), Some(shown)) if known.first_name.is_none() && known.last_name.is_none() => {
                (Some(given.clone()).filter(|given| given != shown), None)
            }
            (Some(given), Some(shown)) if known.first_name.is_none() && given == shown => (None, None),
            (given, _) => (None, given.clone()),
        }
    }
}

/// Deletes a lead, whatever became of it.
#[derive(Clone, Debug)]
pub struct DeleteLead {
    pub id: Uuid,
}

impl Action for DeleteLead {
    type Answer = ();

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<(), RecordError> {
        let command = delete::DeleteLead { at: desk.now(), guards_immutable: false };
        desk.decide_lead(self.id, &LeadCommand::Delete(command)).await?;
        Ok(())
    }
}

/// Makes a lead due now, before all others; one that is so already stays as it is (C-21).
#[derive(Clone, Debug)]
pub struct ScheduleNow {
    pub id: Uuid,
    /// Why it may be called outside its agent's business hours, if it may.
    pub override_reason: Option<String>,
}

impl Action for ScheduleNow {
    type Answer = ();

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<(), RecordError> {
        desk.wait_turn(StreamId::new(StreamKind::Lead, self.id)).await;
        let lead = desk.lead(self.id).await?;
        let (at, queue) = (desk.now(), lead.queue());
        let is_due = lead.goes_first() && queue.due_at <= at && !lead.is_spent();
        let is_overridden = self.override_reason.is_none() || lead.hours_overridden_at.is_some();
        let is_withheld = lead.deleted_at.is_some() || lead.is_suppressed();
        if is_due && is_overridden && !is_withheld {
            return Ok(());
        }
        let override_reason = self.override_reason.clone();
        let schedule = ScheduleLead { at, due_at: at, priority: TOP_PRIORITY, override_reason };
        desk.decide_lead(self.id, &LeadCommand::Schedule(schedule)).await?;
        Ok(())
    }
}
