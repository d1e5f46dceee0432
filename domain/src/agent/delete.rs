//! An agent is deleted: no log-in, no list, names free for others; history keeps what it did (C-38).

use super::event::{AgentDeleted, AgentEvent};
use super::state::Agent;
use crate::Refusal;
use crate::time::Instant;

#[derive(Clone, Debug)]
pub struct DeleteAgent {
    pub at: Instant,
}

impl DeleteAgent {
    pub fn decide(&self, agent: &Agent) -> Result<Vec<AgentEvent>, Refusal> {
        if !agent.is_there() {
            return Err(Refusal::AgentIsUnknown);
        }
        Ok(vec![AgentEvent::AgentDeleted(AgentDeleted { at: self.at })])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::event::Profile;
    use crate::stream::{StreamKind, held_num};
    use uuid::Uuid;

    #[test]
    fn a_deleted_agent_gives_up_its_names_and_its_tokens() {
        let person = Profile { username: Some("ali".into()), ..Profile::default() };
        let mut agent = Agent { num: 1, is_active: true, person, ..Agent::default() };
        let delete = DeleteAgent { at: Instant::UNIX_EPOCH };
        for event in delete.decide(&agent).unwrap() {
            agent.apply(event);
        }
        assert_eq!(
            (agent.held_keys(Uuid::nil()), agent.token_epoch, agent.is_active),
            (held_num(StreamKind::Agent, 1, Uuid::nil()), 1, false)
        );
        assert_eq!(delete.decide(&agent), Err(Refusal::AgentIsUnknown));
    }
}
