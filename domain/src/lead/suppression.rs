//! Must a number not be dialed? An axis of its own, and no consequence of the newest timeline entry: it is folded in the
//! order of the log, whatever times are stated, and only a person lifts it (C-44).

use super::event::LeadEvent;
use super::state::Lead;
use crate::outcome::Outcome;
use crate::status::PanelStatus;

impl Lead {
    /// Whether its phone must not be dialed, whatever lead asks for it.
    pub fn is_suppressed(&self) -> bool {
        self.suppressed
    }

    /// Whether it is suppressed once that event is taken in.
    pub(super) fn suppressed_after(&self, event: &LeadEvent) -> bool {
        match event {
            LeadEvent::AttemptReported(e) => self.suppressed || e.outcome == Outcome::Banned,
            // Also a fact that is outranked: somebody said that the number must not be called.
            LeadEvent::AttemptRevised(e) => {
                let is_known = || self.attempts.find(e.attempt_id).is_some();
                self.suppressed || e.outcome == Outcome::Banned && is_known()
            }
            LeadEvent::PanelStatusSet(e) => e.status == PanelStatus::Banned,
            LeadEvent::LeadRequeued(e) => self.suppressed && !e.lifts_suppression,
            LeadEvent::LeadCaptured(_) | LeadEvent::SuppressionLifted(_) => false,
            // An annotation says again what was said of the same call before, which may have been lifted since.
            LeadEvent::AttemptAnnotated(_)
            | LeadEvent::LeadDetailsChanged(_)
            | LeadEvent::LeadAssigned(_)
            | LeadEvent::LeadScheduled(_)
            | LeadEvent::LeadLeased(_)
            | LeadEvent::StageSet(_)
            | LeadEvent::NoteAdded(_)
            | LeadEvent::LeadClosed(_)
            | LeadEvent::LeadDeleted(_)
            | LeadEvent::LeadStatusChanged(_)
            | LeadEvent::ExternalRefAdded(_)
            | LeadEvent::InterestRecorded(_)
            | LeadEvent::DuplicateSuspected(_)
            | LeadEvent::LeadSubmitted(_)
            | LeadEvent::SubmissionAnswered(_)
            | LeadEvent::LeadTakenUp(_)
            | LeadEvent::CallPlaced(_)
            | LeadEvent::HoursOverridden(_)
            | LeadEvent::LeadGraded(_)
            | LeadEvent::CampaignRecorded(_)
            | LeadEvent::AssignmentWeighed(_)
            | LeadEvent::CallPlanned(_)
            | LeadEvent::CallDeleted(_)
            | LeadEvent::LeadValued(_) => self.suppressed,
        }
    }
}
