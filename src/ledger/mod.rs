//! The ledger: one door for writes ([`Ledger::record`]), everything behind it.
//!
//! Read in this order: [`desk`] (what a decision sees and says), [`record`] (decide, append, try again), [`lane`] (many
//! requests, one statement), [`load`] (what a stream is now), [`issue_batch`] (who dials whom), [`chain`] (is the log
//! what it was?).

pub mod add_numbers;
pub mod assign_leads;
pub mod behind;
pub mod chain;
pub mod change_numbers;
pub mod change_person;
pub mod context;
pub mod desk;
pub mod error;
pub mod file_reports;
pub mod gates;
pub mod held_keys;
pub mod import_leads;
pub mod initiate_call;
pub mod intent;
pub mod issue_batch;
pub mod lane;
pub mod lift_suppression;
pub mod load;
pub mod machines;
pub mod nums;
pub mod open;
pub mod people;
pub mod place_calls;
pub mod quarantine;
pub mod record;
pub mod replay;
pub mod report_call;
pub mod restatements;
pub mod schedule_agents;
pub mod schedule_leads;
pub mod sell_leads;
mod sessions;
mod statement;
pub mod stock;
pub mod take_ad_lead;
pub mod teams;
mod turns;
pub mod verification;
pub mod work_lead;

pub use context::Context;
pub use desk::Desk;
pub use error::RecordError;
pub use record::{Action, Recorded};

use crate::clock::Clock;
use projections::Views;
use projections::together::Together;
use sqlx::PgPool;
use std::sync::Arc;
use tokio::sync::watch;

/// How far the read models are, as this process knows it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Followed {
    pub position: i64,
    /// They have been behind for longer than a client should wait.
    pub is_lagging: bool,
}

/// The ledger. Cheap to clone.
#[derive(Clone)]
pub struct Ledger {
    inner: Arc<Inner>,
}

struct Inner {
    pool: PgPool,
    by_key: PgPool,
    views: Views,
    ended: Together<sessions::Ended>,
    clock: Arc<dyn Clock>,
    lane: lane::Lane,
    loader: load::Loader,
    nums: nums::Nums,
    turns: turns::Turns,
    picker: issue_batch::Picker,
    followed: watch::Receiver<Followed>,
}

impl Ledger {
    /// Puts the parts together; [`lane::Worker::run`] and [`load::Worker::run`] are the caller's to start.
    pub fn new(
        pool: PgPool,
        by_key: PgPool,
        clock: Arc<dyn Clock>,
        lane: lane::Lane,
        loader: load::Loader,
        followed: watch::Receiver<Followed>,
    ) -> Self {
        let views = Views::new(pool.clone(), by_key.clone());
        let nums = nums::Nums::new(pool.clone());
        let inner = Inner {
            pool,
            by_key,
            views,
            ended: Together::new(sessions::Ended),
            clock,
            lane,
            loader,
            nums,
            turns: turns::Turns::default(),
            picker: issue_batch::Picker::default(),
            followed,
        };
        Self { inner: Arc::new(inner) }
    }

    /// Every read of the read models.
    pub fn views(&self) -> &Views {
        &self.inner.views
    }

    /// What time it is.
    pub fn now(&self) -> domain::time::Instant {
        self.inner.clock.now()
    }

    /// The switch, the windows and the holidays as this process last knew them; writes check them again.
    pub async fn dialing(&self) -> Result<Arc<domain::dialing::Dialing>, RecordError> {
        let folded = self.inner.loader.load(domain::stream::StreamId::DIALING).await?;
        Ok(folded.state.as_dialing().cloned().unwrap_or_default())
    }

    /// How far the read models are.
    pub fn followed(&self) -> Followed {
        *self.inner.followed.borrow()
    }

    /// Requests that wait to be appended.
    pub fn queue_depth(&self) -> usize {
        self.inner.lane.depth()
    }

    pub(crate) fn pool(&self) -> &PgPool {
        &self.inner.pool
    }
}
