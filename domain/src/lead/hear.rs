//! What does a lead take in of what is said of its calls? Part of the fold of [`super::state`].

use super::attempt::{AnsweredFact, Attempt};
use super::event::{AttemptReported, CallPlaced, Direction, FactAdded, Note};
use super::state::Lead;
use crate::ids::{AttemptId, BatchId, FactId};
use crate::outcome::Outcome;
use crate::status::Stage;
use crate::time::Instant;
use crate::verdict::Fact;

impl Lead {
    pub(super) fn attempt_reported(&mut self, e: AttemptReported) {
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
            deleted_at: None,
        };
        let ordered_at = attempt.ordered_at();
        // A late report of an earlier call does not use up the permission for the next.
        self.hours_overridden_at = self.hours_overridden_at.filter(|given| ordered_at < *given);
        // While a call goes on nobody else may dial the number.
        if e.outcome.is_final() && self.clears_lease(e.batch_id, ordered_at) {
            self.lease = None;
        }
        if self.counts_since_requeue(ordered_at) {
            self.calls_since_requeue += 1;
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
        // A call that was planned has happened.
        self.planned.retain(|planned| planned.id != e.attempt_id);
        self.attempts.push(attempt);
        self.heard(e.attempt_id);
    }

    pub(super) fn fact_added(&mut self, e: FactAdded) {
        let fact = Fact {
            id: e.fact_id,
            source: e.source,
            at: e.at,
            outcome: e.outcome,
            agent_id: e.agent_id,
            duration_seconds: e.duration_seconds,
            remarks: e.person,
        };
        let mut ended = None;
        let is_known = self.attempts.change(e.attempt_id, |attempt| {
            let was_open = !attempt.outcome.is_final();
            attempt.push(AnsweredFact { fact, answered: e.answered });
            ended = attempt.batch_id.filter(|_| was_open && attempt.outcome.is_final());
        });
        if !is_known {
            return;
        }
        if self.lease.as_ref().is_some_and(|lease| ended == Some(lease.batch_id)) {
            self.lease = None;
        }
        self.heard(e.attempt_id);
    }

    pub(super) fn call_placed(&mut self, e: CallPlaced) {
        self.attempts.change(e.attempt_id, |attempt| {
            attempt.call = Some(e.call);
            attempt.direction = e.direction;
        });
    }

    /// What follows from the attempt that was just heard of: whoever says that it was answered lifts the stage, so
    /// that the order of reports does not matter; the latest message is that of the newest attempt (C-17).
    fn heard(&mut self, id: AttemptId) {
        let Some(attempt) = self.attempts.find(id) else { return };
        for AnsweredFact { fact, .. } in &attempt.facts {
            if fact.outcome == Outcome::Interested {
                self.stage = self.stage.max(Stage::Interested);
            } else if fact.outcome.is_answered() {
                self.stage = self.stage.max(Stage::Contacted);
            }
        }
        let newest = self.newest_attempt().filter(|newest| newest.id == id);
        if let Some(text) = newest.and_then(|newest| newest.verdict().remarks.user_message) {
            self.latest_message = Some(Note { text });
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
