//! A person says that a number may be dialed again (C-44). Its status stays: whoever wants it called puts it back in the
//! queue.

use super::event::{LeadEvent, OverrideReason, SuppressionLifted};
use super::state::Lead;
use crate::Refusal;
use crate::time::Instant;

/// A deleted lead's suppression is lifted too: it holds for the number, whatever became of the lead.
#[derive(Clone, Debug)]
pub struct LiftSuppression {
    pub at: Instant,
    pub reason: String,
}

impl LiftSuppression {
    pub fn decide(&self, lead: &Lead) -> Result<Vec<LeadEvent>, Refusal> {
        if !lead.exists() {
            return Err(Refusal::LeadIsUnknown);
        }
        if self.reason.trim().is_empty() {
            return Err(Refusal::ReasonIsMissing);
        }
        if !lead.is_suppressed() {
            return Ok(Vec::new());
        }
        Ok(vec![LeadEvent::SuppressionLifted(SuppressionLifted {
            at: lead.takes_effect_at(self.at),
            person: OverrideReason { reason: self.reason.clone() },
        })])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::KeyKind;
    use crate::lead::attempt::{DialPolicy, Warning};
    use crate::lead::given::{Given, captured, given, minute, report};
    use crate::lead::report_attempt::ReportAttempt;
    use crate::lead::requeue::RequeueLead;
    use crate::lead::set_panel_status::SetPanelStatus;
    use crate::lead::{Lead, LeadCommand};
    use crate::outcome::Outcome;
    use crate::status::{PanelStatus, QueueState};
    use crate::verdict::Remarks;
    use uuid::Uuid;

    fn lift(reason: &str) -> LeadCommand {
        LeadCommand::LiftSuppression(LiftSuppression { at: minute(50), reason: reason.to_owned() })
    }

    fn set(status: PanelStatus, at: i64) -> LeadCommand {
        LeadCommand::SetPanelStatus(SetPanelStatus { at: minute(at), status, policy: DialPolicy::default() })
    }

    fn holds_the_key(lead: &Lead) -> bool {
        lead.held_keys(Uuid::nil()).iter().any(|(key, ..)| key.kind == KeyKind::Suppressed)
    }

    fn banned() -> Given {
        given([captured()]).reports(report(Outcome::Banned, 1))
    }

    /// C-44, B-112
    #[test]
    fn a_later_report_moves_the_status_and_leaves_the_suppression() {
        let missed = report(Outcome::NoAnswer, 5);
        let after = banned().reports(missed.clone());
        assert_eq!(after.lead.panel_status(), PanelStatus::Missed);
        assert_eq!(after.lead.queue().state, QueueState::RetryWait);
        assert!(after.lead.is_suppressed() && holds_the_key(&after.lead));
        assert_eq!(missed.answer(&after.lead).unwrap().answered.warnings, [Warning::Suppressed]);
        let first = report(Outcome::Banned, 1).answer(&after.lead).unwrap();
        assert_eq!(first.answered.warnings, [], "it was not suppressed before");
    }

    #[test]
    fn a_ban_that_is_outranked_or_late_suppresses_too() {
        let connected = given([captured()]).reports(report(Outcome::Connected, 5));
        let outranked = given([captured()])
            .reports(report(Outcome::Connected, 5))
            .reports(ReportAttempt { at: minute(6), ..report(Outcome::Banned, 5) });
        assert!(outranked.lead.is_suppressed());
        assert_eq!(outranked.lead.panel_status(), PanelStatus::Connected);
        let late = connected.reports(ReportAttempt { at: minute(9), ..report(Outcome::Banned, 3) });
        assert!(late.lead.is_suppressed());
        assert_eq!(late.lead.panel_status(), PanelStatus::Connected);
    }

    #[test]
    fn a_person_lifts_it_with_a_reason_once_and_the_status_stays() {
        assert_eq!(banned().then(lift(" ")), Err(Refusal::ReasonIsMissing));
        assert_eq!(given([]).then(lift("a")), Err(Refusal::LeadIsUnknown));
        let lifted = banned().when(lift("asked for it"));
        assert!(!lifted.lead.is_suppressed() && !holds_the_key(&lifted.lead));
        assert_eq!(lifted.lead.panel_status(), PanelStatus::Banned);
        assert_eq!(lifted.then(lift("asked for it")), Ok(Vec::new()));
    }

    #[test]
    fn a_remark_on_the_call_that_banned_does_not_suppress_again_and_another_call_does() {
        let lifted = banned().when(lift("asked for it"));
        let remarks = Remarks { reason: Some("recording".to_owned()), ..Remarks::default() };
        let remarked = lifted.reports(ReportAttempt { remarks, ..report(Outcome::Banned, 1) });
        assert!(!remarked.lead.is_suppressed());
        assert!(remarked.reports(report(Outcome::Banned, 60)).lead.is_suppressed());
    }

    #[test]
    fn every_word_of_the_panel_but_banned_lifts_it_and_the_scheduler_does_not() {
        for &status in PanelStatus::ALL.iter().filter(|status| status.is_mutable()) {
            let after = banned().when(set(status, 9));
            assert_eq!(after.lead.is_suppressed(), status == PanelStatus::Banned, "{status}");
        }
        let requeued = banned().when(LeadCommand::Requeue(RequeueLead { at: minute(9) }));
        assert_eq!(requeued.lead.panel_status(), PanelStatus::InQueue);
        assert!(requeued.lead.is_suppressed());
        assert!(!requeued.when(set(PanelStatus::InQueue, 10)).lead.is_suppressed(), "though the word is so");
    }

    #[test]
    fn a_word_is_set_again_where_the_suppression_is_not_what_it_says() {
        let missed = banned().reports(report(Outcome::NoAnswer, 5));
        assert_eq!(missed.then(set(PanelStatus::Missed, 9)).unwrap().len(), 1);
        let again = missed.when(set(PanelStatus::Banned, 9));
        assert_eq!((again.lead.panel_status(), again.lead.is_suppressed()), (PanelStatus::Banned, true));
        assert_eq!(again.then(set(PanelStatus::Banned, 10)), Ok(Vec::new()));
        let banned_again = banned().when(lift("asked for it")).when(set(PanelStatus::Banned, 60));
        assert!(banned_again.lead.is_suppressed());
    }
}
