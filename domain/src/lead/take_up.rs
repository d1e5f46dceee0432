//! A person takes a lead up: a closed one is open again; the panel's word stays (C-22).

use super::command::live;
use super::event::{LeadEvent, LeadTakenUp};
use super::state::Lead;
use crate::Refusal;
use crate::status::SchedulingStatus;
use crate::time::Instant;

#[derive(Clone, Debug)]
pub struct TakeUpLead {
    pub at: Instant,
}

impl TakeUpLead {
    pub fn decide(&self, lead: &Lead) -> Result<Vec<LeadEvent>, Refusal> {
        live(lead)?;
        if lead.scheduling_status() == SchedulingStatus::InProgress {
            return Ok(Vec::new());
        }
        Ok(vec![LeadEvent::LeadTakenUp(LeadTakenUp { at: self.at })])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::LeadCommand;
    use crate::lead::given::{captured, given, minute, report};
    use crate::outcome::Outcome;
    use crate::status::PanelStatus;

    /// B-069
    #[test]
    fn a_closed_lead_is_open_again_and_the_panels_word_stays() {
        let take_up = LeadCommand::TakeUp(TakeUpLead { at: minute(9) });
        let closed = given([captured()]).reports(report(Outcome::Connected, 1));
        let after = closed.when(take_up.clone());
        assert_eq!(after.lead.scheduling_status(), SchedulingStatus::InProgress);
        assert_eq!(after.lead.panel_status(), PanelStatus::Connected);
        assert_eq!(after.then(take_up), Ok(Vec::new()));
    }
}
