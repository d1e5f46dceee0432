//! A lead goes back to the queue with all its attempts to spend again. A suppression stays: it is not the scheduler's to
//! lift (C-44).

use super::command::live;
use super::event::{LeadEvent, LeadRequeued};
use super::state::Lead;
use crate::Refusal;
use crate::status::SchedulingStatus;
use crate::time::Instant;

#[derive(Clone, Debug)]
pub struct RequeueLead {
    pub at: Instant,
}

impl RequeueLead {
    pub fn decide(&self, lead: &Lead) -> Result<Vec<LeadEvent>, Refusal> {
        live(lead)?;
        if lead.scheduling_status() == SchedulingStatus::New {
            return Ok(Vec::new());
        }
        Ok(vec![LeadEvent::LeadRequeued(LeadRequeued {
            at: lead.takes_effect_at(self.at),
            lifts_suppression: false,
        })])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::LeadCommand;
    use crate::lead::given::{captured, given, minute, report};
    use crate::outcome::Outcome;
    use crate::status::PanelStatus;

    #[test]
    fn a_closed_lead_is_queued_again_and_a_waiting_one_stays_as_it_is() {
        let requeue = LeadCommand::Requeue(RequeueLead { at: minute(9) });
        let after = given([captured()]).reports(report(Outcome::NotInterested, 1)).when(requeue.clone());
        assert_eq!(after.lead.panel_status(), PanelStatus::InQueue);
        assert_eq!(after.then(requeue), Ok(Vec::new()));
    }
}
