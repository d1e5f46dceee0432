//! What is a lead now? The fold of its events; statuses follow from it in [`super::timeline`].

use super::attempt::{AnsweredFact, Attempt, DialPolicy};
use super::event::{
    AttemptReported, ExternalRef, FactAdded, LeadCaptured, LeadEvent, LeadScheduled, Note, Person, Source,
};
use super::submission::Submission;
use super::timeline::{Act, ActKind};
use crate::ids::{AgentId, BatchId, FactId};
use crate::keys::Key;
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

    /// What makes its phone its own: among all leads, or for one that was made for an agent, among that agent's (C-13).
    fn phone_claim(&self) -> Option<Key> {
        let phone = self.phone_key()?;
        match (self.source, self.agent_id) {
            (Source::Scheduling, Some(agent_id)) => Some(Key::phone_of_agent(agent_id, &phone)),
            (Source::Scheduling, None) => None,
            (
                Source::DialerReport
                | Source::FromDialer
                | Source::Panel
                | Source::Import
                | Source::Manual
                | Source::Website
                | Source::Facebook
                | Source::Instagram,
                _,
            ) => Some(Key::phone(&phone)),
        }
    }

    /// The keys that this lead holds: what the `keys` table must say, as a function of the state.
    pub fn held_keys(&self, id: uuid::Uuid) -> Vec<(Key, String, Option<Instant>)> {
        let mut keys = Vec::new();
        let is_there = self.exists() && self.deleted_at.is_none();
        if is_there {
            let refs = self.external_refs.iter().map(|known| Key::external_ref(&known.source, &known.id));
            keys.extend(refs.map(|key| (key, id.to_string(), None)));
        }
        let Some(phone) = self.phone_key() else { return keys };
        if let Some(claim) = self.phone_claim().filter(|_| is_there) {
            keys.push((claim, id.to_string(), None));
        }
        if self.is_suppressed() {
            keys.push((Key::suppressed(&phone), id.to_string(), None));
        }
        if let Some(lease) = &self.lease {
            keys.push((Key::lease(&phone), lease.batch_id.to_string(), Some(lease.expires_at)));
        }
        keys
    }

    /// Takes in one event.
    pub fn apply(&mut self, event: LeadEvent) {
        match event {
            LeadEvent::LeadCaptured(e) => self.captured(*e),
            LeadEvent::LeadDetailsChanged(e) => {
                self.touch(e.at);
                self.person.change(&e.cleared, e.person);
            }
            LeadEvent::LeadAssigned(e) => {
                self.touch(e.at);
                self.assigned_at = Some(e.at);
                self.agent_id = e.agent_id;
            }
            LeadEvent::LeadScheduled(e) => {
                self.touch(e.at);
                self.priority = e.priority;
                self.schedule_at = Some(e.due_at);
                self.scheduled = Some(e);
            }
            LeadEvent::LeadLeased(e) => {
                self.touch(e.at);
                self.lease = Some(Lease { batch_id: e.batch_id, issued_at: e.at, expires_at: e.expires_at });
            }
            LeadEvent::AttemptReported(e) => self.attempt_reported(*e),
            LeadEvent::AttemptRevised(e) | LeadEvent::AttemptAnnotated(e) => self.fact_added(*e),
            LeadEvent::StageSet(e) => {
                self.touch(e.at);
                self.stage = e.stage;
            }
            LeadEvent::NoteAdded(e) => {
                self.touch(e.at);
                self.latest_note = Some(e.person);
            }
            LeadEvent::PanelStatusSet(e) => self.act(e.at, ActKind::PanelStatusSet(e.status, e.policy)),
            LeadEvent::LeadRequeued(e) => {
                self.requeued_at = Some(e.at);
                self.scheduled = None;
                self.act(e.at, ActKind::Requeued);
            }
            LeadEvent::LeadClosed(e) => self.act(e.at, ActKind::Closed(e.disposition)),
            LeadEvent::LeadTakenUp(e) => self.act(e.at, ActKind::TakenUp),
            LeadEvent::LeadDeleted(e) => {
                self.touch(e.at);
                self.deleted_at = Some(e.at);
            }
            LeadEvent::LeadStatusChanged(_) => {}
            LeadEvent::ExternalRefAdded(e) => {
                self.touch(e.at);
                self.external_refs.push(e.external_ref);
            }
            LeadEvent::InterestRecorded(e) => {
                self.touch(e.at);
                self.interested_at = Some(e.at);
                if self.stage != Stage::Converted {
                    self.stage = Stage::Interested;
                }
            }
            LeadEvent::DuplicateSuspected(e) => self.touch(e.at),
            LeadEvent::LeadSubmitted(e) => {
                self.touch(e.at);
                self.submission = Some(Submission { at: e.at, by: e.by, answer: None });
            }
            LeadEvent::SubmissionAnswered(e) => {
                self.touch(e.at);
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

    fn touch(&mut self, at: Instant) {
        self.changed_at = self.changed_at.max(at);
    }

    fn act(&mut self, at: Instant, kind: ActKind) {
        self.touch(at);
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
            stage: e.stage,
            ..Self::default()
        };
    }

    fn attempt_reported(&mut self, e: AttemptReported) {
        self.touch(e.at);
        let mut attempt = Attempt {
            id: e.attempt_id,
            batch_id: e.batch_id,
            attempted_at: e.attempted_at,
            recorded_at: e.at,
            policy: e.policy,
            facts: Vec::new(),
            outcome: e.outcome,
        };
        if self.clears_lease(e.batch_id, attempt.ordered_at()) {
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
        self.touch(e.at);
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
        self.attempts[index].push(AnsweredFact { fact, answered: e.answered });
        self.heard(index);
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
