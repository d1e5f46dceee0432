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
        if lead.is_suppressed() {
            return Err(Refusal::PhoneIsBanned);
        }
        if lead.scheduling_status() == SchedulingStatus::InProgress {
            return Ok(Vec::new());
        }
        Ok(vec![LeadEvent::LeadTakenUp(LeadTakenUp { at: lead.takes_effect_at(self.at) })])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::LeadCommand;
    use crate::lead::close::CloseLead;
    use crate::lead::given::{captured, given, minute, report};
    use crate::lead::requeue::RequeueLead;
    use crate::lead::schedule::ScheduleLead;
    use crate::outcome::Outcome;
    use crate::status::{Disposition, PanelStatus};

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

    /// C-21: nothing of a person's scheduling lifts a ban.
    #[test]
    fn a_ban_outlasts_closing_and_is_in_the_way_of_the_rest() {
        let banned = given([captured()]).reports(report(Outcome::Banned, 1));
        let close = CloseLead { at: minute(5), disposition: Disposition::NotInterested };
        let closed = banned.when(LeadCommand::Close(close));
        assert!(closed.lead.is_suppressed());
        let take_up = LeadCommand::TakeUp(TakeUpLead { at: minute(9) });
        let schedule = LeadCommand::Schedule(ScheduleLead {
            at: minute(9),
            due_at: minute(9),
            priority: 1,
            override_reason: None,
        });
        for command in [take_up, schedule] {
            assert_eq!(closed.then(command), Err(Refusal::PhoneIsBanned));
        }
        let requeue = LeadCommand::Requeue(RequeueLead { at: minute(10) });
        assert!(closed.when(requeue).lead.is_suppressed(), "putting it back in the queue does not either");
    }
}
