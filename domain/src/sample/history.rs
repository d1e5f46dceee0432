//! Histories of a lead by chance: what folds are tried on. The same seed gives the same history.

use super::id;
use crate::ids::{AgentId, AttemptId, BatchId, FactId};
use crate::lead::attempt::{Answered, DialPolicy, LeaseAnswer};
use crate::lead::event as lead;
use crate::lead::event::LeadEvent;
use crate::outcome::Outcome;
use crate::phone::{Phone, Validity};
use crate::status::{Disposition, PanelStatus, Stage};
use crate::time::Instant;
use crate::verdict::{FactSource, Remarks};
use chrono::Duration;
use uuid::Uuid;

/// The events of a lead: its capture and `length` more, in any order that a log may hold.
pub fn lead_history(seed: u64, length: usize) -> Vec<LeadEvent> {
    let mut chance = Chance(seed);
    let mut known = Vec::new();
    let mut events = vec![captured()];
    for n in 0..length {
        let at = super::at() + Duration::minutes(i64::try_from(n).unwrap_or_default());
        events.push(chance.event(at, &mut known));
    }
    events
}

fn captured() -> LeadEvent {
    let phone = Phone {
        raw: "09123456789".to_owned(),
        e164: Some("+989123456789".to_owned()),
        validity: Validity::Valid,
    };
    LeadEvent::LeadCaptured(Box::new(lead::LeadCaptured {
        at: super::at(),
        num: 1,
        source: lead::Source::Panel,
        stage: Stage::New,
        agent_id: None,
        priority: 0,
        schedule_at: None,
        person: lead::Person { phone: Some(phone), ..lead::Person::default() },
    }))
}

/// Numbers by chance (`SplitMix64`).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % limit).unwrap_or_default()
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    fn minutes(&mut self, limit: usize) -> Duration {
        Duration::minutes(i64::try_from(self.below(limit)).unwrap_or_default())
    }

    fn uuid(&mut self) -> Uuid {
        Uuid::from_u64_pair(self.next(), self.next())
    }

    fn event(&mut self, at: Instant, known: &mut Vec<AttemptId>) -> LeadEvent {
        match self.below(20) {
            0 => LeadEvent::LeadRequeued(lead::LeadRequeued { at, lifts_suppression: self.below(2) == 0 }),
            1 => LeadEvent::PanelStatusSet(lead::PanelStatusSet {
                at,
                status: self.pick(&[PanelStatus::Missed, PanelStatus::Banned]),
                policy: DialPolicy::default(),
            }),
            2 => LeadEvent::LeadClosed(lead::LeadClosed { at, disposition: Disposition::Completed }),
            3 => LeadEvent::LeadTakenUp(lead::LeadTakenUp { at }),
            4 => LeadEvent::StageSet(lead::StageSet { at, stage: self.pick(Stage::ALL) }),
            5 => LeadEvent::LeadScheduled(lead::LeadScheduled {
                at,
                due_at: at + self.minutes(90),
                priority: 1,
            }),
            6 => LeadEvent::LeadLeased(lead::LeadLeased {
                at,
                batch_id: self.batch(),
                expires_at: at + self.minutes(20),
            }),
            7 if self.below(3) == 0 => LeadEvent::SuppressionLifted(lead::SuppressionLifted {
                at,
                person: lead::OverrideReason { reason: "asked to be called again".to_owned() },
            }),
            7 if !known.is_empty() => LeadEvent::CallPlaced(lead::CallPlaced {
                at,
                attempt_id: self.pick(known),
                direction: self.pick(lead::Direction::ALL),
                call: lead::ProviderCall { provider: "twilio".to_owned(), id: self.uuid().to_string() },
            }),
            8..=11 if !known.is_empty() => LeadEvent::AttemptRevised(Box::new(self.fact(at, known))),
            _ => {
                let event = self.attempt(at);
                known.push(event.attempt_id);
                LeadEvent::AttemptReported(Box::new(event))
            }
        }
    }

    fn batch(&mut self) -> BatchId {
        BatchId(id(200 + u128::from(self.next() % 3)))
    }

    fn attempt(&mut self, at: Instant) -> lead::AttemptReported {
        let is_of_batch = self.below(2) == 0;
        lead::AttemptReported {
            at,
            attempt_id: AttemptId(self.uuid()),
            batch_id: is_of_batch.then(|| self.batch()),
            attempted_at: at + Duration::minutes(10) - self.minutes(60),
            source: self.pick(FactSource::ALL),
            outcome: self.pick(Outcome::ALL),
            agent_id: self.agent(),
            duration_seconds: Some(30),
            policy: DialPolicy { max_attempts: 30, ..DialPolicy::default() },
            answered: answered(),
            person: self.remarks(),
        }
    }

    fn fact(&mut self, at: Instant, known: &[AttemptId]) -> lead::FactAdded {
        lead::FactAdded {
            at,
            attempt_id: self.pick(known),
            fact_id: FactId(self.uuid()),
            source: self.pick(FactSource::ALL),
            outcome: self.pick(Outcome::ALL),
            agent_id: self.agent(),
            duration_seconds: None,
            answered: answered(),
            person: self.remarks(),
        }
    }

    fn agent(&mut self) -> Option<AgentId> {
        self.pick(&[None, Some(AgentId(id(1))), Some(AgentId(id(2)))])
    }

    fn remarks(&mut self) -> Remarks {
        let user_message = self.pick(&[None, Some("later"), Some("call me in May")]);
        Remarks { user_message: user_message.map(str::to_owned), ..Remarks::default() }
    }
}

fn answered() -> Answered {
    Answered {
        status: PanelStatus::Busy,
        attempts: 1,
        lease: LeaseAnswer::None,
        call_allowed: true,
        warnings: Vec::new(),
    }
}
