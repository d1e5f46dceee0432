//! What do people see of a lead? Every status, as a function of its newest timeline entry (C-16, C-43).

use super::attempt::{Attempt, DialPolicy};
use super::attempts_index::Among;
use super::schedule::TOP_PRIORITY;
use super::state::Lead;
use crate::outcome::Effect;
use crate::status::{Axis, Disposition, PanelStatus, QueueState, SchedulingStatus};
use crate::time::Instant;
use chrono::Duration;
use serde::{Deserialize, Serialize};

/// A call that goes on for longer is taken for one whose end nobody told.
const CALL_MINUTES_MAX: i64 = 120;

/// Something a person did to a lead's place in the queue.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Act {
    pub at: Instant,
    pub kind: ActKind,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum ActKind {
    Requeued,
    PanelStatusSet(PanelStatus, DialPolicy),
    Closed(Disposition),
    /// A person works on it.
    TakenUp,
}

impl Act {
    /// The panel's word for it, if the panel has one.
    pub fn word(&self) -> Option<PanelStatus> {
        match self.kind {
            ActKind::Requeued => Some(PanelStatus::InQueue),
            ActKind::PanelStatusSet(status, _) => Some(status),
            ActKind::Closed(_) | ActKind::TakenUp => None,
        }
    }
}

/// The newest thing that says where a lead stands. At one instant an act outweighs an attempt. The capture gives way to
/// any attempt: a call proves that the lead was there, and a dialer's clock that is some seconds behind must not make
/// a connected number be dialed again.
enum Entry<'a> {
    Capture,
    Attempt(&'a Attempt),
    Act(&'a Act),
}

/// A lead's place in the dial queue.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Queue {
    pub state: QueueState,
    /// From when it may be dialed; for a closed lead, when it was closed.
    pub due_at: Instant,
    /// How it ended, once closed.
    pub disposition: Option<Disposition>,
}

impl Lead {
    /// The attempt with the latest time (then id), in flight or not.
    pub fn newest_attempt(&self) -> Option<&Attempt> {
        self.attempts.newest(Among::All)
    }

    /// Finished attempts, ever.
    pub fn attempts_count(&self) -> u32 {
        self.attempts.count(Among::Final)
    }

    /// Whether all attempts are used up while the last of them has not ended: nobody calls again until it has.
    pub fn is_spent(&self) -> bool {
        self.is_spent_after(&self.newest_entry())
    }

    fn is_spent_after(&self, newest: &Entry<'_>) -> bool {
        match newest {
            Entry::Attempt(newest) => {
                !newest.outcome.is_final() && self.calls_since_requeue >= newest.policy.max_attempts
            }
            Entry::Capture | Entry::Act(_) => false,
        }
    }

    /// When an act of a person takes effect that is decided upon the lead as it is (C-45): the clock's time, but after
    /// everything that the decision saw. The clock of a dialer, or of another process, may be ahead.
    pub fn takes_effect_at(&self, clock: Instant) -> Instant {
        let newest = self.newest_attempt().map(Attempt::ordered_at);
        newest.map_or(clock, |newest| clock.max(newest)).max(self.changed_at)
    }

    /// Whether a call at that time counts as made since the lead was last put back in the queue.
    pub(super) fn counts_since_requeue(&self, ordered_at: Instant) -> bool {
        self.requeued_at.is_none_or(|since| ordered_at >= since)
    }

    fn newest_entry(&self) -> Entry<'_> {
        match (self.attempts.newest(Among::Telling), &self.last_act) {
            (Some(attempt), Some(act)) if act.at < attempt.ordered_at() => Entry::Attempt(attempt),
            (Some(attempt), None) => Entry::Attempt(attempt),
            (_, Some(act)) => Entry::Act(act),
            (None, None) => Entry::Capture,
        }
    }

    /// The panel's word: of the newest entry that has one (calls in flight have none).
    pub fn panel_status(&self) -> PanelStatus {
        let attempt = self.attempts.newest(Among::Final);
        let act = self.last_word.as_ref().and_then(|act| Some((act.at, act.word()?)));
        let word = |attempt: &Attempt| attempt.outcome.panel_status().unwrap_or(PanelStatus::InQueue);
        match (attempt, act) {
            (Some(attempt), Some((at, _))) if at < attempt.ordered_at() => word(attempt),
            (Some(attempt), None) => word(attempt),
            (_, Some((_, status))) => status,
            (None, None) => PanelStatus::InQueue,
        }
    }

    /// The lead's place in the queue, leases apart.
    pub fn queue(&self) -> Queue {
        self.queue_after(&self.newest_entry())
    }

    /// Whether its next call comes before those of all other leads, due callbacks and retries included: somebody scheduled
    /// it so, and nothing has happened to its place in the queue since (C-21).
    pub fn goes_first(&self) -> bool {
        let (queue, is_scheduled) = self.place_after(&self.newest_entry());
        is_scheduled && queue.state != QueueState::Closed && self.priority == TOP_PRIORITY
    }

    /// The lead's place in the queue, and whether its attempts are used up: both at once for who asks often.
    pub(super) fn standing(&self) -> (Queue, bool) {
        let newest = self.newest_entry();
        (self.queue_after(&newest), self.is_spent_after(&newest))
    }

    fn queue_after(&self, newest: &Entry<'_>) -> Queue {
        self.place_after(newest).0
    }

    /// Its place in the queue, and whether it is there because somebody scheduled it.
    fn place_after(&self, newest: &Entry<'_>) -> (Queue, bool) {
        let waits = |state, due_at| Queue { state, due_at, disposition: None };
        let closed = |due_at, d| Queue { state: QueueState::Closed, due_at, disposition: Some(d) };
        let (entered_at, queue) = match newest {
            Entry::Capture => {
                (self.captured_at, waits(QueueState::Queued, self.schedule_at.unwrap_or(self.captured_at)))
            }
            Entry::Attempt(attempt) => (attempt.recorded_at, self.queue_after_call(attempt)),
            Entry::Act(act) => (
                act.at,
                match act.kind {
                    ActKind::Requeued => waits(QueueState::Queued, act.at),
                    ActKind::PanelStatusSet(PanelStatus::Banned, _) => closed(act.at, Disposition::NoAnswer),
                    ActKind::PanelStatusSet(_, policy) => {
                        waits(QueueState::RetryWait, act.at + policy.retry_delay())
                    }
                    ActKind::Closed(disposition) => closed(act.at, disposition),
                    ActKind::TakenUp => waits(QueueState::RetryWait, act.at),
                },
            ),
        };
        match &self.scheduled {
            Some(scheduled) if scheduled.at >= entered_at && queue.state != QueueState::Closed => {
                let state =
                    if self.attempts.is_empty() { QueueState::Queued } else { QueueState::CallbackWait };
                (waits(state, scheduled.due_at), true)
            }
            _ => (queue, false),
        }
    }

    fn queue_after_call(&self, attempt: &Attempt) -> Queue {
        let at = attempt.ordered_at();
        let (state, due_at, disposition) = match attempt.outcome.effect() {
            Effect::QueueAgain => (QueueState::Queued, at, None),
            Effect::Retry if self.calls_since_requeue >= attempt.policy.max_attempts => {
                (QueueState::Closed, at, Some(Disposition::NoAnswer))
            }
            Effect::InFlight => {
                let delay = attempt.policy.retry_delay().max(Duration::minutes(CALL_MINUTES_MAX));
                (QueueState::RetryWait, at + delay, None)
            }
            Effect::Retry => (QueueState::RetryWait, at + attempt.policy.retry_delay(), None),
            Effect::Close(disposition) => (QueueState::Closed, at, Some(disposition)),
            Effect::Suppress => (QueueState::Closed, at, Some(Disposition::NoAnswer)),
        };
        Queue { state, due_at, disposition }
    }

    /// Where it stands for the scheduler, a live lease not counted: that moves by the clock, not by an event.
    pub fn scheduling_status(&self) -> SchedulingStatus {
        if self.queue().state == QueueState::Closed {
            return SchedulingStatus::Done;
        }
        match self.newest_entry() {
            Entry::Capture | Entry::Act(Act { kind: ActKind::Requeued, .. }) => SchedulingStatus::New,
            Entry::Attempt(_) | Entry::Act(_) => SchedulingStatus::InProgress,
        }
    }

    /// Every axis and its present word; what `lead_status_changed` compares.
    pub fn axes(&self) -> [(Axis, Option<&'static str>); 4] {
        if !self.exists() {
            return [
                (Axis::Panel, None),
                (Axis::Scheduling, None),
                (Axis::Stage, None),
                (Axis::Disposition, None),
            ];
        }
        [
            (Axis::Panel, Some(self.panel_status().as_str())),
            (Axis::Scheduling, Some(self.scheduling_status().as_str())),
            (Axis::Stage, Some(self.stage.as_str())),
            (Axis::Disposition, self.queue().disposition.map(Disposition::as_str)),
        ]
    }
}
