//! A lead is to be dialed at a chosen time, ahead of others if need be.

use super::command::live;
use super::event::{LeadEvent, LeadRequeued, LeadScheduled};
use super::state::Lead;
use crate::Refusal;
use crate::status::QueueState;
use crate::time::Instant;

/// A closed lead is put back in the queue first (C-21).
#[derive(Clone, Debug)]
pub struct ScheduleLead {
    pub at: Instant,
    pub due_at: Instant,
    /// Higher is dialed first.
    pub priority: i16,
}

impl ScheduleLead {
    pub fn decide(&self, lead: &Lead) -> Result<Vec<LeadEvent>, Refusal> {
        live(lead)?;
        if lead.is_suppressed() {
            return Err(Refusal::PhoneIsBanned);
        }
        let queue = lead.queue();
        if queue.due_at == self.due_at && lead.priority == self.priority && queue.state != QueueState::Closed
        {
            return Ok(Vec::new());
        }
        let mut events = Vec::new();
        if queue.state == QueueState::Closed {
            events.push(LeadEvent::LeadRequeued(LeadRequeued { at: self.at }));
        }
        events.push(LeadEvent::LeadScheduled(LeadScheduled {
            at: self.at,
            due_at: self.due_at,
            priority: self.priority,
        }));
        Ok(events)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::LeadCommand;
    use crate::lead::given::{captured, given, minute, report};
    use crate::outcome::Outcome;

    fn at(due: i64) -> LeadCommand {
        LeadCommand::Schedule(ScheduleLead { at: minute(10), due_at: minute(due), priority: 5 })
    }

    /// B-060
    #[test]
    fn a_lead_is_due_at_the_chosen_time() {
        let after = given([captured()]).when(at(90));
        assert_eq!((after.lead.queue().due_at, after.lead.priority), (minute(90), 5));
        assert_eq!(after.lead.queue().state, QueueState::Queued);
        assert_eq!(after.then(at(90)), Ok(Vec::new()));
    }

    /// B-079
    #[test]
    fn a_lead_that_was_dialed_before_waits_as_a_callback_and_a_closed_one_reopens() {
        let retried = given([captured()]).reports(report(Outcome::Busy, 5)).when(at(20));
        assert_eq!(retried.lead.queue().state, QueueState::CallbackWait);
        let closed = given([captured()]).reports(report(Outcome::Connected, 5)).when(at(20));
        assert_eq!(
            (closed.lead.queue().state, closed.lead.queue().due_at),
            (QueueState::CallbackWait, minute(20))
        );
    }
}
