//! Picking: which due leads does a poller look at? One picker at a time for each process reads the queue plainly, skipping what
//! this process has picked or leased and the read model does not show yet.

use super::Ledger;
use super::error::RecordError;
use super::issue_batch::IssueBatch;
use projections::agents::AgentRow;
use projections::dial_queue::QueueRow;
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use uuid::Uuid;

/// How often the queue is read on for one batch; each time twice as far.
pub(super) const ROUNDS_MAX: u32 = 8;
/// The position of what is picked but not recorded yet.
const PICKED: i64 = i64::MAX;

/// Leads this process has picked or leased but whose rows may not say so yet: until which position.
#[derive(Debug, Default)]
pub struct Picker {
    turn: tokio::sync::Mutex<()>,
    in_flight: Mutex<HashMap<Uuid, i64>>,
}

impl Picker {
    pub(super) fn in_flight(&self) -> MutexGuard<'_, HashMap<Uuid, i64>> {
        self.in_flight.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Rows that are nobody else's until this is dropped, also when the poller goes away half-way.
pub(super) struct Picked<'l> {
    picker: &'l Picker,
    pub rows: Vec<QueueRow>,
    /// Every lead that was ever picked for this batch.
    ids: HashSet<Uuid>,
    /// The queue has no more that are due.
    pub is_exhausted: bool,
}

impl<'l> Picked<'l> {
    /// Nothing yet.
    pub fn new(picker: &'l Picker) -> Self {
        Self { picker, rows: Vec::new(), ids: HashSet::new(), is_exhausted: false }
    }

    /// Lets go of these rows; they are not picked again for this batch.
    pub fn pass_over(&mut self, is_passed_over: impl Fn(&QueueRow) -> bool) {
        self.rows.retain(|row| !is_passed_over(row));
    }
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

impl Ledger {
    /// Picks due leads that nobody else of this process has picked, until there are as many as are wanted. One poller at a
    /// time; recording them is nobody's wait.
    pub(super) async fn pick(
        &self,
        request: &IssueBatch,
        round: u32,
        picked: &mut Picked<'_>,
    ) -> Result<(), RecordError> {
        let wanted = usize::try_from(request.size).unwrap_or(usize::MAX);
        let missing = wanted.saturating_sub(picked.rows.len());
        if missing == 0 || picked.is_exhausted {
            return Ok(());
        }
        let picker = picked.picker;
        // Some agents' leads are looked for along the whole queue: no poller waits for that. What both pick, the
        // lane gives to one.
        let _turn = match request.only {
            None => Some(picker.turn.lock().await),
            Some(_) => None,
        };
        let followed = self.followed();
        let taken = {
            let mut in_flight = picker.in_flight();
            in_flight.retain(|_, position| *position > followed);
            in_flight.len()
        };
        let more = missing << round.min(ROUNDS_MAX);
        let looked_at = taken.saturating_add(more);
        let limit = i64::try_from(looked_at).unwrap_or(i64::MAX);
        let closed = self.closed_agents().await?;
        let rows = self.views().due(self.now(), limit, &closed, request.only.as_deref()).await?;
        picked.is_exhausted = rows.len() < looked_at;
        let mut in_flight = picker.in_flight();
        let is_free = |row: &QueueRow| !in_flight.contains_key(&row.lead_id);
        let rows: Vec<QueueRow> = rows.into_iter().filter(is_free).take(more).collect();
        in_flight.extend(rows.iter().map(|row| (row.lead_id, PICKED)));
        picked.ids.extend(rows.iter().map(|row| row.lead_id));
        picked.rows.extend(rows);
        Ok(())
    }

    /// Agents whose business hours are over now: their leads wait (B-087).
    async fn closed_agents(&self) -> Result<Vec<Uuid>, RecordError> {
        let now = self.now();
        let agents = self.views().agents_with_hours().await?;
        let is_closed = |row: &AgentRow| row.business_hours().is_some_and(|hours| !hours.is_open(now));
        Ok(agents.iter().filter(|row| is_closed(row)).map(|row| row.id).collect())
    }
}
