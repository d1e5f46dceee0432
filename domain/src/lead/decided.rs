//! Which event decided each gate? Folded beside the state, so that nobody has to fold the stream again to tell (C-20).

use super::dialability::LeadGate;
use super::event::LeadEvent;
use super::state::{Lead, Lease};
use crate::ids::AgentId;
use crate::status::QueueState;
use crate::time::Instant;
use serde::{Deserialize, Serialize};

/// For each gate, the sequence of the last event that changed what it looks at. 0: nothing ever spoke of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Decided {
    /// How many events made the state.
    sequence: u32,
    by_gate: [u32; 7],
}

/// What the gates look at, whatever the time.
#[derive(PartialEq)]
pub(super) struct LookedAt {
    deletion: Option<Instant>,
    /// Asked only of events that may change it.
    phone: Option<String>,
    suppression: bool,
    attempts: (bool, bool, bool),
    due: Instant,
    lease: Option<Lease>,
    hours: (Option<AgentId>, Option<Instant>),
}

impl LookedAt {
    /// What the gates look at, if an event may change it.
    pub(super) fn of(lead: &Lead, may: MayMove) -> Option<Self> {
        let phone = match may {
            MayMove::Nothing => return None,
            MayMove::Gates => None,
            MayMove::GatesAndPhone => lead.phone_key(),
        };
        let (queue, is_spent) = lead.standing();
        Some(Self {
            deletion: lead.deleted_at,
            phone,
            suppression: lead.is_suppressed(),
            attempts: (queue.state == QueueState::Closed, is_spent, lead.is_full()),
            due: queue.due_at,
            lease: lead.lease.clone(),
            hours: (lead.agent_id, lead.hours_overridden_at),
        })
    }

    fn differs(&self, other: &Self) -> [(LeadGate, bool); 7] {
        [
            (LeadGate::Deletion, self.deletion != other.deletion),
            (LeadGate::Phone, self.phone != other.phone),
            (LeadGate::Suppression, self.suppression != other.suppression),
            (LeadGate::Attempts, self.attempts != other.attempts),
            (LeadGate::Due, self.due != other.due),
            (LeadGate::Lease, self.lease != other.lease),
            (LeadGate::BusinessHours, self.hours != other.hours),
        ]
    }
}

impl Decided {
    /// An event is passed over: it decides nothing.
    pub(crate) fn pass_over(&mut self) {
        self.sequence += 1;
    }

    /// The sequence of the event that decided that gate; `None` where nothing ever spoke of it.
    pub fn sequence(&self, gate: LeadGate) -> Option<i64> {
        Some(self.by_gate[gate as usize]).filter(|sequence| *sequence > 0).map(i64::from)
    }

    /// Takes in an event, from what the gates looked at before and after it.
    pub(super) fn take_in(&mut self, before: Option<&LookedAt>, after: Option<&LookedAt>) {
        self.sequence += 1;
        let (Some(before), Some(after)) = (before, after) else { return };
        for (gate, is_changed) in before.differs(after) {
            if is_changed {
                self.by_gate[gate as usize] = self.sequence;
            }
        }
    }
}

/// What an event may change of what the gates look at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum MayMove {
    Nothing,
    Gates,
    GatesAndPhone,
}

impl MayMove {
    pub(super) fn by(event: &LeadEvent) -> Self {
        match event {
            LeadEvent::LeadCaptured(_) | LeadEvent::LeadDetailsChanged(_) => Self::GatesAndPhone,
            LeadEvent::LeadAssigned(_)
            | LeadEvent::LeadScheduled(_)
            | LeadEvent::LeadLeased(_)
            | LeadEvent::AttemptReported(_)
            | LeadEvent::AttemptRevised(_)
            | LeadEvent::AttemptAnnotated(_)
            | LeadEvent::CallPlaced(_)
            | LeadEvent::PanelStatusSet(_)
            | LeadEvent::SuppressionLifted(_)
            | LeadEvent::LeadRequeued(_)
            | LeadEvent::LeadClosed(_)
            | LeadEvent::LeadTakenUp(_)
            | LeadEvent::LeadDeleted(_)
            | LeadEvent::HoursOverridden(_) => Self::Gates,
            LeadEvent::StageSet(_)
            | LeadEvent::NoteAdded(_)
            | LeadEvent::LeadStatusChanged(_)
            | LeadEvent::ExternalRefAdded(_)
            | LeadEvent::InterestRecorded(_)
            | LeadEvent::DuplicateSuspected(_)
            | LeadEvent::LeadSubmitted(_)
            | LeadEvent::SubmissionAnswered(_)
            | LeadEvent::LeadGraded(_)
            | LeadEvent::CampaignRecorded(_)
            | LeadEvent::AssignmentWeighed(_)
            | LeadEvent::CallPlanned(_)
            | LeadEvent::CallDeleted(_)
            | LeadEvent::LeadValued(_) => Self::Nothing,
        }
    }
}
