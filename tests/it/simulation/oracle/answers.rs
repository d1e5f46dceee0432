//! What was answered, held against the log: what was acknowledged is there once, everything else at most once, and no "yes" is
//! without effect.

use super::super::History;
use super::super::journal::{Answer, Entry};
use super::super::plan::Deed;
use super::log::Log;
use domain::lead::Lead;
use domain::phone::{Phone, Region};
use domain::status::PanelStatus;
use serde_json::Value;
use uuid::Uuid;

const REPORTED: [&str; 4] =
    ["attempt_reported", "attempt_revised", "attempt_annotated", "report_quarantined"];

pub async fn check(history: &History, log: &Log, journal: &[Entry]) -> Vec<String> {
    let mut wrong = Vec::new();
    for entry in journal {
        let mut found = of_entry(log, entry);
        if let (Some(token), true) = (entry.token, entry.is_acknowledged()) {
            let keys: i64 =
                sqlx::query_scalar("SELECT count(*) FROM keys WHERE kind = 'ended_session' AND key = $1")
                    .bind(token.to_string())
                    .fetch_one(&history.pool)
                    .await
                    .unwrap();
            found.extend((keys != 1).then(|| format!("{keys} keys of an ended session")));
        }
        wrong.extend(found.into_iter().map(|what| format!("{what}: {entry:?}")));
    }
    wrong
}

fn of_entry(log: &Log, entry: &Entry) -> Vec<String> {
    let mut wrong: Vec<String> = Vec::new();
    for answer in &entry.answers {
        if let Answer::Failed(why) = answer {
            wrong.push(format!("answered {why}"));
        }
    }
    wrong.extend(match &entry.deed {
        Deed::Report { .. } => reported(log, entry),
        Deed::Click { .. } => once(log, entry, &["interest_recorded"], "id"),
        Deed::CreateLead { .. } => once(log, entry, &["lead_captured"], "_id"),
        Deed::FileReport { .. } => once(log, entry, &["report_filed"], "_id"),
        Deed::NextBatch { .. } | Deed::ShortBatch { .. } => batch(log, entry),
        Deed::SetStatus { number, status } => {
            let status: PanelStatus = serde_json::from_value(Value::String(status.to_lowercase())).unwrap();
            let is_banned = status == PanelStatus::Banned;
            let is_so = move |lead: &Lead| lead.panel_status() == status && lead.is_suppressed() == is_banned;
            let is_immutable = |lead: &Lead| !lead.panel_status().is_mutable() || lead.deleted_at.is_some();
            changed(log, entry, *number, &["panel_status_set", "lead_requeued"], is_so, is_immutable)
        }
        Deed::Delete { number, is_sale } => {
            let is_immutable = |lead: &Lead| !is_sale && !lead.panel_status().is_mutable();
            changed(log, entry, *number, &["lead_deleted"], |lead| lead.deleted_at.is_some(), is_immutable)
        }
        Deed::AddNumbers { phones } => added(log, entry, phones),
        Deed::LogOut | Deed::Stock { .. } | Deed::Download => Vec::new(),
    });
    wrong
}

/// Of these events there is one if it was acknowledged, and one at most if not; and it is the same for every answer.
fn once(log: &Log, entry: &Entry, types: &[&str], same: &str) -> Vec<String> {
    let times = log.of(&entry.tag, types).count();
    let mut wrong = Vec::new();
    if times > 1 || entry.is_acknowledged() && times == 0 {
        wrong.push(format!("{times} events {types:?}"));
    }
    let mut told = entry.done().map(|body| {
        let inner = ["lead", "report"].iter().map(|name| &body[*name]).find(|inner| inner.is_object());
        inner.unwrap_or(body)[same].clone()
    });
    if let Some(first) = told.next()
        && told.any(|other| other != first)
    {
        wrong.push(format!("two answers, told apart by {same}"));
    }
    wrong
}

fn reported(log: &Log, entry: &Entry) -> Vec<String> {
    let mut wrong = once(log, entry, &REPORTED, "attempt_id");
    let told = entry.done().find_map(|body| Uuid::try_parse(body["attempt_id"].as_str()?).ok());
    if let Some(told) = told {
        let find = |lead: &Lead| lead.attempts.find(domain::ids::AttemptId(told)).is_some();
        let holders = log.leads.values().filter(|states| states.last().is_some_and(|(_, lead)| find(lead)));
        let holders = holders.count();
        if holders != 1 {
            wrong.push(format!("{holders} leads have the attempt that was answered"));
        }
    }
    wrong
}

fn batch(log: &Log, entry: &Entry) -> Vec<String> {
    let issued = log.of(&entry.tag, &["batch_issued"]).count();
    let mut wrong = Vec::new();
    let mut told = entry.done().map(|body| &body["batch"]).filter(|batch| batch.is_object());
    let Some(first) = told.next() else {
        return if issued > 1 { vec![format!("{issued} batches")] } else { wrong };
    };
    let numbers = first["numbers"].as_array().map_or(0, Vec::len);
    let is_empty = |batch: &Value| batch["numbers"].as_array().is_none_or(Vec::is_empty);
    // An empty batch is no event, and the next one of the same key may find something.
    let leased = log.of(&entry.tag, &["lead_leased"]).count();
    if !is_empty(first) && (issued, leased) != (1, numbers) {
        wrong.push(format!("{issued} batches and {leased} leases of {numbers} numbers"));
    }
    if !is_empty(first) && told.any(|other| other["batch_id"] != first["batch_id"]) {
        wrong.push("two batches for one key".to_owned());
    }
    wrong
}

/// A change of a lead: done, already so, or refused because of what the lead was at that time.
fn changed(
    log: &Log,
    entry: &Entry,
    number: i64,
    types: &[&str],
    is_so: impl Fn(&Lead) -> bool,
    is_immutable: impl Fn(&Lead) -> bool,
) -> Vec<String> {
    let times = log.of(&entry.tag, types).count();
    let story = || log.lead_of(number).map(|id| log.story(id)).unwrap_or_default();
    let within = |is: &dyn Fn(&Lead) -> bool| {
        log.lead_of(number).is_some_and(|id| log.was(id, entry.from, entry.upto, is))
    };
    let mut wrong = Vec::new();
    // Sent once each time it was answered: what was undone meanwhile may be done again.
    if times > entry.answers.len() {
        wrong.push(format!("{times} events {types:?} of {} requests{}", entry.answers.len(), story()));
    }
    if entry.is_acknowledged() && times == 0 && !within(&is_so) {
        wrong.push(format!("a yes without effect{}", story()));
    }
    let is_refused = entry.answers.iter().any(|answer| matches!(answer, Answer::Refused(409)));
    if is_refused && !within(&is_immutable) {
        wrong.push(format!("a no without a reason{}", story()));
    }
    wrong
}

fn added(log: &Log, entry: &Entry, phones: &[String]) -> Vec<String> {
    let captured: Vec<_> =
        log.of(&entry.tag, &["lead_captured"]).map(|recorded| recorded.stream.id).collect();
    let told: u64 = entry.done().filter_map(|body| body["inserted"].as_u64()).sum();
    let mut wrong = Vec::new();
    if u64::try_from(captured.len()).unwrap() < told {
        wrong.push(format!("{} leads of {told} numbers inserted", captured.len()));
    }
    for phone in phones {
        let key = Phone::try_new(phone, Region::default()).unwrap().key();
        let of_phone = |lead: &Lead| lead.phone_key() == key && lead.deleted_at.is_none();
        let is_there = log.leads.keys().any(|id| log.was(*id, entry.from, entry.upto, of_phone));
        if entry.is_acknowledged() && !is_there {
            wrong.push(format!("{phone} was added and is not there"));
        }
    }
    wrong
}
