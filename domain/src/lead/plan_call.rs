//! A person means to call a lead at some time, and a person deletes a call (F16). A planned call is a fact beside the attempts: it
//! counts as none, moves no status and leases nothing until it happens.

use super::command::live;
use super::event::{CallDeleted, CallPlanned, Direction, LeadEvent, Note};
use super::state::Lead;
use crate::Refusal;
use crate::ids::{AgentId, AttemptId};
use crate::time::Instant;
use serde::{Deserialize, Serialize};

/// The most calls that may be planned of one lead.
const PLANNED_MAX: usize = 100;

/// A call that somebody means to make.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PlannedCall {
    /// The id that its attempt will have.
    pub id: AttemptId,
    /// When somebody first planned it.
    pub planned_at: Instant,
    /// When it is to be made.
    pub due_at: Instant,
    /// Who is to call.
    pub agent_id: Option<AgentId>,
    pub direction: Direction,
    pub note: Option<Note>,
}

/// Plans a call, or plans it anew under its id.
#[derive(Clone, Debug)]
pub struct PlanCall {
    pub at: Instant,
    pub attempt_id: AttemptId,
    pub due_at: Instant,
    pub agent_id: Option<AgentId>,
    pub direction: Direction,
    pub note: Option<String>,
}

impl PlanCall {
    pub fn decide(&self, lead: &Lead) -> Result<Vec<LeadEvent>, Refusal> {
        live(lead)?;
        if lead.attempts.find(self.attempt_id).is_some() {
            // It has happened.
            return Err(Refusal::AlreadyExists);
        }
        let person = self.note.clone().map(|text| Note { text });
        let known = lead.planned.iter().find(|planned| planned.id == self.attempt_id);
        if known.is_none() && lead.planned.len() >= PLANNED_MAX {
            return Err(Refusal::LeadIsFull);
        }
        let is_same = |known: &PlannedCall| {
            known.due_at == self.due_at
                && known.agent_id == self.agent_id
                && known.direction == self.direction
                && known.note == person
        };
        if known.is_some_and(is_same) {
            return Ok(Vec::new());
        }
        Ok(vec![LeadEvent::CallPlanned(Box::new(CallPlanned {
            at: self.at,
            attempt_id: self.attempt_id,
            due_at: self.due_at,
            agent_id: self.agent_id,
            direction: self.direction,
            person,
        }))])
    }
}

/// Deletes a planned call, or hides an attempt.
#[derive(Clone, Debug)]
pub struct DeleteCall {
    pub at: Instant,
    pub attempt_id: AttemptId,
}

impl DeleteCall {
    pub fn decide(&self, lead: &Lead) -> Result<Vec<LeadEvent>, Refusal> {
        if !lead.exists() {
            return Err(Refusal::LeadIsUnknown);
        }
        let is_planned = lead.planned.iter().any(|planned| planned.id == self.attempt_id);
        let attempt = lead.attempts.find(self.attempt_id);
        match attempt {
            None if !is_planned => Err(Refusal::AttemptIsUnknown),
            Some(attempt) if attempt.deleted_at.is_some() => Ok(Vec::new()),
            None | Some(_) => {
                let deleted = CallDeleted { at: self.at, attempt_id: self.attempt_id };
                Ok(vec![LeadEvent::CallDeleted(deleted)])
            }
        }
    }
}

impl Lead {
    pub(super) fn call_planned(&mut self, e: CallPlanned) {
        let known = self.planned.iter_mut().find(|planned| planned.id == e.attempt_id);
        let planned_at = known.as_ref().map_or(e.at, |known| known.planned_at);
        let planned = PlannedCall {
            id: e.attempt_id,
            planned_at,
            due_at: e.due_at,
            agent_id: e.agent_id,
            direction: e.direction,
            note: e.person,
        };
        match known {
            Some(known) => *known = planned,
            None => self.planned.push(planned),
        }
    }

    pub(super) fn call_deleted(&mut self, e: &CallDeleted) {
        self.planned.retain(|planned| planned.id != e.attempt_id);
        self.attempts.change(e.attempt_id, |attempt| attempt.deleted_at = Some(e.at));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::LeadCommand;
    use crate::lead::given::{captured, given, minute, report};
    use crate::lead::report_attempt::ReportAttempt;
    use crate::outcome::Outcome;
    use uuid::Uuid;

    const ID: AttemptId = AttemptId(Uuid::from_u128(77));

    fn plan(due: i64) -> LeadCommand {
        LeadCommand::PlanCall(PlanCall {
            at: minute(1),
            attempt_id: ID,
            due_at: minute(due),
            agent_id: None,
            direction: Direction::Outbound,
            note: Some("ask for the bill".to_owned()),
        })
    }

    fn delete() -> LeadCommand {
        LeadCommand::DeleteCall(DeleteCall { at: minute(9), attempt_id: ID })
    }

    /// F16
    #[test]
    fn a_planned_call_counts_as_no_attempt_until_it_happens() {
        let before = given([captured()]).lead;
        let planned = given([captured()]).when(plan(60));
        assert_eq!(planned.then(plan(60)), Ok(Vec::new()), "the same plan again");
        let moved = planned.when(plan(90));
        assert_eq!((moved.lead.planned.len(), moved.lead.planned[0].due_at), (1, minute(90)));
        assert_eq!((moved.lead.attempts_count(), moved.lead.axes()), (0, before.axes()));
        assert_eq!(moved.lead.queue(), before.queue(), "it leases and schedules nothing");
        let happened = moved.reports(ReportAttempt { attempt_id: ID, ..report(Outcome::Connected, 5) });
        assert_eq!((happened.lead.planned.len(), happened.lead.attempts_count()), (0, 1));
        assert_eq!(happened.then(plan(99)), Err(Refusal::AlreadyExists));
    }

    /// F16
    #[test]
    fn a_deleted_call_is_hidden_and_what_it_did_stays() {
        let none = || given([captured()]);
        assert_eq!(none().then(delete()), Err(Refusal::AttemptIsUnknown));
        assert_eq!(none().when(plan(60)).when(delete()).lead.planned, []);
        let called = none().reports(ReportAttempt { attempt_id: ID, ..report(Outcome::Connected, 5) });
        let axes = called.lead.axes();
        let hidden = called.when(delete());
        assert!(hidden.lead.attempts.find(ID).is_some_and(|attempt| attempt.deleted_at.is_some()));
        assert_eq!(hidden.lead.axes(), axes);
        assert_eq!((hidden.lead.attempts_count(), hidden.then(delete())), (1, Ok(Vec::new())));
    }

    #[test]
    fn no_lead_has_plans_without_end() {
        let mut lead = given([captured()]);
        for n in 0..PLANNED_MAX as u128 {
            let LeadCommand::PlanCall(one) = plan(60) else { return };
            lead = lead.when(LeadCommand::PlanCall(PlanCall {
                attempt_id: AttemptId(Uuid::from_u128(1_000 + n)),
                ..one
            }));
        }
        assert_eq!(lead.then(plan(60)), Err(Refusal::LeadIsFull));
    }
}
