//! A lead is to be dialed at a chosen time, ahead of others if need be.

use super::command::live;
use super::event::{HoursOverridden, LeadEvent, LeadRequeued, LeadScheduled, OverrideReason};
use super::state::Lead;
use crate::Refusal;
use crate::status::QueueState;
use crate::time::Instant;

/// The priority of a lead that is dialed before all others (C-21).
pub const TOP_PRIORITY: i16 = i16::MAX;

/// A closed lead is put back in the queue first (C-21).
#[derive(Clone, Debug)]
pub struct ScheduleLead {
    pub at: Instant,
    pub due_at: Instant,
    /// Higher is dialed first.
    pub priority: i16,
    /// Why it may be called outside its agent's business hours, if it may.
    pub override_reason: Option<String>,
}

impl ScheduleLead {
    pub fn decide(&self, lead: &Lead) -> Result<Vec<LeadEvent>, Refusal> {
        live(lead)?;
        if lead.is_suppressed() {
            return Err(Refusal::PhoneIsBanned);
        }
        let queue = lead.queue();
        let is_over = queue.state == QueueState::Closed || lead.is_spent();
        let is_first = self.priority != TOP_PRIORITY || lead.goes_first();
        let is_placed = queue.due_at == self.due_at && lead.priority == self.priority && is_first;
        let is_overridden = self.override_reason.is_none() || lead.hours_overridden_at.is_some();
        if is_placed && is_overridden && !is_over {
            return Ok(Vec::new());
        }
        let at = lead.takes_effect_at(self.at);
        let mut events = Vec::new();
        if is_over {
            events.push(LeadEvent::LeadRequeued(LeadRequeued { at, lifts_suppression: false }));
        }
        events.push(LeadEvent::LeadScheduled(LeadScheduled {
            at,
            due_at: self.due_at,
            priority: self.priority,
        }));
        if let Some(reason) = self.override_reason.clone() {
            let person = OverrideReason { reason };
            events.push(LeadEvent::HoursOverridden(HoursOverridden { at, person }));
        }
        Ok(events)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::hours::BusinessHours;
    use crate::lead::LeadCommand;
    use crate::lead::close::CloseLead;
    use crate::lead::given::{batch, captured, given, minute, report};
    use crate::lead::lease::LeaseLead;
    use crate::lead::requeue::RequeueLead;
    use crate::outcome::Outcome;
    use crate::status::Disposition;

    fn schedule(due: i64) -> ScheduleLead {
        ScheduleLead { at: minute(10), due_at: minute(due), priority: 5, override_reason: None }
    }

    fn at(due: i64) -> LeadCommand {
        LeadCommand::Schedule(schedule(due))
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

    /// B-079, C-21: a retry that is due already is no longer the first once it has been called.
    #[test]
    fn a_lead_scheduled_before_all_others_goes_first_for_one_call() {
        let first = LeadCommand::Schedule(ScheduleLead { priority: TOP_PRIORITY, ..schedule(10) });
        let scheduled = given([captured()]).when(first.clone());
        assert!(scheduled.lead.goes_first() && !given([captured()]).when(at(10)).lead.goes_first());
        let called = scheduled.reports(report(Outcome::Busy, 20));
        assert!(!called.lead.goes_first(), "it was called");
        let later = ScheduleLead { at: minute(90), priority: TOP_PRIORITY, ..schedule(90) };
        assert!(called.when(LeadCommand::Schedule(later)).lead.goes_first());
        let closed = given([captured()]).reports(report(Outcome::Connected, 5));
        assert!(closed.when(first).lead.goes_first());
    }

    /// B-087
    #[test]
    fn an_override_opens_the_hours_for_one_call() {
        let hour = |hour| chrono::NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
        // Opens at noon; the tests' minutes begin at eight.
        let hours = BusinessHours::try_new(hour(12), hour(20), "UTC").unwrap();
        let lease = |at| {
            let (batch_id, expires_at) = (batch(1), minute(at + 15));
            LeadCommand::Lease(LeaseLead { at: minute(at), batch_id, expires_at, hours: Some(hours.clone()) })
        };
        assert_eq!(given([captured()]).when(at(20)).then(lease(20)), Err(Refusal::AgentIsClosed));
        let reason = Some("asked to be called before work".to_owned());
        let overridden = ScheduleLead { override_reason: reason, ..schedule(20) };
        let lead = given([captured()]).when(at(20)).when(LeadCommand::Schedule(overridden.clone()));
        assert_eq!(lead.then(LeadCommand::Schedule(overridden.clone())), Ok(Vec::new()));
        let late = lead.reports(report(Outcome::NoAnswer, 9));
        assert!(late.then(lease(70)).is_ok(), "a late report of an earlier call takes nothing away");
        let close = CloseLead { at: minute(11), disposition: Disposition::Completed };
        let requeue = LeadCommand::Requeue(RequeueLead { at: minute(12) });
        let reopened = late.when(LeadCommand::Close(close)).when(requeue);
        assert_eq!(reopened.then(lease(20)), Err(Refusal::AgentIsClosed), "closing takes it away");
        let lead = given([captured()]).when(at(20)).when(LeadCommand::Schedule(overridden));
        let called = lead.when(lease(20)).reports(report(Outcome::Busy, 21));
        assert_eq!(called.then(lease(90)), Err(Refusal::AgentIsClosed));
    }
}
