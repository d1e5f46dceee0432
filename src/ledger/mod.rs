#![doc = include_str!("README.md")]
//!
//! # The modules
//!
//! One door for writes ([`Ledger::record`]), everything behind it.
//!
//! Read in this order: [`desk`] (what a decision sees and says), [`record`] (decide, append, try again), [`lane`] (many
//! requests, one statement), [`load`] (what a stream is now). What can be asked stands in [`actions`](crate::actions), what can be explained in
//! [`audit`](crate::audit).

pub mod append_health;
pub mod context;
pub mod desk;
pub mod error;
pub mod following;
pub mod heads;
pub mod held_keys;
pub mod in_flight;
pub mod intent;
pub mod lane;
mod lane_batch;
mod lane_session;
pub mod load;
mod lock;
mod memory;
pub mod nums;
pub mod readiness;
pub mod record;
mod sessions;
mod statement;
mod turns;

pub use context::Context;
pub use desk::Desk;
pub use error::RecordError;
pub use record::{Action, Recorded};

use crate::clock::{Clock, SlowestClock};
use domain::stream::StreamId;
use projections::Views;
use projections::change::Folded;
use projections::together::Together;
use sqlx::PgPool;
use std::sync::Arc;
use uuid::Uuid;

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
    in_flight: in_flight::InFlight,
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
            in_flight: in_flight::InFlight::default(),
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
        let folded = self.current(StreamId::DIALING).await?;
        Ok(folded.state.as_dialing().cloned().unwrap_or_default())
    }

    /// The same as this process knew them a moment ago: for what is checked again when it is decided.
    pub async fn dialing_lately(&self) -> Result<Arc<domain::dialing::Dialing>, RecordError> {
        let folded = self.loaded(StreamId::DIALING).await?;
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

    /// Connections for requests that read the whole log.
    pub(crate) fn downloads(&self) -> &PgPool {
        &self.inner.downloads
    }

    /// Leads that this process hands out now.
    pub(crate) fn in_flight(&self) -> &in_flight::InFlight {
        &self.inner.in_flight
    }

    /// The stream as the database has it.
    pub(crate) async fn current(&self, stream: StreamId) -> Result<Folded, RecordError> {
        self.inner.loader.current(stream).await
    }

    /// The stream as this process knew it a moment ago.
    pub(crate) async fn loaded(&self, stream: StreamId) -> Result<Folded, RecordError> {
        self.inner.loader.load(stream).await
    }

    /// The stream as the database has it, read anew from its first event.
    pub(crate) async fn reloaded(&self, stream: StreamId) -> Result<Folded, RecordError> {
        self.inner.loader.reload(stream).await
    }

    /// Forgets what this process remembers of a stream.
    pub(crate) fn forget(&self, stream: StreamId) {
        self.inner.loader.forget(stream);
    }

    /// Finds a lead by its integer id (`num`, not its phone number); deleted leads are found too.
    pub(crate) async fn lead_of_num(&self, num: i64) -> Result<Option<Uuid>, RecordError> {
        self.inner.loader.lead_of_num(num).await
    }

    /// Raises the counters of integer ids above every id that is used.
    pub(crate) async fn raise_nums(&self) -> Result<(), RecordError> {
        Ok(self.inner.nums.raise_all().await?)
    }
}
