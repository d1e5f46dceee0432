//! May a lead be dialed at that time, and if not, what stands in the way? One list of gates for whoever leases a lead and
//! for whoever asks why it is not leased (C-20). The ledger-wide gates are those of [`crate::dialing`].

use super::state::Lead;
use crate::Refusal;
use crate::agent::hours::BusinessHours;
use crate::status::{QueueState, words};
use crate::time::Instant;

words! {
    /// What a lead must pass to be dialed.
    LeadGate {
        /// It is not deleted.
        Deletion = "deletion",
        /// It has a number that some numbering plan knows: no other is ever dialed (C-46).
        Phone = "phone",
        /// The number is not banned, on this lead or another.
        Suppression = "suppression",
        /// It waits: it is neither done nor out of attempts.
        Attempts = "attempts",
        /// Its time has come: scheduled, or the retry delay is over.
        Due = "due",
        /// Nobody else may dial it, or its number, now.
        Lease = "lease",
        /// The agent's hours are on.
        BusinessHours = "business_hours",
    }
}

/// What a lead's own state does not say.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    pub at: Instant,
    /// Of its agent; `None`: any hour.
    pub hours: Option<&'a BusinessHours>,
    /// Whether its number is banned on another lead.
    pub is_banned_elsewhere: bool,
    /// Whether its number is being dialed on another lead.
    pub is_leased_elsewhere: bool,
}

impl<'a> Circumstances<'a> {
    /// At that time, in nobody's way.
    pub const fn at(at: Instant) -> Self {
        Self { at, hours: None, is_banned_elsewhere: false, is_leased_elsewhere: false }
    }

    /// The same within these hours.
    #[must_use]
    pub const fn within(self, hours: Option<&'a BusinessHours>) -> Self {
        Self { hours, ..self }
    }
}

impl Lead {
    /// Every gate, in the order in which they speak, and what the closed ones say.
    pub fn gates(&self, circumstances: &Circumstances<'_>) -> [(LeadGate, Option<Refusal>); 7] {
        let Circumstances { at, hours, is_banned_elsewhere, is_leased_elsewhere } = *circumstances;
        let (queue, is_spent) = self.standing();
        let hours = hours.filter(|_| self.hours_overridden_at.is_none());
        let is_over = queue.state == QueueState::Closed || is_spent;
        let is_leased = self.lease.as_ref().is_some_and(|lease| lease.expires_at > at);
        let closed = |is_closed: bool, refusal| is_closed.then_some(refusal);
        [
            (LeadGate::Deletion, closed(self.deleted_at.is_some(), Refusal::LeadIsDeleted)),
            (LeadGate::Phone, closed(!self.has_dialable_phone(), Refusal::LeadHasNoPhone)),
            (
                LeadGate::Suppression,
                closed(self.is_suppressed() || is_banned_elsewhere, Refusal::PhoneIsBanned),
            ),
            (
                LeadGate::Attempts,
                closed(is_over, Refusal::LeadIsClosed).or(closed(self.is_full(), Refusal::LeadIsFull)),
            ),
            (LeadGate::Due, closed(queue.due_at > at, Refusal::LeadIsNotDue)),
            (LeadGate::Lease, closed(is_leased || is_leased_elsewhere, Refusal::LeadIsLeased)),
            (
                LeadGate::BusinessHours,
                closed(hours.is_some_and(|hours| !hours.is_open(at)), Refusal::AgentIsClosed),
            ),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::BatchId;
    use crate::lead::LeadCommand;
    use crate::lead::close::CloseLead;
    use crate::lead::given::{captured, given, minute, report};
    use crate::lead::lease::LeaseLead;
    use crate::outcome::Outcome;
    use crate::status::Disposition;
    use chrono::NaiveTime;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn closed(lead: &Lead, at: Instant) -> Vec<LeadGate> {
        let gates = lead.gates(&Circumstances::at(at));
        gates.iter().filter(|(_, refusal)| refusal.is_some()).map(|(gate, _)| *gate).collect()
    }

    /// B-088
    #[test]
    fn every_closed_gate_is_told_not_only_the_first() {
        let waiting = given([captured()]).reports(report(Outcome::Busy, 1));
        assert_eq!(closed(&waiting.lead, minute(2)), [LeadGate::Due]);
        assert_eq!(closed(&waiting.lead, minute(90)), []);
        let banned = given([captured()]).reports(report(Outcome::Banned, 1));
        assert_eq!(closed(&banned.lead, minute(90)), [LeadGate::Suppression, LeadGate::Attempts]);
    }

    proptest! {
        /// Whoever leases asks the same gates.
        #[test]
        fn a_lead_is_leased_exactly_when_every_gate_is_open(
            outcomes in proptest::collection::vec(0usize..Outcome::ALL.len(), 0..4),
            is_closed: bool, lease_at in 0i64..200, at in 0i64..400, from in 0u32..24, until in 0u32..24,
        ) {
            let mut lead = given([captured()]);
            for (n, index) in outcomes.iter().enumerate() {
                lead = lead.reports(report(Outcome::ALL[*index], i64::try_from(n).unwrap() + 1));
            }
            if is_closed {
                let close = CloseLead { at: minute(9), disposition: Disposition::Completed };
                lead = lead.when(LeadCommand::Close(close));
            }
            let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
            let hours = BusinessHours::try_new(hour(from), hour(until), "Asia/Tehran").unwrap();
            let lease = |at, n| LeaseLead {
                at: minute(at),
                batch_id: BatchId(Uuid::from_u128(n)),
                expires_at: minute(at + 15),
                hours: Some(hours.clone()),
            };
            if lead.then(LeadCommand::Lease(lease(lease_at, 1))).is_ok() {
                lead = lead.when(LeadCommand::Lease(lease(lease_at, 1)));
            }
            let gates = lead.lead.gates(&Circumstances::at(minute(at)).within(Some(&hours)));
            let first = gates.iter().find_map(|(_, refusal)| *refusal);
            prop_assert_eq!(lead.then(LeadCommand::Lease(lease(at, 2))).err(), first);
        }
    }
}
