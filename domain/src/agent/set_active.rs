//! An agent is switched on or off. Off: no log-in, no call, every token void; the names stay taken (C-13).

use super::event::{AgentActivated, AgentDeactivated, AgentEvent};
use super::state::Agent;
use crate::Refusal;
use crate::time::Instant;

#[derive(Clone, Debug)]
pub struct SetActive {
    pub at: Instant,
    pub is_active: bool,
}

impl SetActive {
    pub fn decide(&self, agent: &Agent) -> Result<Vec<AgentEvent>, Refusal> {
        if !agent.is_there() {
            return Err(Refusal::AgentIsUnknown);
        }
        Ok(match (agent.is_active, self.is_active) {
            (false, true) => vec![AgentEvent::AgentActivated(AgentActivated { at: self.at })],
            (true, false) => vec![AgentEvent::AgentDeactivated(AgentDeactivated { at: self.at })],
            (true, true) | (false, false) => Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn switching_off_twice_is_switching_off_once() {
        let off = SetActive { at: Instant::UNIX_EPOCH, is_active: false };
        let mut agent = Agent { num: 1, is_active: true, ..Agent::default() };
        for event in off.decide(&agent).unwrap() {
            agent.apply(event);
        }
        assert_eq!((agent.is_active, agent.token_epoch), (false, 1));
        assert_eq!(off.decide(&agent), Ok(Vec::new()));
    }
}
