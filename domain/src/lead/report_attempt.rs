//! A report about a call attempt: a new attempt, a revision of one, an annotation of one, or nothing new (C-17).

use super::attempt::{
    Answered, AnsweredFact, Attempt, DialPolicy, LeaseAnswer, Warning, is_skewed, ordered_at,
};
use super::attempts::FACTS_MAX;
use super::event::{AssignmentCause, AttemptReported, FactAdded, LeadAssigned, LeadEvent};
use super::state::Lead;
use crate::Refusal;
use crate::ids::{AgentId, AttemptId, BatchId, FactId};
use crate::outcome::Outcome;
use crate::time::Instant;
use crate::verdict::{Fact, FactSource, Remarks};
use chrono::Duration;

/// What somebody says came of a call. Identity of the attempt: (lead, `batch_id`, `attempted_at`); of the report:
/// that and the outcome; of its every word: those and agent, duration and remarks.
#[derive(Clone, Debug)]
pub struct ReportAttempt {
    pub at: Instant,
    /// Used if the attempt is new.
    pub attempt_id: AttemptId,
    /// Used if it is not.
    pub fact_id: FactId,
    pub batch_id: Option<BatchId>,
    /// As stated by the reporter.
    pub attempted_at: Instant,
    pub source: FactSource,
    pub outcome: Outcome,
    pub agent_id: Option<AgentId>,
    pub duration_seconds: Option<u32>,
    pub policy: DialPolicy,
    /// Whether dialing is switched on; part of the answer.
    pub call_allowed: bool,
    /// What was odd before the lead was even looked at.
    pub warnings: Vec<Warning>,
    pub remarks: Remarks,
}

/// What the reporter is told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reported {
    pub attempt_id: AttemptId,
    pub answered: Answered,
}

impl ReportAttempt {
    /// The events that follow; none if all this was said before. A deleted lead is reported on all the same.
    pub fn decide(&self, lead: &Lead) -> Result<Vec<LeadEvent>, Refusal> {
        if !lead.exists() {
            return Err(Refusal::LeadIsUnknown);
        }
        let attempt = self.find_attempt(lead);
        if attempt.is_some_and(|attempt| self.find_fact(attempt).is_some()) {
            return Ok(Vec::new());
        }
        self.require_room(lead)?;
        Ok(match attempt {
            None => self.new_attempt(lead),
            Some(attempt) => self.new_fact(lead, attempt),
        })
    }

    /// Refuses what would make the lead's stream grow without end.
    pub fn require_room(&self, lead: &Lead) -> Result<(), Refusal> {
        let is_full = match self.find_attempt(lead) {
            None => lead.is_full(),
            Some(attempt) => attempt.facts.len() >= FACTS_MAX,
        };
        if is_full { Err(Refusal::LeadIsFull) } else { Ok(()) }
    }

    /// The answer, from the lead as it is after the decision: the same for the same report, however often it comes.
    pub fn answer(&self, lead: &Lead) -> Option<Reported> {
        let attempt = self.find_attempt(lead)?;
        let answered = self.find_fact(attempt)?.answered.clone();
        Some(Reported { attempt_id: attempt.id, answered })
    }

    fn find_attempt<'a>(&self, lead: &'a Lead) -> Option<&'a Attempt> {
        lead.attempts.find_reported(self.batch_id, self.attempted_at)
    }

    fn find_fact<'a>(&self, attempt: &'a Attempt) -> Option<&'a AnsweredFact> {
        // Of what people say the latest counts, so only that is a repeat.
        let newest = attempt.facts.iter().rposition(|known| known.fact.source == FactSource::Person);
        let first = if self.source == FactSource::Person { newest.unwrap_or(0) } else { 0 };
        attempt.facts[first..].iter().find(|AnsweredFact { fact, .. }| {
            fact.outcome == self.outcome
                && fact.source == self.source
                && fact.agent_id == self.agent_id
                && fact.duration_seconds == self.duration_seconds
                && fact.remarks == self.remarks
        })
    }

    fn new_attempt(&self, lead: &Lead) -> Vec<LeadEvent> {
        let mut warnings = self.warnings(lead);
        let at = ordered_at(self.attempted_at, self.at);
        if is_skewed(self.attempted_at, self.at) {
            warnings.push(Warning::ClockSkew);
        }
        let is_newest = lead.newest_attempt().is_none_or(|newest| newest.ordered_at() <= at);
        if !is_newest {
            warnings.push(Warning::OlderThanNewest);
        }
        let event = |answered| {
            LeadEvent::AttemptReported(Box::new(AttemptReported {
                at: self.at,
                attempt_id: self.attempt_id,
                batch_id: self.batch_id,
                attempted_at: self.attempted_at,
                source: self.source,
                outcome: self.outcome,
                agent_id: self.agent_id,
                duration_seconds: self.duration_seconds,
                policy: self.policy,
                answered,
                person: self.remarks.clone(),
            }))
        };
        let mut events = vec![self.answered(lead, warnings, event)];
        events.extend(self.assignment(lead, is_newest));
        events
    }

    fn new_fact(&self, lead: &Lead, attempt: &Attempt) -> Vec<LeadEvent> {
        let mut warnings = self.warnings(lead);
        let told_at = self.told_at(attempt);
        let fact = Fact {
            id: self.fact_id,
            source: self.source,
            at: told_at,
            outcome: self.outcome,
            agent_id: self.agent_id,
            duration_seconds: self.duration_seconds,
            remarks: self.remarks.clone(),
        };
        let mut revised = attempt.clone();
        let is_annotation = attempt.facts.iter().any(|known| known.fact.outcome == fact.outcome);
        let answered = attempt.facts[0].answered.clone();
        revised.push(AnsweredFact { fact, answered });
        if revised.outcome != self.outcome {
            warnings.push(Warning::Outranked);
        }
        let event = |answered| {
            let added = Box::new(FactAdded {
                at: told_at,
                attempt_id: attempt.id,
                fact_id: self.fact_id,
                source: self.source,
                outcome: self.outcome,
                agent_id: self.agent_id,
                duration_seconds: self.duration_seconds,
                answered,
                person: self.remarks.clone(),
            });
            if is_annotation { LeadEvent::AttemptAnnotated(added) } else { LeadEvent::AttemptRevised(added) }
        };
        let is_newest = lead.newest_attempt().is_some_and(|newest| newest.id == attempt.id);
        let mut events = vec![self.answered(lead, warnings, event)];
        events.extend(self.assignment(lead, is_newest));
        events
    }

    fn warnings(&self, lead: &Lead) -> Vec<Warning> {
        let mut warnings = self.warnings.clone();
        if lead.deleted_at.is_some() {
            warnings.push(Warning::LeadDeleted);
        }
        if lead.is_suppressed() {
            warnings.push(Warning::Suppressed);
        }
        warnings
    }

    /// When it counts as told. Of what people say the latest holds, so what a person says now comes after what was said
    /// by a clock that is ahead of this one (C-45). A machine's word is ranked by what it says, not by its time.
    fn told_at(&self, attempt: &Attempt) -> Instant {
        let by_people = attempt.facts.iter().filter(|known| known.fact.source == FactSource::Person);
        let newest = by_people.map(|known| known.fact.at).max();
        match (self.source, newest) {
            (FactSource::Person, Some(newest)) if newest > self.at => newest + Duration::microseconds(1),
            (FactSource::Person | FactSource::Machine, _) => self.at,
        }
    }

    /// Builds the event with the answer that the lead's state after it calls for.
    fn answered(
        &self,
        lead: &Lead,
        warnings: Vec<Warning>,
        event: impl Fn(Answered) -> LeadEvent,
    ) -> LeadEvent {
        let mut answered = Answered {
            status: lead.panel_status(),
            attempts: 0,
            lease: self.lease_answer(lead),
            call_allowed: self.call_allowed,
            warnings,
        };
        let mut after = lead.clone();
        after.apply(event(answered.clone()));
        answered.status = after.panel_status();
        answered.attempts = after.attempts_count();
        event(answered)
    }

    fn lease_answer(&self, lead: &Lead) -> LeaseAnswer {
        let cleared = lead.clears_lease(self.batch_id, ordered_at(self.attempted_at, self.at));
        match &lead.lease {
            Some(lease) if cleared && lease.expires_at > self.at => LeaseAnswer::Matched,
            Some(_) if cleared || self.batch_id.is_some() => LeaseAnswer::Expired,
            Some(_) | None => LeaseAnswer::None,
        }
    }

    /// The newest attempt's agent becomes responsible for the lead (B-109).
    fn assignment(&self, lead: &Lead, is_newest: bool) -> Option<LeadEvent> {
        let moves = is_newest && self.agent_id.is_some() && self.agent_id != lead.agent_id;
        moves.then_some(LeadEvent::LeadAssigned(LeadAssigned {
            at: self.at,
            agent_id: self.agent_id,
            cause: AssignmentCause::Attempt,
        }))
    }
}

#[cfg(test)]
#[path = "report_attempt_tests.rs"]
mod tests;
