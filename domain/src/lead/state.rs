//! What is a lead now? The fold of its events; statuses follow from it in [`super::timeline`].

use super::attempt::{AnsweredFact, Attempt, DialPolicy};
use super::event::{
    AttemptReported, CallPlaced, Campaign, Direction, ExternalRef, FactAdded, LeadCaptured, LeadEvent,
    LeadScheduled, Note, Person, Source,
};
use super::grade::Grade;
use super::submission::Submission;
use super::timeline::{Act, ActKind};
use crate::ids::{AgentId, BatchId, FactId};
use crate::outcome::Outcome;
use crate::status::Stage;
use crate::time::Instant;
use crate::verdict::Fact;
use serde::{Deserialize, Serialize};

/// A lead as its events made it. `num` 0: nothing has happened yet.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Lead {
    pub num: i64,
    pub captured_at: Instant,
    /// When the ledger last heard of it.
    pub changed_at: Instant,
    pub source: Source,
    pub person: Person,
    pub agent_id: Option<AgentId>,
    pub assigned_at: Option<Instant>,
    pub priority: i16,
    pub schedule_at: Option<Instant>,
    /// Set when somebody chose a time after the capture.
    pub scheduled: Option<LeadScheduled>,
    /// Since when its next call may be made at any hour.
    pub hours_overridden_at: Option<Instant>,
    pub lease: Option<Lease>,
    pub attempts: Vec<Attempt>,
    pub acts: Vec<Act>,
    /// When the attempts began to count anew.
    pub requeued_at: Option<Instant>,
    pub stage: Stage,
    pub latest_note: Option<Note>,
    pub deleted_at: Option<Instant>,
    /// Its ids in other systems.
    pub external_refs: Vec<ExternalRef>,
    /// When an agent last clicked "Interested".
    pub interested_at: Option<Instant>,
    pub submission: Option<Submission>,
    /// As recorded; see [`Lead::grade`].
    pub grade: Option<Grade>,
    pub campaign: Option<Campaign>,
    /// What its conversion is worth.
    pub value_hundredths: Option<i64>,
    /// Every time it was converted, those too that were taken back.
    pub conversions: Vec<Conversion>,
}

/// A lead became a sale.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Conversion {
    pub at: Instant,
    /// Whose lead it was then.
    pub agent_id: Option<AgentId>,
    /// When a person set another stage.
    pub undone_at: Option<Instant>,
}

/// The right of one batch to dial a lead.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Lease {
    pub batch_id: BatchId,
    pub issued_at: Instant,
    pub expires_at: Instant,
}

impl Default for Lead {
    fn default() -> Self {
        Self {
            num: 0,
            captured_at: Instant::UNIX_EPOCH,
            changed_at: Instant::UNIX_EPOCH,
            source: Source::Manual,
            person: Person::default(),
            agent_id: None,
            assigned_at: None,
            priority: 0,
            schedule_at: None,
            scheduled: None,
            hours_overridden_at: None,
            lease: None,
            attempts: Vec::new(),
            acts: Vec::new(),
            requeued_at: None,
            stage: Stage::New,
            latest_note: None,
            deleted_at: None,
            external_refs: Vec::new(),
            interested_at: None,
            submission: None,
            grade: None,
            campaign: None,
            value_hundredths: None,
            conversions: Vec::new(),
        }
    }
}

impl Lead {
    /// Whether it was ever captured.
    pub fn exists(&self) -> bool {
        self.num > 0
    }

    /// The number as the ledger compares it.
    pub fn phone_key(&self) -> Option<String> {
        self.person.phone.as_ref().map(crate::phone::Phone::key)
    }

    /// Takes in one event.
    pub fn apply(&mut self, event: LeadEvent) {
        self.changed_at = self.changed_at.max(event.at());
        match event {
            LeadEvent::LeadCaptured(e) => self.captured(*e),
            LeadEvent::LeadDetailsChanged(e) => self.person.change(&e.cleared, e.person),
            LeadEvent::LeadAssigned(e) => {
                self.assigned_at = Some(e.at);
                self.hours_overridden_at = None;
                self.agent_id = e.agent_id;
                // A lead that is made as a sale is given to somebody in the same breath.
                if let Some(sale) = self.conversions.last_mut().filter(|sale| sale.at == e.at) {
                    sale.agent_id = sale.agent_id.or(e.agent_id);
                }
            }
            LeadEvent::LeadScheduled(e) => {
                self.priority = e.priority;
                self.schedule_at = Some(e.due_at);
                self.hours_overridden_at = None;
                self.scheduled = Some(e);
            }
            LeadEvent::HoursOverridden(e) => self.hours_overridden_at = Some(e.at),
            LeadEvent::LeadLeased(e) => {
                self.lease = Some(Lease { batch_id: e.batch_id, issued_at: e.at, expires_at: e.expires_at });
            }
            LeadEvent::AttemptReported(e) => self.attempt_reported(*e),
            LeadEvent::AttemptRevised(e) | LeadEvent::AttemptAnnotated(e) => self.fact_added(*e),
            LeadEvent::CallPlaced(e) => self.call_placed(e),
            LeadEvent::StageSet(e) => self.stage_set(e.stage, e.at),
            LeadEvent::NoteAdded(e) => self.latest_note = Some(e.person),
            LeadEvent::PanelStatusSet(e) => self.act(e.at, ActKind::PanelStatusSet(e.status, e.policy)),
            LeadEvent::LeadRequeued(e) => {
                self.requeued_at = Some(e.at);
                self.scheduled = None;
                self.hours_overridden_at = None;
                self.act(e.at, ActKind::Requeued);
            }
            LeadEvent::LeadClosed(e) => {
                self.hours_overridden_at = None;
                self.act(e.at, ActKind::Closed(e.disposition));
            }
            LeadEvent::LeadTakenUp(e) => self.act(e.at, ActKind::TakenUp),
            LeadEvent::LeadDeleted(e) => self.deleted_at = Some(e.at),
            LeadEvent::LeadStatusChanged(_)
            | LeadEvent::DuplicateSuspected(_)
            | LeadEvent::AssignmentWeighed(_) => {}
            LeadEvent::LeadGraded(e) => {
                self.grade = Some(Grade { priority: e.priority, quality: e.quality, score: e.score });
            }
            LeadEvent::CampaignRecorded(e) => {
                self.campaign.get_or_insert(e.campaign);
            }
            LeadEvent::LeadValued(e) => self.value_hundredths = Some(e.value_hundredths),
            LeadEvent::ExternalRefAdded(e) => self.external_refs.push(e.external_ref),
            LeadEvent::InterestRecorded(e) => {
                self.interested_at = Some(e.at);
                if self.stage != Stage::Converted {
                    self.stage = Stage::Interested;
                }
            }
            LeadEvent::LeadSubmitted(e) => {
                self.submission = Some(Submission { at: e.at, by: e.by, answer: None });
            }
            LeadEvent::SubmissionAnswered(e) => {
                if let Some(submission) = &mut self.submission {
                    submission.answer = Some(e);
                }
            }
        }
    }

    /// The dial policy that its newest attempt was decided by.
    pub fn policy(&self) -> DialPolicy {
        self.newest_attempt().map_or_else(DialPolicy::default, |attempt| attempt.policy)
    }

    fn act(&mut self, at: Instant, kind: ActKind) {
        self.acts.push(Act { at, kind });
    }

    fn captured(&mut self, e: LeadCaptured) {
        *self = Self {
            num: e.num,
            captured_at: e.at,
            changed_at: e.at,
            source: e.source,
            person: e.person,
            agent_id: e.agent_id,
            assigned_at: e.agent_id.map(|_| e.at),
            priority: e.priority,
            schedule_at: e.schedule_at,
            ..Self::default()
        };
        self.stage_set(e.stage, e.at);
    }

    fn stage_set(&mut self, stage: Stage, at: Instant) {
        match (self.stage == Stage::Converted, stage == Stage::Converted) {
            (false, true) => {
                self.conversions.push(Conversion { at, agent_id: self.agent_id, undone_at: None });
            }
            (true, false) => {
                if let Some(sale) = self.conversions.last_mut() {
                    sale.undone_at = Some(at);
                }
            }
            (true, true) | (false, false) => {}
        }
        self.stage = stage;
    }

    /// The conversion that holds.
    pub fn conversion(&self) -> Option<&Conversion> {
        self.conversions.last().filter(|sale| sale.undone_at.is_none())
    }

    fn attempt_reported(&mut self, e: AttemptReported) {
        let mut attempt = Attempt {
            id: e.attempt_id,
            batch_id: e.batch_id,
            attempted_at: e.attempted_at,
            recorded_at: e.at,
            policy: e.policy,
            facts: Vec::new(),
            outcome: e.outcome,
            call: None,
            direction: Direction::Outbound,
        };
        // A late report of an earlier call does not use up the permission for the next.
        self.hours_overridden_at = self.hours_overridden_at.filter(|given| attempt.ordered_at() < *given);
        // While a call goes on nobody else may dial the number.
        if e.outcome.is_final() && self.clears_lease(e.batch_id, attempt.ordered_at()) {
            self.lease = None;
        }
        let fact = Fact {
            id: FactId(e.attempt_id.0),
            source: e.source,
            at: e.at,
            outcome: e.outcome,
            agent_id: e.agent_id,
            duration_seconds: e.duration_seconds,
            remarks: e.person,
        };
        attempt.push(AnsweredFact { fact, answered: e.answered });
        self.attempts.push(attempt);
        self.heard(self.attempts.len() - 1);
    }

    fn fact_added(&mut self, e: FactAdded) {
        let Some(index) = self.attempts.iter().position(|attempt| attempt.id == e.attempt_id) else { return };
        let fact = Fact {
            id: e.fact_id,
            source: e.source,
            at: e.at,
            outcome: e.outcome,
            agent_id: e.agent_id,
            duration_seconds: e.duration_seconds,
            remarks: e.person,
        };
        let attempt = &mut self.attempts[index];
        let was_open = !attempt.outcome.is_final();
        attempt.push(AnsweredFact { fact, answered: e.answered });
        let ended = if was_open && attempt.outcome.is_final() { attempt.batch_id } else { None };
        if self.lease.as_ref().is_some_and(|lease| ended == Some(lease.batch_id)) {
            self.lease = None;
        }
        self.heard(index);
    }

    fn call_placed(&mut self, e: CallPlaced) {
        if let Some(attempt) = self.attempts.iter_mut().find(|attempt| attempt.id == e.attempt_id) {
            attempt.call = Some(e.call);
            attempt.direction = e.direction;
        }
    }

    /// What follows from the attempt that was just heard of: whoever says that it was answered lifts the stage, so
    /// that the order of reports does not matter; the note follows the newest attempt only (C-17).
    fn heard(&mut self, index: usize) {
        let attempt = &self.attempts[index];
        for AnsweredFact { fact, .. } in &attempt.facts {
            if fact.outcome == Outcome::Interested {
                self.stage = self.stage.max(Stage::Interested);
            } else if fact.outcome.is_answered() {
                self.stage = self.stage.max(Stage::Contacted);
            }
        }
        let is_newest = self.newest_attempt().is_some_and(|newest| newest.id == attempt.id);
        if let (true, Some(text)) = (is_newest, attempt.verdict().remarks.user_message) {
            self.latest_note = Some(Note { text });
        }
    }

    /// Whether a report of `batch_id` about a call at `ordered_at` ends the present lease: its own batch does; a
    /// report that names no batch does if the call was made under this lease.
    pub fn clears_lease(&self, batch_id: Option<BatchId>, ordered_at: Instant) -> bool {
        self.lease.as_ref().is_some_and(|lease| match batch_id {
            Some(batch) => batch == lease.batch_id,
            None => ordered_at >= lease.issued_at,
        })
    }
}
