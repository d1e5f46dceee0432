//! What do people see of a lead? Every status, as a function of its newest timeline entry (C-16, C-43).

use super::attempt::{Attempt, DialPolicy};
use super::event::Direction;
use super::state::Lead;
use crate::outcome::{Effect, Outcome};
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
        self.newest(|_| true)
    }

    fn newest(&self, counts: impl Fn(&Attempt) -> bool) -> Option<&Attempt> {
        let counted = self.attempts.iter().filter(|attempt| counts(attempt));
        counted.max_by_key(|attempt| (attempt.ordered_at(), attempt.id))
    }

    /// Finished attempts, ever.
    pub fn attempts_count(&self) -> u32 {
        self.count_calls(|attempt| attempt.outcome.is_final())
    }

    /// Whether all attempts are used up while the last of them has not ended: nobody calls again until it has.
    pub fn is_spent(&self) -> bool {
        match self.newest_entry() {
            Entry::Attempt(newest) => {
                !newest.outcome.is_final() && self.calls_since_requeue() >= newest.policy.max_attempts
            }
            Entry::Capture | Entry::Act(_) => false,
        }
    }

    /// Calls since the lead was last put back in the queue, those too whose end nobody told.
    pub fn calls_since_requeue(&self) -> u32 {
        let since = self.requeued_at.unwrap_or(Instant::MIN_UTC);
        self.count_calls(|attempt| attempt.ordered_at() >= since)
    }

    fn count_calls(&self, counts: impl Fn(&Attempt) -> bool) -> u32 {
        let counted = self.attempts.iter().filter(|attempt| counts(attempt));
        u32::try_from(counted.count()).unwrap_or(u32::MAX)
    }

    /// The newest attempt that says where the lead stands: somebody who is calling us has said nothing yet.
    fn newest_telling(&self) -> Option<&Attempt> {
        self.newest(|attempt| attempt.outcome.is_final() || attempt.direction == Direction::Outbound)
    }

    fn newest_entry(&self) -> Entry<'_> {
        match (self.newest_telling(), self.acts.last()) {
            (Some(attempt), Some(act)) if act.at < attempt.ordered_at() => Entry::Attempt(attempt),
            (Some(attempt), None) => Entry::Attempt(attempt),
            (_, Some(act)) => Entry::Act(act),
            (None, None) => Entry::Capture,
        }
    }

    /// The panel's word: of the newest entry that has one (calls in flight have none).
    pub fn panel_status(&self) -> PanelStatus {
        let attempt = self.newest(|attempt| attempt.outcome.is_final());
        let act = self.acts.iter().rev().find_map(|act| match act.kind {
            ActKind::Requeued => Some((act.at, PanelStatus::InQueue)),
            ActKind::PanelStatusSet(status, _) => Some((act.at, status)),
            ActKind::Closed(_) | ActKind::TakenUp => None,
        });
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
        let waits = |state, due_at| Queue { state, due_at, disposition: None };
        let closed = |due_at, d| Queue { state: QueueState::Closed, due_at, disposition: Some(d) };
        let (entered_at, queue) = match self.newest_entry() {
            Entry::Capture => {
                (self.captured_at, waits(QueueState::Queued, self.schedule_at.unwrap_or(self.captured_at)))
            }
            Entry::Attempt(attempt) => (attempt.recorded_at, self.queue_after(attempt)),
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
                waits(state, scheduled.due_at)
            }
            _ => queue,
        }
    }

    fn queue_after(&self, attempt: &Attempt) -> Queue {
        let at = attempt.ordered_at();
        let (state, due_at, disposition) = match attempt.outcome.effect() {
            Effect::QueueAgain => (QueueState::Queued, at, None),
            Effect::Retry if self.calls_since_requeue() >= attempt.policy.max_attempts => {
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

    /// Whether its phone must not be dialed, whatever lead asks for it. Only another word of the panel, a requeue or a
    /// later call ends a ban: closing a lead or taking it up says nothing of its phone.
    pub fn is_suppressed(&self) -> bool {
        let told = self.acts.iter().rev().find_map(|act| match act.kind {
            ActKind::Requeued => Some((act.at, false)),
            ActKind::PanelStatusSet(status, _) => Some((act.at, status == PanelStatus::Banned)),
            ActKind::Closed(_) | ActKind::TakenUp => None,
        });
        match (self.newest(|attempt| attempt.outcome.is_final()), told) {
            (Some(attempt), Some((at, _))) if at < attempt.ordered_at() => attempt.outcome == Outcome::Banned,
            (Some(attempt), None) => attempt.outcome == Outcome::Banned,
            (_, Some((_, is_banned))) => is_banned,
            (None, None) => false,
        }
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
