//! Many numbers are changed in the background: a handful an intent, each number for itself, with progress.
//!
//! In memory: a change that its process does not live to finish has changed the numbers it came to, each as an event,
//! and is asked for again.

use super::remembered::Remembered;
use crate::actions::numbers::change::{AT_ONCE, ChangeNumbers, NumberChange};
use crate::ledger::{Context, Ledger, RecordError};
use crate::shutdown::Tasks;
use domain::Refusal;
use projections::lead_list::Filter;
use std::collections::HashMap;
use std::time::Duration;
use tokio::sync::oneshot;
use uuid::Uuid;

/// How many rejections are told one by one.
const REJECTIONS_MAX: usize = 1_000;

/// What to change, and how.
#[derive(Clone, Debug)]
pub struct BulkChange {
    pub filter: Filter,
    pub change: NumberChange,
    /// Nothing is stored: what would come of it.
    pub dry_run: bool,
}

/// Where a bulk change stands.
#[derive(Clone, Debug, Default)]
pub struct Bulk {
    pub dry_run: bool,
    pub is_done: bool,
    /// Why it ended early.
    pub problem: Option<&'static str>,
    /// Numbers looked at so far, of which changed, and which were so already.
    pub matched: usize,
    pub changed: usize,
    pub unchanged: usize,
    pub rejected: usize,
    /// By number, the first thousand.
    pub rejections: Vec<(i64, Refusal)>,
    /// Up to where the log holds them.
    pub position: i64,
}

impl Bulk {
    fn reject(&mut self, num: i64, refusal: Refusal) {
        self.rejected += 1;
        if self.rejections.len() < REJECTIONS_MAX {
            self.rejections.push((num, refusal));
        }
    }
}

/// The bulk changes of this process.
#[derive(Clone)]
pub struct Bulks {
    ledger: Ledger,
    known: Remembered<Bulk>,
}

impl Bulks {
    /// None yet.
    pub fn new(ledger: Ledger) -> Self {
        Self { ledger, known: Remembered::default() }
    }

    /// Starts one and waits a while for it; answers its id and where it stands.
    pub async fn start(
        &self,
        tasks: &Tasks,
        context: Context,
        bulk: BulkChange,
        patience: Duration,
    ) -> (Uuid, Bulk) {
        let id = crate::clock::new_id(self.ledger.now());
        self.known.push(id, Bulk { dry_run: bulk.dry_run, ..Bulk::default() });
        let (done, is_done) = oneshot::channel::<()>();
        let (this, stopping) = (self.clone(), tasks.clone());
        tasks.start(async move {
            tokio::select! {
                result = this.run(id, &context, &bulk) => this.end(id, result),
                () = stopping.stopping() => {}
            }
            drop(done);
        });
        // Ends with an error when the task drops its end: that is the sign.
        let _ = tokio::time::timeout(patience, is_done).await;
        (id, self.find(id).unwrap_or_default())
    }

    /// One of those that are remembered.
    pub fn find(&self, id: Uuid) -> Option<Bulk> {
        self.known.find(id)
    }

    fn end(&self, id: Uuid, result: Result<(), RecordError>) {
        let problem = result.err().map(|error| {
            tracing::warn!(%error, "a bulk change ended early");
            "the ledger could not go on; ask again for the rest"
        });
        self.known.update(id, |bulk| {
            bulk.is_done = true;
            bulk.problem = problem;
        });
    }

    async fn run(&self, id: Uuid, context: &Context, bulk: &BulkChange) -> Result<(), RecordError> {
        let views = self.ledger.views();
        let upto = views.highest_lead_num().await?;
        let mut missing: Vec<i64> = bulk.filter.nums.clone().unwrap_or_default();
        missing.sort_unstable();
        missing.dedup();
        let mut after = 0;
        loop {
            let limit = i64::try_from(AT_ONCE).unwrap_or(i64::MAX);
            let selected = views.select_leads(&bulk.filter, after, upto, limit).await?;
            let Some((last, _)) = selected.last() else { break };
            after = *last;
            missing.retain(|num| selected.binary_search_by_key(num, |(num, _)| *num).is_err());
            self.handful(id, context, bulk, selected).await?;
        }
        self.known.update(id, |known| {
            for num in missing {
                known.reject(num, Refusal::LeadIsUnknown);
            }
        });
        let position = self.find(id).map_or(0, |bulk| bulk.position);
        self.ledger.wait_followed(position).await;
        Ok(())
    }

    async fn handful(
        &self,
        id: Uuid,
        context: &Context,
        bulk: &BulkChange,
        selected: Vec<(i64, Uuid)>,
    ) -> Result<(), RecordError> {
        let ids = selected.iter().map(|(_, id)| *id).collect();
        let action = ChangeNumbers { ids, change: bulk.change, owner: None };
        let (answers, position) = if bulk.dry_run {
            (self.ledger.preview_numbers(&action).await?, 0)
        } else {
            let recorded = self.ledger.change_numbers(context, &action).await?;
            (recorded.answer, recorded.position)
        };
        let nums: HashMap<Uuid, i64> = selected.into_iter().map(|(num, id)| (id, num)).collect();
        self.known.update(id, |bulk| {
            bulk.position = bulk.position.max(position);
            for (id, answer) in answers {
                bulk.matched += 1;
                match answer {
                    Ok(true) => bulk.changed += 1,
                    Ok(false) => bulk.unchanged += 1,
                    Err(refusal) => bulk.reject(nums.get(&id).copied().unwrap_or(0), refusal),
                }
            }
        });
        Ok(())
    }
}
