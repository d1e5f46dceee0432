//! One of each event of a lead.

use super::{at, id};
use crate::ids::{AgentId, AttemptId, BatchId, FactId, LeadId};
use crate::lead::attempt::{Answered, DialPolicy, LeaseAnswer, Warning};
use crate::lead::event as lead;
use crate::lead::event::LeadEvent;
use crate::lead::grade::{Priority, Quality};
use crate::lead::submission::{LeadSubmitted, SubmissionAnswered, SubmissionVerdict};
use crate::outcome::Outcome;
use crate::phone::{Phone, Validity};
use crate::status::{Axis, Disposition, PanelStatus, Stage};
use crate::verdict::{FactSource, Remarks};

/// What happens to a lead.
pub fn lead_events() -> Vec<LeadEvent> {
    let mut extra = serde_json::Map::new();
    extra.insert("company".to_owned(), "Acme".into());
    let person = lead::Person {
        phone: Some(Phone {
            raw: "09123456789".to_owned(),
            e164: Some("+989123456789".to_owned()),
            validity: Validity::Valid,
        }),
        full_name: Some("John A Smith".to_owned()),
        first_name: Some("John".to_owned()),
        last_name: Some("Smith".to_owned()),
        email: Some("john@example.com".to_owned()),
        extra,
    };
    vec![
        LeadEvent::LeadCaptured(Box::new(lead::LeadCaptured {
            at: at(),
            num: 17,
            source: lead::Source::Panel,
            stage: Stage::New,
            agent_id: Some(AgentId(id(1))),
            priority: 2,
            schedule_at: Some(at()),
            person,
        })),
        LeadEvent::LeadDetailsChanged(Box::new(lead::LeadDetailsChanged {
            at: at(),
            cleared: vec!["email".to_owned()],
            person: lead::Person { first_name: Some("Jon".to_owned()), ..lead::Person::default() },
        })),
        LeadEvent::LeadAssigned(lead::LeadAssigned {
            at: at(),
            agent_id: Some(AgentId(id(1))),
            cause: lead::AssignmentCause::Attempt,
        }),
        LeadEvent::LeadScheduled(lead::LeadScheduled { at: at(), due_at: at(), priority: 9 }),
        LeadEvent::HoursOverridden(lead::HoursOverridden {
            at: at(),
            person: lead::OverrideReason { reason: "asked for it".to_owned() },
        }),
        LeadEvent::LeadLeased(lead::LeadLeased { at: at(), batch_id: BatchId(id(2)), expires_at: at() }),
        LeadEvent::StageSet(lead::StageSet { at: at(), stage: Stage::Qualified }),
        LeadEvent::NoteAdded(lead::NoteAdded {
            at: at(),
            person: lead::Note { text: "call in May".to_owned() },
        }),
        LeadEvent::PanelStatusSet(lead::PanelStatusSet {
            at: at(),
            status: PanelStatus::Missed,
            policy: DialPolicy::default(),
        }),
        LeadEvent::LeadRequeued(lead::LeadRequeued { at: at(), lifts_suppression: false }),
        LeadEvent::SuppressionLifted(lead::SuppressionLifted {
            at: at(),
            person: lead::OverrideReason { reason: "asked to be called again".to_owned() },
        }),
        LeadEvent::LeadClosed(lead::LeadClosed { at: at(), disposition: Disposition::Completed }),
        LeadEvent::LeadDeleted(lead::LeadDeleted { at: at() }),
        LeadEvent::LeadStatusChanged(lead::LeadStatusChanged {
            at: at(),
            cause: "attempt_reported".to_owned(),
            changes: vec![lead::StatusChange {
                axis: Axis::Panel,
                from: Some("in_queue".to_owned()),
                to: Some("busy".to_owned()),
            }],
        }),
    ]
}

/// What an agent's click and a qualifier's answer do.
pub fn click_events() -> Vec<LeadEvent> {
    vec![
        LeadEvent::ExternalRefAdded(lead::ExternalRefAdded {
            at: at(),
            external_ref: lead::ExternalRef { source: "dialer".to_owned(), id: "67770".to_owned() },
        }),
        LeadEvent::InterestRecorded(lead::InterestRecorded {
            at: at(),
            agent_id: AgentId(id(1)),
            resolved_via: lead::ResolvedVia::DialerUserId,
        }),
        LeadEvent::DuplicateSuspected(lead::DuplicateSuspected { at: at(), lead_ids: vec![LeadId(id(6))] }),
        LeadEvent::LeadSubmitted(LeadSubmitted { at: at(), by: AgentId(id(1)) }),
        LeadEvent::LeadGraded(lead::LeadGraded {
            at: at(),
            priority: Priority::High,
            quality: Quality::Hot,
            score: 85,
            score_version: 1,
        }),
        LeadEvent::CampaignRecorded(lead::CampaignRecorded {
            at: at(),
            campaign: lead::Campaign {
                campaign_id: Some("123456789".to_owned()),
                ad_id: Some("987654321".to_owned()),
                form_id: Some("456789123".to_owned()),
            },
            stated_at: None,
        }),
        LeadEvent::AssignmentWeighed(lead::AssignmentWeighed {
            at: at(),
            candidates: vec![lead::Candidate {
                agent_id: AgentId(id(1)),
                open_leads: 3,
                last_assigned_at: Some(at()),
            }],
        }),
        LeadEvent::LeadValued(lead::LeadValued { at: at(), value_hundredths: 200_000 }),
        LeadEvent::LeadTakenUp(lead::LeadTakenUp { at: at() }),
        LeadEvent::SubmissionAnswered(SubmissionAnswered {
            at: at(),
            by: AgentId(id(8)),
            verdict: SubmissionVerdict::Returned,
            person: Some(lead::Note { text: "ask for the bill".to_owned() }),
        }),
    ]
}

/// What is reported of a call.
pub fn attempt_events() -> Vec<LeadEvent> {
    let answered = Answered {
        status: PanelStatus::PowerOff,
        attempts: 1,
        lease: LeaseAnswer::Matched,
        call_allowed: true,
        warnings: vec![Warning::AgentUnresolved],
    };
    let person = Remarks {
        reason: Some("line dead".to_owned()),
        user_message: Some("later".to_owned()),
        recording_url: Some("https://example.com/a.wav".to_owned()),
        transcript_url: None,
        summary: None,
    };
    let fact = |outcome| {
        Box::new(lead::FactAdded {
            at: at(),
            attempt_id: AttemptId(id(3)),
            fact_id: FactId(id(4)),
            source: FactSource::Machine,
            outcome,
            agent_id: Some(AgentId(id(1))),
            duration_seconds: Some(30),
            answered: answered.clone(),
            person: person.clone(),
        })
    };
    vec![
        LeadEvent::CallPlaced(lead::CallPlaced {
            at: at(),
            attempt_id: AttemptId(id(3)),
            direction: lead::Direction::Outbound,
            call: lead::ProviderCall { provider: "twilio".to_owned(), id: "CA0123".to_owned() },
        }),
        LeadEvent::CallPlanned(Box::new(lead::CallPlanned {
            at: at(),
            attempt_id: AttemptId(id(3)),
            due_at: at(),
            agent_id: Some(AgentId(id(1))),
            direction: lead::Direction::Inbound,
            person: Some(lead::Note { text: "ask for the bill".to_owned() }),
        })),
        LeadEvent::CallDeleted(lead::CallDeleted { at: at(), attempt_id: AttemptId(id(3)) }),
        LeadEvent::AttemptRevised(fact(Outcome::Connected)),
        LeadEvent::AttemptAnnotated(fact(Outcome::PowerOff)),
        LeadEvent::AttemptReported(Box::new(lead::AttemptReported {
            at: at(),
            attempt_id: AttemptId(id(3)),
            batch_id: Some(BatchId(id(2))),
            attempted_at: at(),
            source: FactSource::Machine,
            outcome: Outcome::PowerOff,
            agent_id: Some(AgentId(id(1))),
            duration_seconds: Some(30),
            policy: DialPolicy::default(),
            answered,
            person,
        })),
    ]
}
