#![expect(clippy::needless_pass_by_value, reason = "tests read better without `&`")]
//! Given these events, when this is asked, then that happens: the sentences that the behaviours' tests are made of.

use super::attempt::DialPolicy;
use super::event::{LeadCaptured, LeadEvent, Person, Source};
use super::report_attempt::ReportAttempt;
use super::{Lead, LeadCommand, decide};
use crate::Refusal;
use crate::ids::{AttemptId, BatchId, FactId};
use crate::outcome::Outcome;
use crate::phone::{Phone, Region};
use crate::status::Stage;
use crate::time::Instant;
use crate::verdict::{FactSource, Remarks};
use chrono::Duration;
use uuid::Uuid;

/// Minutes after an arbitrary morning.
pub(crate) fn minute(minutes: i64) -> Instant {
    "2025-03-01T08:00:00Z".parse::<Instant>().unwrap() + Duration::minutes(minutes)
}

pub(crate) fn captured() -> LeadEvent {
    LeadEvent::LeadCaptured(Box::new(LeadCaptured {
        at: minute(0),
        num: 1,
        source: Source::Panel,
        stage: Stage::New,
        agent_id: None,
        priority: 0,
        schedule_at: None,
        person: Person {
            phone: Some(Phone::try_new("09123456789", Region::default()).unwrap()),
            ..Person::default()
        },
    }))
}

pub(crate) fn batch(n: u128) -> BatchId {
    BatchId(Uuid::from_u128(n))
}

/// A machine's report of `outcome`, stated and received at that minute.
pub(crate) fn report(outcome: Outcome, minutes: i64) -> ReportAttempt {
    ReportAttempt {
        at: minute(minutes),
        attempt_id: AttemptId(Uuid::from_u128(minutes.unsigned_abs().into())),
        fact_id: FactId(Uuid::from_u128(1_000 + u128::from(minutes.unsigned_abs()))),
        batch_id: None,
        attempted_at: minute(minutes),
        source: FactSource::Machine,
        outcome,
        agent_id: None,
        duration_seconds: None,
        policy: DialPolicy::default(),
        call_allowed: true,
        warnings: Vec::new(),
        remarks: Remarks::default(),
    }
}

/// The lead after `events`.
pub(crate) fn given(events: impl IntoIterator<Item = LeadEvent>) -> Given {
    let mut lead = Lead::default();
    for event in events {
        lead.apply(event);
    }
    Given { lead }
}

pub(crate) struct Given {
    pub(crate) lead: Lead,
}

impl Given {
    /// Decides and takes in what follows.
    pub(crate) fn when(mut self, command: LeadCommand) -> Self {
        for event in decide(&self.lead, &command).expect("not refused") {
            self.lead.apply(event);
        }
        self
    }

    pub(crate) fn reports(self, report: ReportAttempt) -> Self {
        self.when(LeadCommand::ReportAttempt(Box::new(report)))
    }

    pub(crate) fn then(&self, command: LeadCommand) -> Result<Vec<LeadEvent>, Refusal> {
        decide(&self.lead, &command)
    }
}
