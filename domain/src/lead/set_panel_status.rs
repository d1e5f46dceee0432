//! A person changes a number's status in the panel: only between mutable words (B-113, B-114, C-22).

use super::attempt::DialPolicy;
use super::command::live;
use super::event::{LeadEvent, LeadRequeued, PanelStatusSet};
use super::state::Lead;
use crate::Refusal;
use crate::status::PanelStatus;
use crate::time::Instant;

/// IN_QUEUE puts the number back in the queue; BANNED takes it out and suppresses it; the others wait as a retry that
/// does not count as an attempt. Every word but BANNED lifts the suppression (C-44).
#[derive(Clone, Debug)]
pub struct SetPanelStatus {
    pub at: Instant,
    pub status: PanelStatus,
    pub policy: DialPolicy,
}

impl SetPanelStatus {
    pub fn decide(&self, lead: &Lead) -> Result<Vec<LeadEvent>, Refusal> {
        live(lead)?;
        let current = lead.panel_status();
        if !current.is_mutable() {
            return Err(Refusal::StatusIsImmutable(current));
        }
        if !self.status.is_mutable() {
            return Err(Refusal::StatusIsNotSettable(self.status));
        }
        // The word may be right and the suppression not, or the other way round: they move apart (C-44).
        let is_suppressed_so = lead.is_suppressed() == (self.status == PanelStatus::Banned);
        if current == self.status && is_suppressed_so && !lead.is_spent() {
            return Ok(Vec::new());
        }
        let at = lead.takes_effect_at(self.at);
        Ok(vec![if self.status == PanelStatus::InQueue {
            LeadEvent::LeadRequeued(LeadRequeued { at, lifts_suppression: true })
        } else {
            LeadEvent::PanelStatusSet(PanelStatusSet { at, status: self.status, policy: self.policy })
        }])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::LeadCommand;
    use crate::lead::given::{captured, given, minute, report};
    use crate::lead::report_attempt::ReportAttempt;
    use crate::outcome::Outcome;
    use crate::status::QueueState;

    fn set(status: PanelStatus) -> LeadCommand {
        LeadCommand::SetPanelStatus(SetPanelStatus { at: minute(9), status, policy: DialPolicy::default() })
    }

    /// B-113, B-114
    #[test]
    fn mutable_words_are_set_on_mutable_numbers_only() {
        for &outcome in Outcome::ALL.iter().filter(|outcome| outcome.is_final()) {
            let number = given([captured()]).reports(report(outcome, 1));
            let current = number.lead.panel_status();
            for &status in PanelStatus::ALL {
                let answer = number.then(set(status));
                match (current.is_mutable(), status.is_mutable()) {
                    (false, _) => assert_eq!(answer, Err(Refusal::StatusIsImmutable(current))),
                    (true, false) => assert_eq!(answer, Err(Refusal::StatusIsNotSettable(status))),
                    (true, true) => assert!(answer.is_ok(), "{current} to {status}"),
                }
            }
        }
    }

    #[test]
    fn a_ban_closes_and_suppresses_until_the_number_is_queued_again() {
        let banned = given([captured()]).when(set(PanelStatus::Banned));
        assert!(banned.lead.is_suppressed());
        assert_eq!(banned.lead.queue().state, QueueState::Closed);
        let lifted = banned.when(set(PanelStatus::InQueue));
        assert!(!lifted.lead.is_suppressed());
        assert_eq!(lifted.lead.queue().state, QueueState::Queued);
    }

    /// C-45
    #[test]
    fn a_persons_word_takes_effect_after_a_call_that_the_dialers_clock_puts_ahead() {
        let ahead = ReportAttempt { attempted_at: minute(13), ..report(Outcome::NoAnswer, 9) };
        let after = given([captured()]).reports(ahead).when(set(PanelStatus::Banned));
        assert_eq!(after.lead.panel_status(), PanelStatus::Banned);
        assert!(after.lead.is_suppressed());
        assert_eq!(after.lead.queue().state, QueueState::Closed);
        assert_eq!(after.lead.last_act.as_ref().map(|act| act.at), Some(minute(13)));
        let queued = after.when(set(PanelStatus::InQueue));
        assert_eq!(queued.lead.panel_status(), PanelStatus::InQueue);
        assert_eq!(queued.lead.calls_since_requeue, 1, "the call ahead was not made later than the act");
    }

    #[test]
    fn missed_waits_as_a_retry_without_counting_as_an_attempt() {
        let missed = given([captured()]).when(set(PanelStatus::Missed));
        assert_eq!((missed.lead.queue().state, missed.lead.attempts_count()), (QueueState::RetryWait, 0));
    }
}
