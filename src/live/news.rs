//! What of the log is told, and in which words? The documented members, and those that clients read beside them (C-32).
//!
//! Made from the event and its stream as it was then: whoever resumes hears what was heard live.

use domain::agent::AgentEvent;
use domain::ids::{AgentId, AttemptId, oid};
use domain::lead::{Lead, LeadEvent};
use domain::stream::Event;
use domain::time::Instant;
use projections::occurrences::Occurrence;
use serde_json::{Value, json};
use uuid::Uuid;

/// Something that happened, as listeners are told of it.
#[derive(Clone, PartialEq, Debug)]
pub struct News {
    /// Of its event.
    pub position: i64,
    /// The name of the documented event.
    pub name: &'static str,
    /// Whom it is about; `None`: nobody.
    pub agent_id: Option<Uuid>,
    /// Not for themselves: only for those who lead them.
    pub is_for_leaders: bool,
    pub told: Value,
}

/// Whether events of this stored type may be told.
pub fn is_told(event_type: &str) -> bool {
    matches!(
        event_type,
        "lead_captured"
            | "lead_assigned"
            | "attempt_reported"
            | "attempt_revised"
            | "call_placed"
            | "agent_registered"
            | "agent_activated"
            | "agent_deactivated"
            | "agent_deleted"
    )
}

/// What is told of it, if anything.
pub fn of(occurrence: &Occurrence) -> Option<News> {
    let (position, id) = (occurrence.position, occurrence.stream.id);
    match &occurrence.event {
        Event::Lead(event) => {
            let (before, lead) = (occurrence.before.as_lead()?, occurrence.state.as_lead()?);
            of_lead(position, id, before, lead, event)
        }
        Event::Agent(event) => of_agent(position, id, event),
        Event::Dialing(_)
        | Event::Batch(_)
        | Event::Credential(_)
        | Event::DeadLetter(_)
        | Event::Report(_)
        | Event::Log(_) => None,
    }
}

fn of_lead(position: i64, id: Uuid, before: &Lead, lead: &Lead, event: &LeadEvent) -> Option<News> {
    match event {
        LeadEvent::LeadCaptured(e) => Some(assigned(position, id, lead, e.agent_id?, e.at)),
        LeadEvent::LeadAssigned(e) => Some(assigned(position, id, lead, e.agent_id?, e.at)),
        LeadEvent::AttemptReported(e) => call(position, before, lead, e.attempt_id),
        LeadEvent::AttemptRevised(e) => call(position, before, lead, e.attempt_id),
        LeadEvent::CallPlaced(e) => call(position, before, lead, e.attempt_id),
        LeadEvent::AttemptAnnotated(_)
        | LeadEvent::LeadDetailsChanged(_)
        | LeadEvent::LeadScheduled(_)
        | LeadEvent::LeadLeased(_)
        | LeadEvent::StageSet(_)
        | LeadEvent::NoteAdded(_)
        | LeadEvent::PanelStatusSet(_)
        | LeadEvent::SuppressionLifted(_)
        | LeadEvent::LeadRequeued(_)
        | LeadEvent::LeadClosed(_)
        | LeadEvent::LeadDeleted(_)
        | LeadEvent::LeadStatusChanged(_)
        | LeadEvent::ExternalRefAdded(_)
        | LeadEvent::InterestRecorded(_)
        | LeadEvent::DuplicateSuspected(_)
        | LeadEvent::LeadSubmitted(_)
        | LeadEvent::SubmissionAnswered(_)
        | LeadEvent::LeadTakenUp(_)
        | LeadEvent::HoursOverridden(_)
        | LeadEvent::LeadGraded(_)
        | LeadEvent::CampaignRecorded(_)
        | LeadEvent::AssignmentWeighed(_)
        | LeadEvent::CallPlanned(_)
        | LeadEvent::CallDeleted(_)
        | LeadEvent::LeadValued(_) => None,
    }
}

/// B-167
fn assigned(position: i64, id: Uuid, lead: &Lead, agent_id: AgentId, at: Instant) -> News {
    let person = &lead.person;
    let name = person.full_name.clone().or_else(|| {
        let parts = [person.first_name.as_deref(), person.last_name.as_deref()];
        let name = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
        (!name.is_empty()).then_some(name)
    });
    let phone = person.phone.as_ref().map(|phone| phone.raw.clone());
    let lead_id = oid(id);
    News {
        position,
        name: "new-lead-assigned",
        agent_id: Some(agent_id.0),
        is_for_leaders: false,
        told: json!({
            "leadId": lead_id, "leadName": name, "leadPhone": phone, "assignedAt": instant(at),
            "name": name, "phoneNumber": phone,
        }),
    }
}

/// B-168: what holds of the call then, whichever report said so; nothing if that is what was told before.
fn call(position: i64, before: &Lead, lead: &Lead, id: AttemptId) -> Option<News> {
    let told = called(lead, id)?;
    if called(before, id).as_ref() == Some(&told) {
        return None;
    }
    let (agent_id, status, duration) = told;
    Some(News {
        position,
        name: "call-status-updated",
        agent_id: agent_id.map(|id| id.0),
        is_for_leaders: false,
        told: json!({ "callId": oid(id.0), "status": status, "duration": duration }),
    })
}

/// Whose call it is, its status and how long it took.
fn called(lead: &Lead, id: AttemptId) -> Option<(Option<AgentId>, &'static str, Option<u32>)> {
    let attempt = lead.attempts.find(id)?;
    let verdict = attempt.verdict();
    Some((verdict.agent_id.or(lead.agent_id), attempt.outcome.call_status(), verdict.duration_seconds))
}

/// B-169
fn of_agent(position: i64, id: Uuid, event: &AgentEvent) -> Option<News> {
    let (status, at) = match event {
        AgentEvent::AgentRegistered(e) => ("active", e.at),
        AgentEvent::AgentActivated(e) => ("active", e.at),
        AgentEvent::AgentDeactivated(e) => ("inactive", e.at),
        AgentEvent::AgentDeleted(e) => ("inactive", e.at),
        AgentEvent::PasswordChanged(_)
        | AgentEvent::AgentChanged(_)
        | AgentEvent::ScopesSet(_)
        | AgentEvent::LogInsFailed(_)
        | AgentEvent::DialPolicySet(_)
        | AgentEvent::AgentPlaced(_)
        | AgentEvent::AgentExtraSet(_) => return None,
    };
    Some(News {
        position,
        name: "user-status-updated",
        agent_id: Some(id),
        is_for_leaders: true,
        told: json!({ "userId": oid(id), "status": status, "lastActive": instant(at) }),
    })
}

fn instant(at: Instant) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}
