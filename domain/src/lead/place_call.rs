//! A provider took a call that it was asked to place: from now on the call has the provider's id too (C-25).

use super::event::{CallPlaced, Direction, LeadEvent, ProviderCall};
use super::state::Lead;
use crate::Refusal;
use crate::ids::AttemptId;
use crate::time::Instant;

#[derive(Clone, Debug)]
pub struct PlaceCall {
    pub at: Instant,
    /// The attempt as it was recorded before the provider was asked.
    pub attempt_id: AttemptId,
    pub direction: Direction,
    pub call: ProviderCall,
}

impl PlaceCall {
    pub fn decide(&self, lead: &Lead) -> Result<Vec<LeadEvent>, Refusal> {
        let attempt = lead.attempts.find(self.attempt_id).ok_or(Refusal::AttemptIsUnknown)?;
        match attempt.call {
            Some(ref known) if *known == self.call => Ok(Vec::new()),
            Some(_) => Err(Refusal::AlreadyExists),
            None => Ok(vec![LeadEvent::CallPlaced(CallPlaced {
                at: self.at,
                attempt_id: self.attempt_id,
                direction: self.direction,
                call: self.call.clone(),
            })]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Key;
    use crate::lead::LeadCommand;
    use crate::lead::given::{Given, batch, captured, given, minute, report};
    use crate::lead::lease::LeaseLead;
    use crate::lead::report_attempt::ReportAttempt;
    use crate::lead::schedule::ScheduleLead;
    use crate::outcome::Outcome;
    use crate::status::{QueueState, SchedulingStatus};

    fn lease(n: u128, at: i64) -> LeadCommand {
        let (batch_id, expires_at) = (batch(n), minute(at + 15));
        LeadCommand::Lease(LeaseLead { at: minute(at), batch_id, expires_at, hours: None })
    }

    fn called(outcome: Outcome, minutes: i64) -> ReportAttempt {
        ReportAttempt { batch_id: Some(batch(1)), attempted_at: minute(1), ..report(outcome, minutes) }
    }

    fn placed() -> Given {
        let ringing = given([captured()]).when(lease(1, 1)).reports(called(Outcome::Initiated, 1));
        let attempt_id = ringing.lead.newest_attempt().unwrap().id;
        let call = ProviderCall { provider: "simulated".to_owned(), id: "CA1".to_owned() };
        ringing.when(LeadCommand::PlaceCall(PlaceCall {
            at: minute(1),
            attempt_id,
            direction: Direction::Outbound,
            call,
        }))
    }

    /// B-085
    #[test]
    fn a_call_that_goes_on_keeps_its_lease_and_its_end_gives_it_back() {
        let going_on = placed();
        assert_eq!(going_on.lead.scheduling_status(), SchedulingStatus::InProgress);
        assert_eq!((going_on.lead.attempts_count(), going_on.then(lease(2, 2)).is_err()), (0, true));
        let over = going_on.reports(called(Outcome::NoAnswer, 3));
        assert_eq!((over.lead.lease.clone(), over.lead.attempts_count()), (None, 1));
        assert_eq!(over.lead.queue().state, QueueState::RetryWait);
    }

    #[test]
    fn the_providers_id_leads_to_the_lead_for_ever() {
        let over = placed().reports(called(Outcome::Connected, 3));
        let keys = over.lead.held_keys(uuid::Uuid::nil());
        assert!(keys.iter().any(|(key, ..)| *key == Key::call("simulated", "CA1")), "{keys:?}");
    }

    /// C-43: a provider that never says how its calls ended cannot make the ledger call somebody for ever.
    #[test]
    fn calls_whose_end_nobody_tells_use_up_the_attempts_too() {
        let mut lead = given([captured()]);
        for n in 1..=3u32 {
            let at = 200 * i64::from(n);
            lead = lead.when(lease(n.into(), at)).reports(report(Outcome::Initiated, at));
        }
        assert!(lead.lead.is_spent() && !placed().lead.is_spent());
        assert_eq!(lead.then(lease(9, 900)), Err(Refusal::LeadIsClosed));
        let scheduled =
            ScheduleLead { at: minute(900), due_at: minute(900), priority: 1, override_reason: None };
        let again = lead.when(LeadCommand::Schedule(scheduled));
        assert!(again.then(lease(9, 900)).is_ok(), "whoever schedules it gives it new attempts");
    }

    #[test]
    fn a_silent_call_is_not_made_again_while_it_may_still_go_on_and_counts_beside_the_others() {
        let silent = given([captured()]).when(lease(1, 1)).reports(report(Outcome::Initiated, 1));
        assert_eq!(silent.lead.queue().due_at, minute(121));
        let third = silent
            .when(lease(2, 121))
            .reports(report(Outcome::Initiated, 121))
            .when(lease(3, 300))
            .reports(ReportAttempt { batch_id: Some(batch(3)), ..report(Outcome::NoAnswer, 300) });
        assert_eq!((third.lead.queue().state, third.lead.attempts_count()), (QueueState::Closed, 1));
    }
}
