//! A lead is captured: the first thing that happens to it.

use super::event::{LeadCaptured, LeadEvent, Person, Source};
use super::state::Lead;
use crate::Refusal;
use crate::ids::AgentId;
use crate::status::Stage;
use crate::time::Instant;

/// Starts a lead. `num` was drawn for it and is never used again.
#[derive(Clone, Debug)]
pub struct CaptureLead {
    pub at: Instant,
    pub num: i64,
    pub source: Source,
    pub stage: Stage,
    pub agent_id: Option<AgentId>,
    pub priority: i16,
    pub schedule_at: Option<Instant>,
    pub person: Person,
}

impl CaptureLead {
    pub fn decide(&self, lead: &Lead) -> Result<Vec<LeadEvent>, Refusal> {
        if lead.exists() {
            return Err(Refusal::AlreadyExists);
        }
        Ok(vec![LeadEvent::LeadCaptured(Box::new(LeadCaptured {
            at: self.at,
            num: self.num,
            source: self.source,
            stage: self.stage,
            agent_id: self.agent_id,
            priority: self.priority,
            schedule_at: self.schedule_at,
            person: self.person.clone(),
        }))])
    }
}

#[cfg(test)]
mod tests {
    use crate::lead::given::{captured, given, minute};
    use crate::status::{PanelStatus, QueueState, SchedulingStatus};

    /// B-115
    #[test]
    fn a_new_number_waits_in_the_queue() {
        let lead = given([captured()]).lead;
        assert_eq!(lead.panel_status(), PanelStatus::InQueue);
        assert_eq!(lead.scheduling_status(), SchedulingStatus::New);
        assert_eq!((lead.queue().state, lead.queue().due_at), (QueueState::Queued, minute(0)));
    }
}
