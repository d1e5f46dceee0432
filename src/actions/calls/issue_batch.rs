//! Which leads does a batch get? One picker at a time for each process reads the queue plainly; then each lead's own state
//! decides, and one intent is recorded. Leads that may not be dialed after all, or that others were faster to get, are passed
//! over, and the queue is read on behind them until the batch is full.

use crate::actions::calls::pick::{Picked, ROUNDS_MAX};
use crate::ledger::desk::Desk;
use crate::ledger::error::RecordError;
use crate::ledger::record::{Action, Recorded};
use crate::ledger::{Context, Ledger};
use domain::batch::event::BatchIssued;
use domain::batch::{BatchCommand, decide};
use domain::ids::{BatchId, LeadId};
use domain::keys::{Key, TakeKey};
use domain::lead::LeadCommand;
use domain::lead::lease::LeaseLead;
use domain::stream::{StreamId, StreamKind};
use domain::time::Instant;
use projections::dial_queue::QueueRow;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use uuid::Uuid;

/// What a poller asks for.
#[derive(Clone, Debug)]
pub struct IssueBatch {
    /// How many numbers it wants, as it said.
    pub size_requested: u32,
    /// How many it may have.
    pub size: u32,
    pub lease: chrono::Duration,
    /// Of these agents' leads; `None`: of all.
    pub only: Option<Vec<Uuid>>,
    /// A key by which the same request gets the same batch while the lease lasts.
    pub receipt: Option<Key>,
}

/// A number to dial.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct IssuedNumber {
    pub num: i64,
    pub lead_id: Uuid,
    pub phone: String,
}

/// What a poller gets.
#[derive(Clone, PartialEq, Debug)]
pub struct IssuedBatch {
    pub batch_id: Uuid,
    pub numbers: Vec<IssuedNumber>,
    pub expires_at: Instant,
}

/// One attempt to record these rows as a batch.
struct Issue<'a> {
    request: &'a IssueBatch,
    batch_id: Uuid,
    rows: &'a [QueueRow],
    /// Whether a batch is recorded that is smaller than its rows.
    takes_less: bool,
}

/// What came of an attempt.
struct Attempted {
    batch: IssuedBatch,
    /// Leads that may not be dialed, whatever their rows say.
    passed_over: HashSet<Uuid>,
}

impl Action for Issue<'_> {
    type Answer = Attempted;

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<Attempted, RecordError> {
        let now = desk.now();
        let expires_at = now + self.request.lease;
        let batch_id = BatchId(self.batch_id);
        let batch = IssuedBatch { batch_id: self.batch_id, numbers: Vec::new(), expires_at };
        let mut attempted = Attempted { batch, passed_over: HashSet::new() };
        // The switch and the windows are part of what is decided upon: no batch follows an event that closed them.
        if !desk.dialing().await?.closed_reasons(now).is_empty() {
            return Ok(attempted);
        }
        let streams: Vec<_> =
            self.rows.iter().map(|row| StreamId::new(StreamKind::Lead, row.lead_id)).collect();
        desk.load_all(&streams).await?;
        let mut phones = HashSet::new();
        let mut leased = Vec::with_capacity(self.rows.len());
        let wanted = usize::try_from(self.request.size).unwrap_or(usize::MAX);
        for row in self.rows {
            if leased.len() == wanted {
                break;
            }
            let lead = desk.lead(row.lead_id).await?;
            let hours = match lead.agent_id {
                Some(agent_id) => desk.agent(agent_id.0).await?.hours.clone(),
                None => None,
            };
            // The row may be behind: the lead and its agent themselves say whether it may be dialed.
            let lease = LeadCommand::Lease(LeaseLead { at: now, batch_id, expires_at, hours });
            match domain::lead::decide(&lead, &lease) {
                Ok(events) if phones.insert(&row.phone_key) => leased.push((row, events)),
                Ok(_) | Err(_) => {
                    attempted.passed_over.insert(row.lead_id);
                }
            }
        }
        let is_enough = leased.len() == wanted || self.takes_less || attempted.passed_over.is_empty();
        if leased.is_empty() || !is_enough {
            return Ok(attempted);
        }
        for (row, events) in leased {
            desk.append(StreamId::new(StreamKind::Lead, row.lead_id), events);
            desk.require_absent(Key::suppressed(&row.phone_key));
            let (num, lead_id, phone) = (row.num, row.lead_id, row.phone.clone());
            attempted.batch.numbers.push(IssuedNumber { num, lead_id, phone });
        }
        self.begin_batch(desk, &attempted.batch).await?;
        Ok(attempted)
    }
}

impl Issue<'_> {
    async fn begin_batch(&self, desk: &mut Desk<'_>, issued: &IssuedBatch) -> Result<(), RecordError> {
        let stream = StreamId::new(StreamKind::Batch, self.batch_id);
        let batch = desk.stream(stream).await?.state.as_batch().cloned().unwrap_or_default();
        let event = BatchIssued {
            at: desk.now(),
            holder: desk.context().principal.label(),
            size_requested: self.request.size_requested,
            expires_at: issued.expires_at,
            leads: issued.numbers.iter().map(|number| LeadId(number.lead_id)).collect(),
        };
        desk.append(stream, decide(&batch, &BatchCommand::Issue(event))?);
        if let Some(key) = &self.request.receipt {
            let outcome = serde_json::json!({ "batch_id": self.batch_id });
            let (holder, until) = (self.batch_id.to_string(), Some(issued.expires_at));
            desk.take(TakeKey { key: key.clone(), holder, until, outcome: Some(outcome) });
        }
        Ok(())
    }
}

impl Ledger {
    /// Leases up to `size` due leads to a new batch. An empty batch is no event.
    pub async fn issue_batch(
        &self,
        context: &Context,
        request: &IssueBatch,
    ) -> Result<Recorded<IssuedBatch>, RecordError> {
        let in_flight = self.in_flight();
        let mut picked = Picked::new(in_flight);
        let recorded = self.fill_batch(context, request, &mut picked).await?;
        let leased = recorded.answer.numbers.iter().map(|number| (number.lead_id, recorded.position));
        in_flight.leads().extend(leased);
        drop(picked);
        let is_followed = !recorded.is_new || self.wait_followed(recorded.position).await;
        Ok(Recorded { is_followed, ..recorded })
    }

    async fn fill_batch(
        &self,
        context: &Context,
        request: &IssueBatch,
        picked: &mut Picked<'_>,
    ) -> Result<Recorded<IssuedBatch>, RecordError> {
        let batch_id = crate::clock::new_id(self.now());
        let mut moved_once: HashSet<Uuid> = HashSet::new();
        let mut round = 0;
        loop {
            self.pick(request, round, picked).await?;
            round += 1;
            let takes_less = picked.is_exhausted || round >= ROUNDS_MAX;
            let issue = Issue { request, batch_id, rows: &picked.rows, takes_less };
            match self.append_only(context, &issue).await {
                Ok(recorded) if recorded.is_new || recorded.answer.passed_over.is_empty() || takes_less => {
                    return Ok(recorded.map(|attempted| attempted.batch));
                }
                Ok(recorded) => {
                    let passed_over = recorded.answer.passed_over;
                    picked.pass_over(|row| passed_over.contains(&row.lead_id));
                }
                Err(RecordError::Conflict(conflict)) if round < ROUNDS_MAX => {
                    let taken: HashSet<&str> = conflict.keys.iter().map(|key| key.key.as_str()).collect();
                    let moved: HashSet<Uuid> = conflict.streams.iter().map(|stream| stream.id).collect();
                    // What has moved is decided again by what it is now; what moves again is left to whoever moves it.
                    picked.pass_over(|row| {
                        taken.contains(&*row.phone_key)
                            || moved.contains(&row.lead_id) && moved_once.contains(&row.lead_id)
                    });
                    moved_once.extend(moved);
                }
                Err(other) => return Err(other),
            }
        }
    }

    /// The batch that a receipt speaks of, from its leads' own streams: what is still leased to it.
    pub async fn issued_batch(&self, batch_id: Uuid) -> Result<Option<IssuedBatch>, RecordError> {
        let batch = self.current(StreamId::new(StreamKind::Batch, batch_id)).await?;
        let Some(issued) = batch.state.as_batch().and_then(|batch| batch.issued.clone()) else {
            return Ok(None);
        };
        let mut numbers = Vec::with_capacity(issued.leads.len());
        for lead_id in issued.leads {
            let folded = self.current(StreamId::new(StreamKind::Lead, lead_id.0)).await?;
            if let Some((lead, phone)) =
                folded.state.as_lead().and_then(|lead| Some((lead, lead.person.phone.as_ref()?)))
            {
                numbers.push(IssuedNumber { num: lead.num, lead_id: lead_id.0, phone: phone.raw.clone() });
            }
        }
        Ok(Some(IssuedBatch { batch_id, numbers, expires_at: issued.expires_at }))
    }
}
