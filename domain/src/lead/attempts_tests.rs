//! What is folded equals what the definitions say: the whole list, asked again after each event.

use super::*;
use crate::keys::KeyChanges;
use crate::lead::attempts_index::looked;
use crate::lead::dialability::LeadGate;
use crate::lead::event::LeadEvent;
use crate::lead::given::{captured, given, minute, report};
use crate::lead::timeline::{Act, ActKind};
use crate::lead::{Lead, LeadCommand, decide};
use crate::outcome::Outcome;
use crate::sample::lead_history;
use crate::status::QueueState;
use proptest::prelude::*;
use uuid::Uuid;

const AMONG: [Among; 4] = [Among::All, Among::Final, Among::Telling, Among::Answered];

/// The definitions: what an answer means, whatever it costs.
struct Defined<'a> {
    attempts: Vec<&'a Attempt>,
    acts: &'a [Act],
}

impl<'a> Defined<'a> {
    fn of(&self, among: Among) -> Vec<&'a Attempt> {
        self.attempts.iter().copied().filter(|attempt| among.has(attempt)).collect()
    }

    fn newest(&self, among: Among) -> Option<&'a Attempt> {
        self.of(among).into_iter().max_by_key(|attempt| (attempt.ordered_at(), attempt.id))
    }

    fn first(&self, among: Among) -> Option<&'a Attempt> {
        self.of(among).into_iter().min_by_key(|attempt| (attempt.ordered_at(), attempt.id))
    }

    fn followups(&self) -> usize {
        let Some(first) = self.of(Among::Answered).iter().map(|attempt| attempt.ordered_at()).min() else {
            return 0;
        };
        self.of(Among::Final).iter().filter(|attempt| attempt.ordered_at() > first).count()
    }

    fn calls_since(&self, requeued_at: Option<Instant>) -> usize {
        let since = requeued_at.unwrap_or(Instant::MIN_UTC);
        self.attempts.iter().filter(|attempt| attempt.ordered_at() >= since).count()
    }

    fn last_word(&self) -> Option<&'a Act> {
        self.acts.iter().rev().find(|act| match act.kind {
            ActKind::Requeued | ActKind::PanelStatusSet(..) => true,
            ActKind::Closed(_) | ActKind::TakenUp => false,
        })
    }
}

fn act(event: &LeadEvent) -> Option<Act> {
    if let LeadEvent::LeadRequeued(e) = event {
        return Some(Act { at: e.at, kind: ActKind::Requeued });
    }
    if let LeadEvent::PanelStatusSet(e) = event {
        return Some(Act { at: e.at, kind: ActKind::PanelStatusSet(e.status, e.policy) });
    }
    if let LeadEvent::LeadClosed(e) = event {
        return Some(Act { at: e.at, kind: ActKind::Closed(e.disposition) });
    }
    if let LeadEvent::LeadTakenUp(e) = event {
        return Some(Act { at: e.at, kind: ActKind::TakenUp });
    }
    None
}

/// What each gate looks at, in words.
fn looked_at(lead: &Lead) -> [(LeadGate, String); 7] {
    let queue = lead.queue();
    [
        (LeadGate::Deletion, format!("{:?}", lead.deleted_at)),
        (LeadGate::Phone, format!("{:?}", lead.phone_key())),
        (LeadGate::Suppression, lead.is_suppressed().to_string()),
        (LeadGate::Attempts, format!("{} {}", queue.state == QueueState::Closed, lead.is_spent())),
        (LeadGate::Due, queue.due_at.to_string()),
        (LeadGate::Lease, format!("{:?}", lead.lease)),
        (LeadGate::BusinessHours, format!("{:?} {:?}", lead.agent_id, lead.hours_overridden_at)),
    ]
}

proptest! {
    #[test]
    fn what_is_folded_is_what_the_definitions_say(seed: u64, length in 0usize..90) {
        let (mut lead, mut acts) = (Lead::default(), Vec::new());
        let mut decided = [None; 7];
        for (sequence, event) in (1i64..).zip(lead_history(seed, length)) {
            acts.extend(act(&event));
            let before = looked_at(&lead);
            lead.apply(event);
            for (index, ((gate, was), (_, is_now))) in before.iter().zip(looked_at(&lead)).enumerate() {
                if *was != is_now {
                    decided[index] = Some(sequence);
                }
                prop_assert_eq!(lead.decided.sequence(*gate), decided[index], "{} at {}", gate, sequence);
            }
            let defined = Defined { attempts: lead.attempts.iter().collect(), acts: &acts };
            for among in AMONG {
                prop_assert_eq!(lead.attempts.newest(among), defined.newest(among), "{:?}", among);
                prop_assert_eq!(lead.attempts.first(among), defined.first(among), "{:?}", among);
                prop_assert_eq!(lead.attempts.count(among) as usize, defined.of(among).len(), "{:?}", among);
            }
            prop_assert_eq!(lead.attempts.followups() as usize, defined.followups());
            prop_assert_eq!(lead.calls_since_requeue as usize, defined.calls_since(lead.requeued_at));
            prop_assert_eq!(lead.last_act.as_ref(), acts.last());
            prop_assert_eq!(lead.last_word.as_ref(), defined.last_word());
        }
        for attempt in lead.attempts.iter() {
            prop_assert_eq!(lead.attempts.find(attempt.id), Some(attempt));
            let told = lead.attempts.iter().find(|a| {
                (a.batch_id, a.attempted_at) == (attempt.batch_id, attempt.attempted_at)
            });
            prop_assert_eq!(lead.attempts.find_reported(attempt.batch_id, attempt.attempted_at), told);
            if let Some(call) = &attempt.call {
                prop_assert_eq!(lead.attempts.find_call(call).map(|a| a.id), Some(attempt.id));
            }
        }
    }

    #[test]
    fn a_difference_is_what_changed_and_nothing_else(seed: u64, length in 0usize..90, from in 0usize..90) {
        let events = lead_history(seed, length);
        let upto = |count: usize| {
            let mut lead = Lead::default();
            for event in events.iter().take(count) {
                lead.apply(event.clone());
            }
            lead
        };
        let (before, mut after) = (upto(from), upto(from));
        for event in events.iter().skip(from) {
            after.apply(event.clone());
        }
        prop_assert_eq!(&after, &upto(events.len()));
        let differs: Vec<_> = after
            .attempts
            .iter()
            .map(|is_now| (before.attempts.find(is_now.id), Some(is_now)))
            .filter(|(was, is_now)| was != is_now)
            .collect();
        prop_assert_eq!(after.attempts.changed_since(&before.attempts).collect::<Vec<_>>(), differs);

        let sorted = |mut changes: KeyChanges| {
            changes.released.sort();
            changes.taken.sort();
            changes
        };
        let id = Uuid::nil();
        let whole = KeyChanges::between(&before.held_keys(id), after.held_keys(id));
        prop_assert_eq!(sorted(Lead::key_changes(&before, &after, id)), sorted(whole));
    }

    #[test]
    fn what_is_stored_of_a_lead_is_read_back_with_its_indexes(seed: u64, length in 0usize..60) {
        let mut lead = Lead::default();
        for event in lead_history(seed, length) {
            lead.apply(event);
        }
        let text = serde_json::to_string(&lead).unwrap();
        let mut read: Lead = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&read, &lead);
        for event in lead_history(seed.wrapping_add(1), 20).into_iter().skip(1) {
            read.apply(event.clone());
            lead.apply(event);
        }
        prop_assert_eq!(read.attempts.followups(), lead.attempts.followups());
        prop_assert_eq!((read.queue(), read.panel_status()), (lead.queue(), lead.panel_status()));
    }
}

/// A lead with that many attempts, each reported a minute after the other.
fn called(times: i64) -> Lead {
    let mut lead = given([captured()]).lead;
    for n in 1..=times {
        let command = LeadCommand::ReportAttempt(Box::new(report(Outcome::Busy, n)));
        for event in decide(&lead, &command).unwrap() {
            lead.apply(event);
        }
    }
    lead
}

/// How many attempts are looked at for one more report, and to tell what it changed.
fn cost(lead: &Lead, minutes: i64) -> u64 {
    let command = LeadCommand::ReportAttempt(Box::new(report(Outcome::Connected, minutes)));
    let (changed, looked_at) = looked::during(|| {
        let mut after = lead.clone();
        for event in decide(lead, &command).unwrap() {
            after.apply(event);
        }
        after.attempts.changed_since(&lead.attempts).count()
    });
    assert_eq!(changed, 1);
    looked_at
}

#[test]
fn a_report_costs_the_same_after_twenty_thousand_others() {
    let many = called(20_000);
    assert_eq!((many.attempts_count(), many.attempts.followups()), (20_000, 0));
    let (of_few, of_many) = (cost(&called(100), 101), cost(&many, 20_001));
    assert_eq!(of_few, of_many);
    assert!(of_many < 100, "{of_many}");
}

#[test]
fn a_lead_that_is_full_is_refused_further_attempts_and_still_gives_its_answers() {
    let attempt = called(1).attempts.iter().next().unwrap().clone();
    let mut lead = called(1);
    lead.attempts = (0..ATTEMPTS_MAX)
        .map(|n| {
            let id = AttemptId(Uuid::from_u128(1 + n as u128));
            let attempted_at = minute(1 + i64::try_from(n).unwrap());
            Attempt { id, attempted_at, ..attempt.clone() }
        })
        .collect();
    let told = |minutes| decide(&lead, &LeadCommand::ReportAttempt(Box::new(report(Outcome::Busy, minutes))));
    assert_eq!(told(60_000), Err(crate::Refusal::LeadIsFull));
    assert_eq!(told(30_000), Ok(Vec::new()), "this was reported before");
    assert!(
        decide(&lead, &LeadCommand::ReportAttempt(Box::new(report(Outcome::Connected, 30_000)))).is_ok(),
        "a known attempt may be revised"
    );
}
