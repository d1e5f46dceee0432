//! What is a lead now? The fold of its events; statuses follow from it in [`super::timeline`].

use super::attempt::DialPolicy;
use super::attempts::{ATTEMPTS_MAX, Attempts};
use super::attempts_index::Among;
use super::decided::{Decided, LookedAt, MayMove};
use super::event::{
    Campaign, ExternalRef, LeadCaptured, LeadEvent, LeadRequeued, LeadScheduled, Note, Person, Source,
};
use super::grade::Grade;
use super::notes::{Noted, Notes};
use super::plan_call::PlannedCall;
use super::submission::Submission;
use super::timeline::{Act, ActKind};
use crate::ids::{AgentId, BatchId};
use crate::status::Stage;
use crate::time::Instant;
use serde::{Deserialize, Serialize};
use std::ops::Bound;

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
    pub attempts: Attempts,
    /// Calls that people mean to make; no attempts yet.
    #[serde(default)]
    pub planned: Vec<PlannedCall>,
    /// The last thing that a person did to its place in the queue.
    pub last_act: Option<Act>,
    /// The last of these that has a word of the panel.
    pub last_word: Option<Act>,
    /// When the attempts began to count anew.
    pub requeued_at: Option<Instant>,
    /// Attempts at that time or later, those too whose end nobody told.
    pub calls_since_requeue: u32,
    /// Whether its number must not be dialed. Set and lifted in the order of the log, whatever the stated times (C-44).
    pub suppressed: bool,
    pub stage: Stage,
    pub notes: Notes,
    /// What the called person said in the newest attempt that has a message: the panel's last user message (B-110).
    pub latest_message: Option<Note>,
    pub deleted_at: Option<Instant>,
    /// Its ids in other systems.
    pub external_refs: Vec<ExternalRef>,
    /// When an agent last clicked "Interested".
    pub interested_at: Option<Instant>,
    pub submission: Option<Submission>,
    /// As recorded; see [`Lead::grade`].
    pub grade: Option<Grade>,
    pub campaign: Option<Campaign>,
    /// When the platform says that the person filled in the form that made the lead.
    #[serde(default)]
    pub stated_at: Option<Instant>,
    /// What its conversion is worth.
    pub value_hundredths: Option<i64>,
    /// Every time it was converted, those too that were taken back.
    pub conversions: Vec<Conversion>,
    /// Which events decided the gates.
    pub decided: Decided,
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
    /// The number that was handed out, as the ledger compares it. The lease stays with it when the lead gets another
    /// number meanwhile: it is this one that is being dialed.
    pub phone_key: Option<String>,
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
            attempts: Attempts::default(),
            planned: Vec::new(),
            last_act: None,
            last_word: None,
            requeued_at: None,
            calls_since_requeue: 0,
            suppressed: false,
            stage: Stage::New,
            notes: Notes::default(),
            latest_message: None,
            deleted_at: None,
            external_refs: Vec::new(),
            interested_at: None,
            submission: None,
            grade: None,
            campaign: None,
            stated_at: None,
            value_hundredths: None,
            conversions: Vec::new(),
            decided: Decided::default(),
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
        self.person.phone.as_ref().and_then(crate::phone::Phone::key)
    }

    /// Whether it has a number that a numbering plan knows. What is only kept as it was written is never dialed.
    pub fn has_dialable_phone(&self) -> bool {
        self.person.phone.as_ref().is_some_and(|phone| phone.e164.is_some())
    }

    /// Whether it has all the attempts that a lead may have.
    pub fn is_full(&self) -> bool {
        self.attempts.len() >= ATTEMPTS_MAX
    }

    /// Takes in one event. Costs about the same whatever came before.
    pub fn apply(&mut self, event: LeadEvent) {
        let may = MayMove::by(&event);
        let before = LookedAt::of(self, may);
        let suppressed = self.suppressed_after(&event);
        self.take_in(event);
        self.suppressed = suppressed;
        let after = LookedAt::of(self, may);
        self.decided.take_in(before.as_ref(), after.as_ref());
    }

    fn take_in(&mut self, event: LeadEvent) {
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
                let (batch_id, issued_at, expires_at) = (e.batch_id, e.at, e.expires_at);
                self.lease = Some(Lease { batch_id, phone_key: self.phone_key(), issued_at, expires_at });
            }
            LeadEvent::AttemptReported(e) => self.attempt_reported(*e),
            LeadEvent::AttemptRevised(e) | LeadEvent::AttemptAnnotated(e) => self.fact_added(*e),
            LeadEvent::CallPlaced(e) => self.call_placed(e),
            LeadEvent::CallPlanned(e) => self.call_planned(*e),
            LeadEvent::CallDeleted(e) => self.call_deleted(&e),
            LeadEvent::StageSet(e) => self.stage_set(e.stage, e.at),
            LeadEvent::NoteAdded(e) => self.notes.add(Noted { at: e.at, text: e.person.text }),
            LeadEvent::PanelStatusSet(e) => self.act(e.at, ActKind::PanelStatusSet(e.status, e.policy)),
            LeadEvent::LeadRequeued(e) => self.requeued(&e),
            LeadEvent::LeadClosed(e) => {
                self.hours_overridden_at = None;
                self.act(e.at, ActKind::Closed(e.disposition));
            }
            LeadEvent::LeadTakenUp(e) => self.act(e.at, ActKind::TakenUp),
            LeadEvent::LeadDeleted(e) => self.deleted_at = Some(e.at),
            LeadEvent::LeadStatusChanged(_)
            | LeadEvent::SuppressionLifted(_)
            | LeadEvent::DuplicateSuspected(_)
            | LeadEvent::AssignmentWeighed(_) => {}
            LeadEvent::LeadGraded(e) => {
                self.grade = Some(Grade { priority: e.priority, quality: e.quality, score: e.score });
            }
            LeadEvent::CampaignRecorded(e) => self.campaign_recorded(e),
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
        let act = Act { at, kind };
        if act.word().is_some() {
            self.last_word = Some(act.clone());
        }
        self.last_act = Some(act);
    }

    fn requeued(&mut self, e: &LeadRequeued) {
        self.requeued_at = Some(e.at);
        let since = (Bound::Included(e.at), Bound::Unbounded);
        let calls = self.attempts.within(Among::All, since).len();
        self.calls_since_requeue = u32::try_from(calls).unwrap_or(u32::MAX);
        self.scheduled = None;
        self.hours_overridden_at = None;
        self.act(e.at, ActKind::Requeued);
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
            decided: self.decided,
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

    /// When it came into being: as the platform of its advertisement says, else when the ledger first heard of it.
    pub fn created_at(&self) -> Instant {
        self.stated_at.unwrap_or(self.captured_at)
    }

    /// The conversion that holds.
    pub fn conversion(&self) -> Option<&Conversion> {
        self.conversions.last().filter(|sale| sale.undone_at.is_none())
    }
}
