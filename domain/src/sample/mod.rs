//! One of each event, with fixed values: what the golden files freeze and the round trips are tried on.

mod history;
mod lead;

pub use history::lead_history;

use crate::agent::event::{
    AgentActivated, AgentChanged, AgentDeactivated, AgentDeleted, AgentEvent, AgentKind, AgentPlaced,
    AgentRegistered, DialPolicySet, Extra, ExtraSet, LogInsFailed, PasswordChanged, Profile, ProfileChange,
    ScopesSet,
};
use crate::agent::hours::BusinessHours;
use crate::batch::event::{BatchEvent, BatchExpired, BatchIssued};
use crate::credential::event::{
    CanonicalForm, Configuration, CredentialAdded, CredentialConfigured, CredentialEvent, KeyAdded,
    KeyRevoked, Profile as ClickProfile,
};
use crate::dead_letter::event::{
    DeadLetterEvent, QuarantineReason, Quarantined, ReportQuarantined, ReportResolved, Resolution,
};
use crate::dialing::event::{DialerSwitchSet, DialingEvent, DialingOpened, ScheduleSet, Window};
use crate::ids::LeadId;
use crate::lead::attempt::DialPolicy;
use crate::log::event::{LogEvent, PositionSetAside, Reason};
use crate::principal::{Role, Scope};
use crate::report::event::{
    Content, Figures, Notes, Period, ReportDeleted, ReportEdited, ReportEvent, ReportFiled,
};
use crate::stream::Event;
use crate::time::Instant;
use chrono::{NaiveDate, NaiveTime};
use uuid::Uuid;

/// Each stored type once, by name.
pub fn one_of_each() -> Vec<(&'static str, Event)> {
    let mut all: Vec<Event> = lead::lead_events().into_iter().map(Event::Lead).collect();
    all.extend(lead::click_events().into_iter().map(Event::Lead));
    all.extend(lead::attempt_events().into_iter().map(Event::Lead));
    all.extend(agent_events().into_iter().map(Event::Agent));
    all.extend(dialing_events().into_iter().map(Event::Dialing));
    all.extend(machine_events());
    all.extend(report_events().into_iter().map(Event::Report));
    all.push(Event::Log(LogEvent::PositionSetAside(PositionSetAside {
        at: at(),
        position: 8,
        person: Reason { text: "written by a trial of another program".to_owned() },
    })));
    all.into_iter().map(|event| (event.name(), event)).collect()
}

fn at() -> Instant {
    Instant::from_timestamp_micros(1_740_816_000_123_456).unwrap_or_default()
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + n)
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
        AgentEvent::AgentPlaced(AgentPlaced {
            at: at(),
            department: Some("sales".to_owned()),
            supervisor_id: Some(crate::ids::AgentId(id(1))),
        }),
        AgentEvent::AgentDeleted(AgentDeleted { at: at() }),
        AgentEvent::DialPolicySet(Box::new(DialPolicySet {
            at: at(),
            policy: DialPolicy { max_attempts: 5, retry_delay_minutes: 30 },
            hours: Some(BusinessHours {
                start_time: NaiveTime::from_hms_opt(9, 0, 0).unwrap_or_default(),
                end_time: NaiveTime::from_hms_opt(17, 30, 0).unwrap_or_default(),
                timezone: "America/New_York".to_owned(),
            }),
        })),
        AgentEvent::AgentExtraSet(Box::new(ExtraSet {
            at: at(),
            person: Extra { extra: [("prompt".to_owned(), "Be brief".into())].into_iter().collect() },
        })),
        AgentEvent::ScopesSet(ScopesSet { at: at(), scopes: vec![Scope::LeadsQualify] }),
        AgentEvent::LogInsFailed(LogInsFailed { at: at(), failures: 51, within_minutes: 15 }),
    ]
}

fn report_events() -> Vec<ReportEvent> {
    let by = crate::ids::AgentId(id(1));
    let figures =
        Figures { total_calls: 15, completed_calls: 12, follow_ups_completed: 8, converted_leads: 2 };
    let content = Content {
        report_on: NaiveDate::from_ymd_opt(2024, 1, 15).unwrap_or_default(),
        period: Period::Daily,
        figures,
        person: Notes { daily_notes: Some("Good day overall".to_owned()) },
    };
    let filed = ReportFiled { at: at(), num: 4, user_id: by, by, content: content.clone() };
    let edited = ReportEdited { at: at(), by, content };
    vec![
        ReportEvent::ReportFiled(Box::new(filed)),
        ReportEvent::ReportEdited(Box::new(edited)),
        ReportEvent::ReportDeleted(ReportDeleted { at: at(), by }),
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
        DialingEvent::AdNamesSet(crate::dialing::event::AdNamesSet {
            at: at(),
            names: [("campaign:123456789".to_owned(), "Q4 Sales".to_owned())].into(),
        }),
        DialingEvent::DialerSwitchSet(DialerSwitchSet {
            at: at(),
            enabled: false,
            reported_on: Some(LeadId(id(6))),
            by_report: true,
            person: Some(crate::dialing::event::SwitchReason { reason: "the trunk is down".to_owned() }),
        }),
        DialingEvent::SwitchLockSet(crate::dialing::event::SwitchLockSet { at: at(), switch_locked: true }),
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
        Event::Credential(CredentialEvent::CredentialConfigured(CredentialConfigured {
            at: at(),
            configuration: Configuration {
                profile: ClickProfile::Vicidial,
                canonical_form: CanonicalForm::Php,
                region: Some("GB".to_owned()),
                timezone: Some("Europe/London".to_owned()),
                allow_query_key: Some(true),
                require_hmac: Some(false),
            },
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
