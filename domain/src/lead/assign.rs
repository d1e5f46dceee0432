//! Somebody becomes responsible for a lead, or nobody.

use super::command::live;
use super::event::{AssignmentCause, AssignmentWeighed, Candidate, LeadAssigned, LeadEvent};
use super::state::Lead;
use crate::Refusal;
use crate::ids::AgentId;
use crate::time::Instant;

#[derive(Clone, Debug)]
pub struct AssignLead {
    pub at: Instant,
    pub agent_id: Option<AgentId>,
    pub cause: AssignmentCause,
    /// Who was weighed, where nobody chose (C-35).
    pub candidates: Vec<Candidate>,
}

impl AssignLead {
    pub fn decide(&self, lead: &Lead) -> Result<Vec<LeadEvent>, Refusal> {
        live(lead)?;
        if lead.agent_id == self.agent_id {
            return Ok(Vec::new());
        }
        let mut events = Vec::new();
        if !self.candidates.is_empty() {
            let candidates = self.candidates.clone();
            events.push(LeadEvent::AssignmentWeighed(AssignmentWeighed { at: self.at, candidates }));
        }
        events.push(LeadEvent::LeadAssigned(LeadAssigned {
            at: self.at,
            agent_id: self.agent_id,
            cause: self.cause,
        }));
        Ok(events)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::LeadCommand;
    use crate::lead::given::{captured, given, minute};
    use uuid::Uuid;

    #[test]
    fn assigning_to_the_same_agent_again_changes_nothing() {
        let agent_id = Some(AgentId(Uuid::from_u128(7)));
        let assign = LeadCommand::Assign(AssignLead {
            at: minute(1),
            agent_id,
            cause: AssignmentCause::Person,
            candidates: Vec::new(),
        });
        let after = given([captured()]).when(assign.clone());
        assert_eq!(after.lead.agent_id, agent_id);
        assert_eq!(after.then(assign), Ok(Vec::new()));
    }
}
