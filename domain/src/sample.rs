//! One of each event, with fixed values: what the golden files freeze and the round trips are tried on.

use crate::agent::event::{
    AgentActivated, AgentChanged, AgentDeactivated, AgentDeleted, AgentEvent, AgentKind, AgentRegistered,
    PasswordChanged, Profile, ProfileChange,
};
use crate::batch::event::{BatchEvent, BatchExpired, BatchIssued};
use crate::credential::event::{CredentialAdded, CredentialEvent, KeyAdded, KeyRevoked};
use crate::dead_letter::event::{
    DeadLetterEvent, QuarantineReason, Quarantined, ReportQuarantined, ReportResolved, Resolution,
};
use crate::dialing::event::{DialerSwitchSet, DialingEvent, DialingOpened, ScheduleSet, Window};
use crate::ids::{AgentId, AttemptId, BatchId, FactId, LeadId};
use crate::lead::attempt::{Answered, DialPolicy, LeaseAnswer, Warning};
use crate::lead::event as lead;
use crate::lead::event::LeadEvent;
use crate::outcome::Outcome;
use crate::phone::{Phone, Validity};
use crate::principal::{Role, Scope};
use crate::status::{Axis, Disposition, PanelStatus, Stage};
use crate::stream::Event;
use crate::time::Instant;
use crate::verdict::{FactSource, Remarks};
use chrono::{NaiveDate, NaiveTime};
use uuid::Uuid;

/// Each stored type once, by name.
pub fn one_of_each() -> Vec<(&'static str, Event)> {
    let mut all: Vec<Event> = lead_events().into_iter().map(Event::Lead).collect();
    all.extend(attempt_events().into_iter().map(Event::Lead));
    all.extend(agent_events().into_iter().map(Event::Agent));
    all.extend(dialing_events().into_iter().map(Event::Dialing));
    all.extend(machine_events());
    all.into_iter().map(|event| (event.name(), event)).collect()
}

fn at() -> Instant {
    Instant::from_timestamp_micros(1_740_816_000_123_456).unwrap_or_default()
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + n)
}

fn lead_events() -> Vec<LeadEvent> {
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
        LeadEvent::LeadRequeued(lead::LeadRequeued { at: at() }),
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
    ]
}

fn attempt_events() -> Vec<LeadEvent> {
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

fn agent_events() -> Vec<AgentEvent> {
    vec![
        AgentEvent::AgentRegistered(Box::new(AgentRegistered {
            at: at(),
            num: 5,
            kind: AgentKind::Human,
            role: Role::Agent,
            department: Some("management".to_owned()),
            dialer_user_id: Some("CalebG".to_owned()),
            policy: DialPolicy::default(),
            person: Profile {
                first_name: "Caleb".to_owned(),
                last_name: "Galloway".to_owned(),
                username: Some("CalebG".to_owned()),
                email: Some("caleb@example.com".to_owned()),
                phone: Some("09120000000".to_owned()),
            },
        })),
        AgentEvent::PasswordChanged(PasswordChanged { at: at() }),
        AgentEvent::AgentActivated(AgentActivated { at: at() }),
        AgentEvent::AgentDeactivated(AgentDeactivated { at: at() }),
        AgentEvent::AgentChanged(Box::new(AgentChanged {
            at: at(),
            role: Some(Role::Admin),
            person: ProfileChange { last_name: Some("Smith".to_owned()), ..ProfileChange::default() },
        })),
        AgentEvent::AgentDeleted(AgentDeleted { at: at() }),
    ]
}

fn dialing_events() -> Vec<DialingEvent> {
    let window = Window {
        day_of_week: 0,
        start_time: NaiveTime::from_hms_opt(9, 0, 0).unwrap_or_default(),
        end_time: NaiveTime::MIN,
    };
    vec![
        DialingEvent::DialingOpened(DialingOpened {
            at: at(),
            timezone: "Asia/Tehran".to_owned(),
            policy: DialPolicy::default(),
        }),
        DialingEvent::DialerSwitchSet(DialerSwitchSet {
            at: at(),
            enabled: false,
            reported_on: Some(LeadId(id(6))),
        }),
        DialingEvent::ScheduleSet(ScheduleSet {
            at: at(),
            skip_holidays: true,
            timezone: "Asia/Tehran".to_owned(),
            windows: vec![window],
            holidays: vec![NaiveDate::from_ymd_opt(2025, 3, 21).unwrap_or_default()],
            switch_locked: false,
        }),
    ]
}

fn machine_events() -> Vec<Event> {
    vec![
        Event::Batch(BatchEvent::BatchIssued(BatchIssued {
            at: at(),
            holder: format!("credential:{}", id(7)),
            size_requested: 100,
            expires_at: at(),
            leads: vec![LeadId(id(6))],
        })),
        Event::Batch(BatchEvent::BatchExpired(BatchExpired { at: at() })),
        Event::Credential(CredentialEvent::CredentialAdded(CredentialAdded {
            at: at(),
            num: 1,
            name: "dialer".to_owned(),
            scopes: vec![Scope::Dialer, Scope::DialerSwitch],
            region: "IR".to_owned(),
        })),
        Event::Credential(CredentialEvent::KeyAdded(KeyAdded {
            at: at(),
            fingerprint: "0123456789abcdef".to_owned(),
        })),
        Event::Credential(CredentialEvent::KeyRevoked(KeyRevoked {
            at: at(),
            fingerprint: "0123456789abcdef".to_owned(),
        })),
        Event::DeadLetter(DeadLetterEvent::ReportQuarantined(Box::new(ReportQuarantined {
            at: at(),
            num: 1,
            dialect: "dialer_panel".to_owned(),
            reason: QuarantineReason::UnknownNumber,
            person: Quarantined { body: "{\"number_id\":9}".to_owned() },
        }))),
        Event::DeadLetter(DeadLetterEvent::ReportResolved(ReportResolved {
            at: at(),
            lead_id: Some(LeadId(id(6))),
            person: Resolution { text: "wrong extension".to_owned() },
        })),
    ]
}
