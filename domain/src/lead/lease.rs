//! A batch gets the right to dial a lead for a while (B-099). The lease ends by its report or by the clock.

use super::dialability::Circumstances;
use super::event::{LeadEvent, LeadLeased};
use super::state::Lead;
use crate::Refusal;
use crate::agent::hours::BusinessHours;
use crate::ids::BatchId;
use crate::time::Instant;

#[derive(Clone, Debug)]
pub struct LeaseLead {
    pub at: Instant,
    pub batch_id: BatchId,
    pub expires_at: Instant,
    /// The business hours of its agent; `None`: any hour.
    pub hours: Option<BusinessHours>,
}

impl LeaseLead {
    pub fn decide(&self, lead: &Lead) -> Result<Vec<LeadEvent>, Refusal> {
        if !lead.exists() {
            return Err(Refusal::LeadIsUnknown);
        }
        let circumstances = Circumstances::at(self.at).within(self.hours.as_ref());
        if let Some(refusal) = lead.gates(&circumstances).iter().find_map(|(_, refusal)| *refusal) {
            return Err(refusal);
        }
        Ok(vec![LeadEvent::LeadLeased(LeadLeased {
            at: self.at,
            batch_id: self.batch_id,
            expires_at: self.expires_at,
        })])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::LeadCommand;
    use crate::lead::given::{batch, captured, given, minute, report};
    use crate::outcome::Outcome;

    fn lease(n: u128, at: i64) -> LeadCommand {
        LeadCommand::Lease(LeaseLead {
            at: minute(at),
            batch_id: batch(n),
            expires_at: minute(at + 15),
            hours: None,
        })
    }

    /// B-099
    #[test]
    fn a_leased_lead_is_not_given_again_until_the_lease_expires() {
        let leased = given([captured()]).when(lease(1, 1));
        assert_eq!(leased.then(lease(2, 15)), Err(Refusal::LeadIsLeased));
        assert_eq!(leased.when(lease(2, 16)).lead.lease.unwrap().batch_id, batch(2));
    }

    #[test]
    fn a_closed_lead_and_one_that_waits_for_its_retry_are_not_given() {
        let closed = given([captured()]).reports(report(Outcome::Connected, 1));
        assert_eq!(closed.then(lease(1, 99)), Err(Refusal::LeadIsClosed));
        let waiting = given([captured()]).reports(report(Outcome::Busy, 1));
        assert_eq!(waiting.then(lease(1, 60)), Err(Refusal::LeadIsNotDue));
        assert!(waiting.then(lease(1, 61)).is_ok());
    }
}
