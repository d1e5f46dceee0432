//! How often, how soon and within which hours an agent's leads are called (B-087, B-088).

use super::event::{AgentEvent, DialPolicySet};
use super::hours::BusinessHours;
use super::state::Agent;
use crate::Refusal;
use crate::lead::attempt::DialPolicy;
use crate::time::Instant;

/// The whole policy from now on.
#[derive(Clone, Debug)]
pub struct SetDialPolicy {
    pub at: Instant,
    pub policy: DialPolicy,
    /// `None`: at any hour.
    pub hours: Option<BusinessHours>,
}

impl SetDialPolicy {
    pub fn decide(&self, agent: &Agent) -> Result<Vec<AgentEvent>, Refusal> {
        if !agent.is_there() {
            return Err(Refusal::AgentIsUnknown);
        }
        if agent.policy == self.policy && agent.hours == self.hours {
            return Ok(Vec::new());
        }
        let (at, policy, hours) = (self.at, self.policy, self.hours.clone());
        Ok(vec![AgentEvent::DialPolicySet(Box::new(DialPolicySet { at, policy, hours }))])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_kept_and_the_same_again_is_no_change() {
        let mut agent = Agent { num: 1, is_active: true, ..Agent::default() };
        let policy = DialPolicy { max_attempts: 5, retry_delay_minutes: 30 };
        let set = SetDialPolicy { at: Instant::UNIX_EPOCH, policy, hours: None };
        for event in set.decide(&agent).unwrap() {
            agent.apply(event);
        }
        assert_eq!(agent.policy.max_attempts, 5);
        assert_eq!(set.decide(&agent), Ok(Vec::new()));
    }
}
