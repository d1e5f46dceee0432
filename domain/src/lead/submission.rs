//! An agent submits an interested lead to a qualifier, who qualifies it or gives it back (B-053, C-36). Both are events;
//! only qualifying moves the stage.

use super::command::live;
use super::event::{LeadEvent, Note, StageSet};
use super::state::Lead;
use crate::Refusal;
use crate::ids::AgentId;
use crate::status::{Stage, words};
use crate::time::Instant;
use serde::{Deserialize, Serialize};

/// A lead waits for a qualifier.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LeadSubmitted {
    pub at: Instant,
    /// Who submitted it.
    pub by: AgentId,
}

words! {
    /// What a qualifier answers.
    SubmissionVerdict {
        Qualified = "qualified",
        /// Back to the agent, with a word why.
        Returned = "returned",
    }
}

/// A qualifier answered.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SubmissionAnswered {
    pub at: Instant,
    pub by: AgentId,
    pub verdict: SubmissionVerdict,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Note>,
}

/// The last time a lead was submitted, and what came of it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Submission {
    pub at: Instant,
    pub by: AgentId,
    /// `None`: it waits.
    pub answer: Option<SubmissionAnswered>,
}

impl Lead {
    /// The submission that waits for an answer.
    pub fn waiting_submission(&self) -> Option<&Submission> {
        self.submission.as_ref().filter(|submission| submission.answer.is_none())
    }
}

#[derive(Clone, Debug)]
pub struct SubmitLead {
    pub at: Instant,
    pub by: AgentId,
}

impl SubmitLead {
    pub fn decide(&self, lead: &Lead) -> Result<Vec<LeadEvent>, Refusal> {
        live(lead)?;
        if lead.waiting_submission().is_some() {
            return Ok(Vec::new());
        }
        if lead.stage != Stage::Interested {
            return Err(Refusal::LeadIsNotInterested);
        }
        Ok(vec![LeadEvent::LeadSubmitted(LeadSubmitted { at: self.at, by: self.by })])
    }
}

#[derive(Clone, Debug)]
pub struct AnswerSubmission {
    pub at: Instant,
    pub by: AgentId,
    pub verdict: SubmissionVerdict,
    pub note: Option<String>,
}

impl AnswerSubmission {
    pub fn decide(&self, lead: &Lead) -> Result<Vec<LeadEvent>, Refusal> {
        live(lead)?;
        let waiting = lead.waiting_submission().ok_or(Refusal::NothingIsSubmitted)?;
        if waiting.by == self.by {
            return Err(Refusal::SubmissionIsOwn);
        }
        let (at, by, verdict) = (self.at, self.by, self.verdict);
        let person = self.note.clone().map(|text| Note { text });
        let mut events = vec![LeadEvent::SubmissionAnswered(SubmissionAnswered { at, by, verdict, person })];
        // A lead that was sold meanwhile stays sold.
        if verdict == SubmissionVerdict::Qualified && lead.stage != Stage::Converted {
            events.push(LeadEvent::StageSet(StageSet { at, stage: Stage::Qualified }));
        }
        Ok(events)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::LeadCommand;
    use crate::lead::given::{captured, given, minute, report};
    use crate::outcome::Outcome;
    use uuid::Uuid;

    fn who(n: u128) -> AgentId {
        AgentId(Uuid::from_u128(n))
    }

    fn submit(by: u128) -> LeadCommand {
        LeadCommand::Submit(SubmitLead { at: minute(5), by: who(by) })
    }

    fn answer(by: u128, verdict: SubmissionVerdict) -> LeadCommand {
        LeadCommand::AnswerSubmission(AnswerSubmission { at: minute(6), by: who(by), verdict, note: None })
    }

    /// B-053
    #[test]
    fn an_interested_lead_is_submitted_once_and_qualified_by_somebody_else() {
        let interested = given([captured()]).reports(report(Outcome::Interested, 1));
        let submitted = interested.when(submit(1));
        assert_eq!(submitted.then(submit(1)), Ok(Vec::new()), "it waits already");
        let own = submitted.then(answer(1, SubmissionVerdict::Qualified));
        assert_eq!(own, Err(Refusal::SubmissionIsOwn));
        let qualified = submitted.when(answer(2, SubmissionVerdict::Qualified));
        assert_eq!(qualified.lead.stage, Stage::Qualified);
        let late = qualified.then(answer(3, SubmissionVerdict::Returned));
        assert_eq!(late, Err(Refusal::NothingIsSubmitted));
        assert_eq!(qualified.then(submit(1)), Err(Refusal::LeadIsNotInterested));
    }

    #[test]
    fn a_returned_lead_stays_interested_and_may_be_submitted_again() {
        let interested = given([captured()]).reports(report(Outcome::Interested, 1));
        let returned = interested.when(submit(1)).when(answer(2, SubmissionVerdict::Returned));
        assert_eq!((returned.lead.stage, returned.lead.waiting_submission()), (Stage::Interested, None));
        assert!(returned.when(submit(1)).lead.waiting_submission().is_some());
        assert_eq!(given([captured()]).then(submit(1)), Err(Refusal::LeadIsNotInterested));
    }
}
