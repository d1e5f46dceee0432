//! Picking: which due leads does a poller look at? One picker at a time for each process reads the queue plainly, skipping what
//! this process has picked or leased and the read model does not show yet.

use crate::actions::calls::issue_batch::IssueBatch;
use crate::ledger::Ledger;
use crate::ledger::error::RecordError;
use crate::ledger::in_flight::InFlight;
use projections::agents::AgentRow;
use projections::dial_queue::QueueRow;
use std::collections::HashSet;
use uuid::Uuid;

/// How often the queue is read on for one batch; each time twice as far.
pub(crate) const ROUNDS_MAX: u32 = 8;
/// The position of what is picked but not recorded yet.
const PICKED: i64 = i64::MAX;

/// Rows that are nobody else's until this is dropped, also when the poller goes away half-way.
pub(crate) struct Picked<'l> {
    in_flight: &'l InFlight,
    pub rows: Vec<QueueRow>,
    /// Every lead that was ever picked for this batch.
    ids: HashSet<Uuid>,
    /// The queue has no more that are due.
    pub is_exhausted: bool,
}

impl<'l> Picked<'l> {
    /// Nothing yet.
    pub fn new(in_flight: &'l InFlight) -> Self {
        Self { in_flight, rows: Vec::new(), ids: HashSet::new(), is_exhausted: false }
    }

    /// Lets go of these rows; they are not picked again for this batch.
    pub fn pass_over(&mut self, is_passed_over: impl Fn(&QueueRow) -> bool) {
        self.rows.retain(|row| !is_passed_over(row));
    }
}

impl Drop for Picked<'_> {
    fn drop(&mut self) {
        let mut leads = self.in_flight.leads();
        for id in &self.ids {
            if leads.get(id) == Some(&PICKED) {
                leads.remove(id);
            }
        }
    }
}

impl Ledger {
    /// Picks due leads that nobody else of this process has picked, until there are as many as are wanted. One poller at a
    /// time; recording them is nobody's wait.
    pub(crate) async fn pick(
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
        let in_flight = picked.in_flight;
        // Some agents' leads are looked for along the whole queue: no poller waits for that. What both pick, the
        // lane gives to one.
        let _turn = match request.only {
            None => Some(in_flight.turn().await),
            Some(_) => None,
        };
        let followed = self.followed();
        let taken = {
            let mut leads = in_flight.leads();
            leads.retain(|_, position| *position > followed);
            leads.len()
        };
        let more = missing << round.min(ROUNDS_MAX);
        let looked_at = taken.saturating_add(more);
        let limit = i64::try_from(looked_at).unwrap_or(i64::MAX);
        let closed = self.closed_agents().await?;
        let rows = self.views().due(self.now(), limit, &closed, request.only.as_deref()).await?;
        picked.is_exhausted = rows.len() < looked_at;
        let mut leads = in_flight.leads();
        let is_free = |row: &QueueRow| !leads.contains_key(&row.lead_id);
        let rows: Vec<QueueRow> = rows.into_iter().filter(is_free).take(more).collect();
        leads.extend(rows.iter().map(|row| (row.lead_id, PICKED)));
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
