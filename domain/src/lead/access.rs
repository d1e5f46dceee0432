//! Which people may look at a lead, and who may change it (C-36)? Whoever is not allowed learns nothing, not even that it
//! is there.

use super::state::Lead;
use crate::agent::Agent;
use crate::ids::AgentId;
use crate::principal::Role;

/// What somebody may do with a lead.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Access {
    pub may_see: bool,
    /// Details, notes, submitting.
    pub may_change: bool,
    /// Answering what was submitted.
    pub may_answer: bool,
}

impl Access {
    const NONE: Self = Self { may_see: false, may_change: false, may_answer: false };
}

/// What the agent of that id may do. Agents have their own leads; qualifiers also see what waits for them, and what
/// they answered; nobody answers what they submitted themselves.
pub fn access(lead: &Lead, id: AgentId, agent: &Agent) -> Access {
    if !lead.exists() || lead.deleted_at.is_some() || !agent.is_there() || !agent.is_active {
        return Access::NONE;
    }
    let leads_all = match agent.role {
        Role::Admin => true,
        Role::Supervisor | Role::Telecaller | Role::Agent => false,
        Role::Auditor | Role::Analyst => return Access::NONE,
    };
    let may_change = leads_all || lead.agent_id == Some(id);
    let waits = lead.waiting_submission();
    let has_answered = || {
        let answer = lead.submission.as_ref().and_then(|submission| submission.answer.as_ref());
        answer.is_some_and(|answer| answer.by == id)
    };
    let may_qualify = agent.may_qualify();
    Access {
        may_see: may_change || may_qualify && (waits.is_some() || has_answered()),
        may_change,
        may_answer: may_qualify && waits.is_some_and(|submission| submission.by != id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::LeadCommand;
    use crate::lead::assign::AssignLead;
    use crate::lead::event::AssignmentCause;
    use crate::lead::given::{captured, given, minute, report};
    use crate::lead::submission::{AnswerSubmission, SubmissionVerdict, SubmitLead};
    use crate::outcome::Outcome;
    use crate::principal::Scope;
    use uuid::Uuid;

    fn agent(role: Role, scopes: &[Scope]) -> Agent {
        Agent { num: 1, is_active: true, role, scopes: scopes.to_vec(), ..Agent::default() }
    }

    #[test]
    fn agents_see_their_own_leads_and_qualifiers_what_waits_for_them() {
        let (own, other) = (AgentId(Uuid::from_u128(1)), AgentId(Uuid::from_u128(2)));
        let caller = agent(Role::Telecaller, &[]);
        let qualifier = agent(Role::Telecaller, &[Scope::LeadsQualify]);
        let assign = AssignLead {
            at: minute(1),
            agent_id: Some(own),
            cause: AssignmentCause::Person,
            candidates: Vec::new(),
        };
        let mine =
            given([captured()]).reports(report(Outcome::Interested, 1)).when(LeadCommand::Assign(assign));
        assert_eq!(
            access(&mine.lead, own, &caller),
            Access { may_see: true, may_change: true, may_answer: false }
        );
        assert_eq!(access(&mine.lead, other, &caller), Access::NONE);
        assert_eq!(access(&mine.lead, other, &qualifier), Access::NONE);
        assert!(access(&mine.lead, other, &agent(Role::Admin, &[])).may_change);
        assert_eq!(access(&mine.lead, own, &agent(Role::Auditor, &[])), Access::NONE);

        let waiting = mine.when(LeadCommand::Submit(SubmitLead { at: minute(2), by: own }));
        let theirs = Access { may_see: true, may_change: false, may_answer: true };
        assert_eq!(access(&waiting.lead, other, &qualifier), theirs);
        assert!(!access(&waiting.lead, own, &qualifier).may_answer, "nobody answers their own");
        assert_eq!(access(&waiting.lead, other, &caller), Access::NONE);
        let answer =
            AnswerSubmission { at: minute(3), by: other, verdict: SubmissionVerdict::Returned, note: None };
        let answered = waiting.when(LeadCommand::AnswerSubmission(answer));
        assert_eq!(access(&answered.lead, other, &qualifier), Access { may_answer: false, ..theirs });
        let off = Agent { is_active: false, ..qualifier };
        assert_eq!(access(&answered.lead, other, &off), Access::NONE);
    }
}
