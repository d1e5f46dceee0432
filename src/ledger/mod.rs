#![doc = include_str!("README.md")]
//!
//! # The modules
//!
//! One door for writes ([`Ledger::record`]), everything behind it.
//!
//! Read in this order: [`desk`] (what a decision sees and says), [`record`] (decide, append, try again), [`lane`] (many
//! requests, one statement), [`load`] (what a stream is now), [`issue_batch`] (who dials whom), [`chain`] (is the log
//! what it was?).

pub mod add_numbers;
pub mod append_health;
pub mod assign_leads;
pub mod behind;
pub mod chain;
pub mod change_numbers;
pub mod change_person;
pub mod context;
pub mod desk;
pub mod error;
pub mod file_reports;
pub mod find_by_link;
pub mod following;
pub mod gates;
pub mod heads;
pub mod held_keys;
pub mod import_leads;
pub mod initiate_call;
pub mod intent;
pub mod issue_batch;
pub mod lane;
mod lane_batch;
mod lane_session;
mod leads_of_phone;
pub mod lift_suppression;
pub mod load;
mod lock;
pub mod log_ins_failed;
pub mod machines;
mod memory;
pub mod nums;
pub mod open;
pub mod people;
mod picker;
pub mod place_calls;
pub mod plan_calls;
pub mod quarantine;
pub mod readiness;
pub mod rebuild_keys;
pub mod record;
pub mod replay;
pub mod report_call;
pub mod restatements;
pub mod schedule_agents;
pub mod schedule_leads;
pub mod sell_leads;
mod sessions;
pub mod set_aside;
pub mod settle;
mod statement;
pub mod stock;
pub mod take_ad_lead;
pub mod teams;
pub mod told_events;
mod turns;
pub mod verification;
pub mod work_lead;

pub use context::Context;
pub use desk::Desk;
pub use error::RecordError;
pub use record::{Action, Recorded};

use crate::clock::{Clock, SlowestClock};
use projections::Views;
use projections::together::Together;
use sqlx::PgPool;
use std::sync::Arc;

/// Connections of a pool.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PoolUsage {
    pub busy: u32,
    pub idle: u32,
    /// The most that there may be.
    pub max: u32,
}

/// The ledger. Cheap to clone.
#[derive(Clone)]
pub struct Ledger {
    inner: Arc<Inner>,
}

struct Inner {
    pool: PgPool,
    by_key: PgPool,
    /// Connections for those who read the whole log: they take none away from anybody else.
    downloads: PgPool,
    views: Views,
    ended: Together<sessions::Ended>,
    clock: Arc<dyn Clock>,
    slowest: SlowestClock,
    lane: lane::Lane,
    loader: Arc<load::Loader>,
    nums: nums::Nums,
    turns: turns::Turns,
    picker: picker::Picker,
    following: Arc<following::Following>,
}

impl Ledger {
    /// Puts the parts together; [`lane::Worker::run`] and [`load::Worker::run`] are the caller's to start.
    pub fn new(
        pool: PgPool,
        by_key: PgPool,
        downloads: PgPool,
        clock: Arc<dyn Clock>,
        lane: lane::Lane,
        loader: Arc<load::Loader>,
        following: Arc<following::Following>,
    ) -> Self {
        let views = Views::new(pool.clone(), by_key.clone());
        let nums = nums::Nums::new(pool.clone());
        let inner = Inner {
            pool,
            by_key,
            downloads,
            views,
            ended: Together::new(sessions::Ended),
            slowest: SlowestClock::new(clock.clone()),
            clock,
            lane,
            loader,
            nums,
            turns: turns::Turns::default(),
            picker: picker::Picker::default(),
            following,
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

    /// The time by which things may be thrown away for good: the earliest by all clocks seen in the last day. `None`:
    /// nothing may be yet, because the clock was not watched for long enough.
    pub fn safely_past(&self) -> Option<domain::time::Instant> {
        self.inner.slowest.look()
    }

    /// The switch, the windows and the holidays, as they are.
    pub async fn dialing(&self) -> Result<Arc<domain::dialing::Dialing>, RecordError> {
        let folded = self.inner.loader.current(domain::stream::StreamId::DIALING).await?;
        Ok(folded.state.as_dialing().cloned().unwrap_or_default())
    }

    /// The same as this process knew them a moment ago: for what is checked again when it is decided.
    pub async fn dialing_lately(&self) -> Result<Arc<domain::dialing::Dialing>, RecordError> {
        let folded = self.inner.loader.load(domain::stream::StreamId::DIALING).await?;
        Ok(folded.state.as_dialing().cloned().unwrap_or_default())
    }

    /// How far the running read models are, as this process knows it; 0 where none runs.
    pub fn followed(&self) -> i64 {
        self.inner.following.position()
    }

    /// How appends go.
    pub fn appends(&self) -> &append_health::AppendHealth {
        &self.inner.lane.health
    }

    /// Requests that wait to be appended.
    pub fn queue_depth(&self) -> usize {
        self.inner.lane.depth()
    }

    /// How many connections each pool of this ledger has, by name.
    pub fn pools(&self) -> [(&'static str, PoolUsage); 3] {
        let usage = |pool: &PgPool| {
            let idle = u32::try_from(pool.num_idle()).unwrap_or(u32::MAX);
            let busy = pool.size().saturating_sub(idle);
            PoolUsage { busy, idle, max: pool.options().get_max_connections() }
        };
        let inner = &self.inner;
        [
            ("main", usage(&inner.pool)),
            ("lookups", usage(&inner.by_key)),
            ("downloads", usage(&inner.downloads)),
        ]
    }

    pub(crate) fn pool(&self) -> &PgPool {
        &self.inner.pool
    }
}
