//! Which leads does a batch get? One picker at a time for each process reads the queue plainly; then each lead's own
//! state decides, and one intent is recorded; what others were faster to get is dropped, and it is recorded again.

use super::desk::Desk;
use super::error::RecordError;
use super::record::{Action, Recorded};
use super::{Context, Ledger};
use domain::batch::event::BatchIssued;
use domain::batch::{BatchCommand, decide};
use domain::ids::{BatchId, LeadId};
use domain::keys::{Key, TakeKey};
use domain::lead::LeadCommand;
use domain::lead::lease::LeaseLead;
use domain::stream::{StreamId, StreamKind};
use domain::time::Instant;
use projections::agents::AgentRow;
use projections::dial_queue::QueueRow;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use uuid::Uuid;

/// How often a batch is recorded again without what others got first.
const ROUNDS_MAX: usize = 3;

/// The position of what is picked but not recorded yet.
const PICKED: i64 = i64::MAX;

/// Leads this process has picked or leased but whose rows may not say so yet: until which position.
#[derive(Debug, Default)]
pub struct Picker {
    turn: tokio::sync::Mutex<()>,
    in_flight: Mutex<HashMap<Uuid, i64>>,
}

impl Picker {
    fn in_flight(&self) -> MutexGuard<'_, HashMap<Uuid, i64>> {
        self.in_flight.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Rows that are nobody else's until this is dropped, also when the poller goes away half-way.
struct Picked<'l> {
    picker: &'l Picker,
    rows: Vec<QueueRow>,
    ids: Vec<Uuid>,
}

impl Drop for Picked<'_> {
    fn drop(&mut self) {
        let mut in_flight = self.picker.in_flight();
        for id in &self.ids {
            if in_flight.get(id) == Some(&PICKED) {
                in_flight.remove(id);
            }
        }
    }
}

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
}

impl Action for Issue<'_> {
    type Answer = IssuedBatch;

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<IssuedBatch, RecordError> {
        let now = desk.now();
        let expires_at = now + self.request.lease;
        let batch_id = BatchId(self.batch_id);
        let mut numbers = Vec::with_capacity(self.rows.len());
        let mut phones = HashSet::new();
        let streams: Vec<_> =
            self.rows.iter().map(|row| StreamId::new(StreamKind::Lead, row.lead_id)).collect();
        desk.load_all(&streams).await?;
        for row in self.rows {
            let hours = match desk.lead(row.lead_id).await?.agent_id {
                Some(agent_id) => desk.agent(agent_id.0).await?.hours.clone(),
                None => None,
            };
            // The row may be behind: the lead and its agent themselves say whether it may be dialed.
            let lease = LeadCommand::Lease(LeaseLead { at: now, batch_id, expires_at, hours });
            if !phones.insert(&row.phone_key) || desk.decide_lead(row.lead_id, &lease).await.is_err() {
                continue;
            }
            desk.require_absent(Key::suppressed(&row.phone_key));
            numbers.push(IssuedNumber { num: row.num, lead_id: row.lead_id, phone: row.phone.clone() });
        }
        if numbers.is_empty() {
            return Ok(IssuedBatch { batch_id: self.batch_id, numbers, expires_at });
        }
        let stream = StreamId::new(StreamKind::Batch, self.batch_id);
        let batch = desk.stream(stream).await?.state.as_batch().cloned().unwrap_or_default();
        let issued = BatchIssued {
            at: now,
            holder: desk.context().principal.label(),
            size_requested: self.request.size_requested,
            expires_at,
            leads: numbers.iter().map(|number| LeadId(number.lead_id)).collect(),
        };
        desk.append(stream, decide(&batch, &BatchCommand::Issue(issued))?);
        if let Some(key) = &self.request.receipt {
            let outcome = serde_json::json!({ "batch_id": self.batch_id });
            let holder = self.batch_id.to_string();
            desk.take(TakeKey { key: key.clone(), holder, until: Some(expires_at), outcome: Some(outcome) });
        }
        Ok(IssuedBatch { batch_id: self.batch_id, numbers, expires_at })
    }
}

impl Ledger {
    /// Leases up to `size` due leads to a new batch. An empty batch is no event.
    pub async fn issue_batch(
        &self,
        context: &Context,
        request: &IssueBatch,
    ) -> Result<Recorded<IssuedBatch>, RecordError> {
        let mut picked = self.pick(request).await?;
        let recorded = self.record_batch(context, request, &mut picked.rows).await?;
        let leased = recorded.answer.numbers.iter().map(|number| (number.lead_id, recorded.position));
        self.inner.picker.in_flight().extend(leased);
        drop(picked);
        let is_followed = !recorded.is_new || self.wait_followed(recorded.position).await;
        Ok(Recorded { is_followed, ..recorded })
    }

    async fn record_batch(
        &self,
        context: &Context,
        request: &IssueBatch,
        rows: &mut Vec<QueueRow>,
    ) -> Result<Recorded<IssuedBatch>, RecordError> {
        let batch_id = crate::clock::new_id(self.now());
        let mut rounds = 0;
        loop {
            let issue = Issue { request, batch_id, rows };
            match self.append_only(context, &issue).await {
                Err(RecordError::Conflict(conflict)) if rounds < ROUNDS_MAX => {
                    rounds += 1;
                    let taken: HashSet<&str> = conflict.keys.iter().map(|key| key.key.as_str()).collect();
                    let moved: HashSet<Uuid> = conflict.streams.iter().map(|stream| stream.id).collect();
                    rows.retain(|row| !taken.contains(&*row.phone_key) && !moved.contains(&row.lead_id));
                }
                done => return done,
            }
        }
    }

    /// Picks due leads that nobody else of this process has picked. One at a time; recording them is nobody's wait.
    async fn pick(&self, request: &IssueBatch) -> Result<Picked<'_>, RecordError> {
        let picker = &self.inner.picker;
        // Some agents' leads are looked for along the whole queue: no poller waits for that. What both pick, the
        // lane gives to one.
        let _turn = match request.only {
            None => Some(picker.turn.lock().await),
            Some(_) => None,
        };
        let followed = self.followed().position;
        let taken = {
            let mut in_flight = picker.in_flight();
            in_flight.retain(|_, position| *position > followed);
            in_flight.len()
        };
        let wanted = usize::try_from(request.size).unwrap_or(usize::MAX);
        let limit = i64::try_from(wanted + taken).unwrap_or(i64::MAX);
        let closed = self.closed_agents().await?;
        let mut rows = self.views().due(self.now(), limit, &closed, request.only.as_deref()).await?;
        let mut in_flight = picker.in_flight();
        rows.retain(|row| !in_flight.contains_key(&row.lead_id));
        rows.truncate(wanted);
        let ids: Vec<Uuid> = rows.iter().map(|row| row.lead_id).collect();
        in_flight.extend(ids.iter().map(|id| (*id, PICKED)));
        Ok(Picked { picker, rows, ids })
    }

    /// Agents whose business hours are over now: their leads wait (B-087).
    async fn closed_agents(&self) -> Result<Vec<Uuid>, RecordError> {
        let now = self.now();
        let agents = self.views().agents_with_hours().await?;
        let is_closed = |row: &AgentRow| row.business_hours().is_some_and(|hours| !hours.is_open(now));
        Ok(agents.iter().filter(|row| is_closed(row)).map(|row| row.id).collect())
    }

    /// The batch that a receipt speaks of, from its leads' own streams: what is still leased to it.
    pub async fn issued_batch(&self, batch_id: Uuid) -> Result<Option<IssuedBatch>, RecordError> {
        let batch = self.inner.loader.load(StreamId::new(StreamKind::Batch, batch_id)).await?;
        let Some(issued) = batch.state.as_batch().and_then(|batch| batch.issued.clone()) else {
            return Ok(None);
        };
        let mut numbers = Vec::with_capacity(issued.leads.len());
        for lead_id in issued.leads {
            let folded = self.inner.loader.load(StreamId::new(StreamKind::Lead, lead_id.0)).await?;
            if let Some((lead, phone)) =
                folded.state.as_lead().and_then(|lead| Some((lead, lead.person.phone.as_ref()?)))
            {
                numbers.push(IssuedNumber { num: lead.num, lead_id: lead_id.0, phone: phone.raw.clone() });
            }
        }
        Ok(Some(IssuedBatch { batch_id, numbers, expires_at: issued.expires_at }))
    }
}
