//! Somebody may do more than their role says, or no longer: a qualifier is a telecaller with `leads:qualify` (C-36).

use super::event::{AgentEvent, ScopesSet};
use super::state::Agent;
use crate::Refusal;
use crate::principal::Scope;
use crate::time::Instant;

/// All the scopes from now on, in any order.
#[derive(Clone, Debug)]
pub struct SetScopes {
    pub at: Instant,
    pub scopes: Vec<Scope>,
}

impl SetScopes {
    pub fn decide(&self, agent: &Agent) -> Result<Vec<AgentEvent>, Refusal> {
        if !agent.is_there() {
            return Err(Refusal::AgentIsUnknown);
        }
        if self.scopes.iter().any(|scope| !scope.is_for_people()) {
            return Err(Refusal::ScopeIsForMachines);
        }
        let mut scopes = self.scopes.clone();
        scopes.sort_unstable();
        scopes.dedup();
        if scopes == agent.scopes {
            return Ok(Vec::new());
        }
        Ok(vec![AgentEvent::ScopesSet(ScopesSet { at: self.at, scopes })])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_qualifier_is_made_and_unmade_and_no_person_is_a_machine() {
        let mut agent = Agent { num: 1, is_active: true, ..Agent::default() };
        let set = |scopes: &[Scope]| SetScopes { at: Instant::UNIX_EPOCH, scopes: scopes.to_vec() };
        let qualify = set(&[Scope::LeadsQualify, Scope::LeadsQualify]);
        for event in qualify.decide(&agent).unwrap() {
            agent.apply(event);
        }
        assert!(agent.may_qualify());
        assert_eq!(qualify.decide(&agent), Ok(Vec::new()));
        assert_eq!(set(&[Scope::Dialer]).decide(&agent), Err(Refusal::ScopeIsForMachines));
        for event in set(&[]).decide(&agent).unwrap() {
            agent.apply(event);
        }
        assert!(!agent.may_qualify());
    }
}
