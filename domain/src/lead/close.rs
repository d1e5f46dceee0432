//! A person says that a lead is done.

use super::command::live;
use super::event::{LeadClosed, LeadEvent};
use super::state::Lead;
use crate::Refusal;
use crate::status::Disposition;
use crate::time::Instant;

#[derive(Clone, Debug)]
pub struct CloseLead {
    pub at: Instant,
    pub disposition: Disposition,
}

impl CloseLead {
    pub fn decide(&self, lead: &Lead) -> Result<Vec<LeadEvent>, Refusal> {
        live(lead)?;
        if lead.queue().disposition == Some(self.disposition) {
            return Ok(Vec::new());
        }
        Ok(vec![LeadEvent::LeadClosed(LeadClosed {
            at: lead.takes_effect_at(self.at),
            disposition: self.disposition,
        })])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::LeadCommand;
    use crate::lead::given::{captured, given, minute};
    use crate::status::{PanelStatus, SchedulingStatus};

    /// B-086
    #[test]
    fn closing_gives_the_disposition_and_leaves_the_panels_word() {
        let close = LeadCommand::Close(CloseLead { at: minute(3), disposition: Disposition::HungUp });
        let after = given([captured()]).when(close.clone());
        assert_eq!(after.lead.queue().disposition, Some(Disposition::HungUp));
        assert_eq!(after.lead.scheduling_status(), SchedulingStatus::Done);
        assert_eq!(after.lead.panel_status(), PanelStatus::InQueue);
        assert_eq!(after.then(close), Ok(Vec::new()));
    }
}
