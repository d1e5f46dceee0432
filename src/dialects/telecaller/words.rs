//! The telecaller CRM's words and ours.

use crate::exports::Format;
use domain::agent::Agent;
use domain::ids::oid;
use domain::lead::event::{Direction, Source};
use domain::lead::grade::{Priority, Quality};
use domain::outcome::Outcome;
use domain::principal::Role;
use domain::report::event::Period;
use domain::status::Stage;
use domain::time::Instant;
use projections::planned_calls::PLANNED;
use serde::Serialize;
use serde_json::{Number, Value};
use uuid::Uuid;

/// B-127; `agent` and `telecaller` are one role under two names (C-36).
pub const ROLES: [(&str, &str); 6] = [
    ("admin", "admin"),
    ("supervisor", "supervisor"),
    ("telecaller", "telecaller"),
    ("agent", "telecaller"),
    ("auditor", "auditor"),
    ("analyst", "analyst"),
];

/// The roles that somebody may be registered with.
pub const NEW_ROLES: [(&str, Role); 6] = [
    ("admin", Role::Admin),
    ("supervisor", Role::Supervisor),
    ("telecaller", Role::Telecaller),
    ("agent", Role::Agent),
    ("auditor", Role::Auditor),
    ("analyst", Role::Analyst),
];

/// The word of a role.
pub fn role(role: Role) -> &'static str {
    match role {
        Role::Agent | Role::Telecaller => "telecaller",
        Role::Admin => "admin",
        Role::Supervisor => "supervisor",
        Role::Auditor => "auditor",
        Role::Analyst => "analyst",
    }
}

/// B-133: what a filter by status means; this dialect has no word for a lost lead (C-16).
pub const STATUSES: [(&str, &[Stage]); 5] = [
    ("new", &[Stage::New]),
    ("contacted", &[Stage::Contacted, Stage::Lost]),
    ("qualified", &[Stage::Qualified]),
    ("interested", &[Stage::Interested]),
    ("converted", &[Stage::Converted]),
];

/// The stages that people set.
pub const STAGES: [(&str, Stage); 5] = [
    ("new", Stage::New),
    ("contacted", Stage::Contacted),
    ("qualified", Stage::Qualified),
    ("interested", Stage::Interested),
    ("converted", Stage::Converted),
];

/// B-133: what a filter by source takes: every word that a list may show, whatever surface the lead came by.
pub const SOURCE_FILTER: [(&str, Source); 9] = [
    ("facebook", Source::Facebook),
    ("instagram", Source::Instagram),
    ("manual", Source::Manual),
    ("website", Source::Website),
    ("dialer_report", Source::DialerReport),
    ("from_dialer", Source::FromDialer),
    ("panel", Source::Panel),
    ("import", Source::Import),
    ("scheduling", Source::Scheduling),
];

/// Where a lead that is made here may come from.
pub const SOURCES: [(&str, Source); 4] = [
    ("facebook", Source::Facebook),
    ("instagram", Source::Instagram),
    ("manual", Source::Manual),
    ("website", Source::Website),
];

pub const PRIORITIES: [(&str, Priority); 4] = [
    ("low", Priority::Low),
    ("medium", Priority::Medium),
    ("high", Priority::High),
    ("urgent", Priority::Urgent),
];

pub const QUALITIES: [(&str, Quality); 3] =
    [("hot", Quality::Hot), ("warm", Quality::Warm), ("cold", Quality::Cold)];

/// B-147: how long a time a report is about.
pub const PERIODS: [(&str, Period); 3] =
    [("daily", Period::Daily), ("weekly", Period::Weekly), ("monthly", Period::Monthly)];

/// B-150: which reports a file holds.
pub const EXPORTS: [(&str, Option<Period>); 4] = [
    ("daily", Some(Period::Daily)),
    ("weekly", Some(Period::Weekly)),
    ("monthly", Some(Period::Monthly)),
    ("all", None),
];

/// B-150: what it is made as; `xlsx` is how others call it.
pub const FORMATS: [(&str, Format); 3] =
    [("excel", Format::Excel), ("xlsx", Format::Excel), ("pdf", Format::Pdf)];

/// Who called whom.
pub const CALL_TYPES: [(&str, Direction); 2] =
    [("outbound", Direction::Outbound), ("inbound", Direction::Inbound)];

/// The words of a call's status, those too that only a provider uses.
pub const CALL_STATUSES: [(&str, &str); 11] = [
    ("planned", PLANNED),
    ("scheduled", PLANNED),
    ("initiated", "initiated"),
    ("queued", "initiated"),
    ("ringing", "ringing"),
    ("in-progress", "in-progress"),
    ("completed", "completed"),
    ("busy", "busy"),
    ("no-answer", "no-answer"),
    ("failed", "failed"),
    ("canceled", "canceled"),
];

/// Every outcome that has this word.
pub fn outcomes(word: &str) -> Vec<Outcome> {
    Outcome::ALL.iter().copied().filter(|outcome| outcome.call_status() == word).collect()
}

/// What a word means where nothing else is known.
pub fn outcome(word: &str) -> Outcome {
    [
        Outcome::Initiated,
        Outcome::Ringing,
        Outcome::InProgress,
        Outcome::Connected,
        Outcome::Busy,
        Outcome::NoAnswer,
        Outcome::Canceled,
        Outcome::Failed,
    ]
    .into_iter()
    .find(|outcome| outcome.call_status() == word)
    .unwrap_or(Outcome::Unknown)
}

/// The word of a stage.
pub fn status(stage: &str) -> &str {
    if stage == Stage::Lost.as_str() { Stage::Contacted.as_str() } else { stage }
}

/// So many parts of a whole as a number, without a fraction where there is none.
pub fn decimal(parts: i64, of: i64) -> Value {
    let fraction = || Number::from_f64(parts as f64 / of as f64).map_or(Value::Null, Value::Number);
    if parts % of == 0 { (parts / of).into() } else { fraction() }
}

/// An instant as this document writes it.
pub fn instant(at: Instant) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}

/// A person as this dialect shows one; `id` and `username` are for the panel's pages.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    #[serde(rename = "_id")]
    oid: String,
    id: i64,
    username: Option<String>,
    name: String,
    #[serde(rename = "first_name")]
    first_name: String,
    #[serde(rename = "last_name")]
    last_name: String,
    email: Option<String>,
    phone: Option<String>,
    role: &'static str,
    department: Option<String>,
    is_active: bool,
}

/// Words a person.
pub fn user(id: Uuid, agent: &Agent) -> User {
    let person = &agent.person;
    User {
        oid: oid(id),
        id: agent.num,
        username: person.username.clone(),
        name: person.name(),
        first_name: person.first_name.clone(),
        last_name: person.last_name.clone(),
        email: person.email.clone(),
        phone: person.phone.clone(),
        role: agent.role.as_str(),
        department: agent.department.clone(),
        is_active: agent.is_active,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_filter_takes_every_word_that_lists_show() {
        assert_eq!(SOURCE_FILTER.len(), Source::ALL.len());
        for source in Source::ALL {
            assert!(SOURCE_FILTER.contains(&(source.as_str(), *source)), "{source}");
        }
    }
}
