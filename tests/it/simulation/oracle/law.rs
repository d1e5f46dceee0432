//! What the log alone must say: no number in two hands, none dialed that is banned, no call or capture twice. Folded from the
//! log in its order, beside what the service remembers.

use super::super::journal::Entry;
use super::log::{Log, Recorded};
use domain::lead::Lead;
use domain::lead::event::{LeadEvent, Source};
use domain::stream::Event;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

pub fn check(log: &Log, journal: &[Entry]) -> Vec<String> {
    let mut law =
        Law { log, stock: stock(journal), leads: HashMap::new(), calls: HashSet::new(), wrong: Vec::new() };
    for recorded in &log.events {
        if let Event::Lead(event) = &recorded.event {
            law.lead(recorded, event);
        }
    }
    law.wrong
}

/// Positions of stock code's events, and from where on others must know.
fn stock(journal: &[Entry]) -> HashMap<i64, i64> {
    let known = journal.iter().filter_map(|entry| entry.stock);
    known.map(|(position, settled)| (position, settled.unwrap_or(i64::MAX))).collect()
}

struct Law<'l> {
    log: &'l Log,
    stock: HashMap<i64, i64>,
    /// As they are now, and from which position on everybody must know that they are banned.
    leads: HashMap<Uuid, (Lead, i64)>,
    calls: HashSet<(Uuid, String)>,
    wrong: Vec<String>,
}

impl Law<'_> {
    fn lead(&mut self, recorded: &Recorded, event: &LeadEvent) {
        let (id, position) = (recorded.stream.id, recorded.position);
        let (mut lead, mut known_from) = self.leads.remove(&id).unwrap_or_default();
        if let LeadEvent::LeadLeased(leased) = event {
            let Some(phone) = lead.phone_key() else {
                self.wrong.push(format!("{position}: a lead without a number was leased"));
                return;
            };
            // Its own state is checked by the append: no moment's grace there.
            if lead.is_suppressed() {
                self.say(position, id, id, "a banned number was handed out");
            }
            if lead.lease.as_ref().is_some_and(|lease| lease.expires_at > leased.at) {
                self.say(position, id, id, "a leased number was handed out");
            }
            let others =
                self.leads.iter().filter(|(_, (other, _))| other.phone_key().as_ref() == Some(&phone));
            let found: Vec<(Uuid, &str)> = others
                .flat_map(|(other, (state, known_from))| {
                    let is_leased = state.lease.as_ref().is_some_and(|lease| lease.expires_at > leased.at);
                    let is_banned = state.is_suppressed() && *known_from < position;
                    [
                        is_leased
                            .then_some((*other, "a number was handed out that another lead's lease holds")),
                        is_banned
                            .then_some((*other, "a number was handed out that is banned by another lead")),
                    ]
                })
                .flatten()
                .collect();
            for (other, what) in found {
                self.say(position, id, other, what);
            }
        }
        self.once(position, id, event);
        let was_suppressed = lead.is_suppressed();
        lead.apply(event.clone());
        if !was_suppressed && lead.is_suppressed() {
            known_from = if recorded.request.is_some() {
                position
            } else {
                *self.stock.get(&position).unwrap_or(&i64::MAX)
            };
        }
        self.leads.insert(id, (lead, known_from));
    }

    /// Calls and numbers that came twice.
    fn once(&mut self, position: i64, id: Uuid, event: &LeadEvent) {
        if let LeadEvent::AttemptReported(report) = event
            && !self.calls.insert((id, format!("{:?} {}", report.batch_id, report.attempted_at)))
        {
            self.say(position, id, id, "a call is there twice");
        }
        if let LeadEvent::LeadCaptured(captured) = event
            && matches!(captured.source, Source::Panel | Source::DialerReport | Source::FromDialer)
            && let Some(phone) = captured.person.phone.as_ref().map(domain::phone::Phone::key)
        {
            let is_there = |lead: &Lead| lead.deleted_at.is_none() && lead.phone_key() == phone;
            let others: Vec<Uuid> =
                self.leads.iter().filter(|(_, (lead, _))| is_there(lead)).map(|(id, _)| *id).collect();
            for other in others {
                self.say(position, id, other, "a number was captured that another lead has");
            }
        }
    }

    fn say(&mut self, position: i64, lead: Uuid, other: Uuid, what: &str) {
        let mut said = format!("{position}: {what}{}", self.log.story(lead));
        if other != lead {
            said.push_str("\n  and the other lead:");
            said.push_str(&self.log.story(other));
        }
        self.wrong.push(said);
    }
}
