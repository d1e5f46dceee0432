//! Where an agent stands in the organisation: department and supervisor (S4).

use super::event::{AgentEvent, AgentPlaced};
use super::state::Agent;
use crate::Refusal;
use crate::ids::AgentId;
use crate::time::Instant;

/// What is `None` stays; `Some(None)` takes it away.
#[derive(Clone, Debug)]
pub struct PlaceAgent {
    pub at: Instant,
    pub department: Option<Option<String>>,
    pub supervisor_id: Option<Option<AgentId>>,
}

impl PlaceAgent {
    pub fn decide(&self, agent: &Agent) -> Result<Vec<AgentEvent>, Refusal> {
        if !agent.is_there() {
            return Err(Refusal::AgentIsUnknown);
        }
        let department = self.department.clone().unwrap_or_else(|| agent.department.clone());
        let supervisor_id = self.supervisor_id.unwrap_or(agent.supervisor_id);
        if department == agent.department && supervisor_id == agent.supervisor_id {
            return Ok(Vec::new());
        }
        Ok(vec![AgentEvent::AgentPlaced(AgentPlaced { at: self.at, department, supervisor_id })])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn what_is_given_changes_and_the_rest_stays() {
        let mut agent = Agent { num: 1, department: Some("sales".into()), ..Agent::default() };
        let supervisor_id = Some(AgentId(Uuid::from_u128(7)));
        let place =
            PlaceAgent { at: Instant::UNIX_EPOCH, department: None, supervisor_id: Some(supervisor_id) };
        for event in place.decide(&agent).unwrap() {
            agent.apply(event);
        }
        assert_eq!((agent.department.as_deref(), agent.supervisor_id), (Some("sales"), supervisor_id));
        assert_eq!(place.decide(&agent), Ok(Vec::new()));
        let leave = PlaceAgent { department: Some(None), supervisor_id: None, ..place };
        for event in leave.decide(&agent).unwrap() {
            agent.apply(event);
        }
        assert_eq!((agent.department, agent.supervisor_id), (None, supervisor_id));
    }
}
