//! What time is it, and what is a new id? The only place that asks the machine for either.

use domain::time::{Instant, to_micros};
use rand::Rng;
use std::time::Duration;
use uuid::{NoContext, Timestamp, Uuid};

/// Where the time comes from; tests bring their own.
pub trait Clock: Send + Sync {
    fn now(&self) -> Instant;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is its one home")]
    fn now(&self) -> Instant {
        to_micros(chrono::Utc::now())
    }
}

/// A UUIDv7 of that instant.
pub fn new_id(at: Instant) -> Uuid {
    let seconds = u64::try_from(at.timestamp()).unwrap_or(0);
    Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, at.timestamp_subsec_nanos()))
}

/// Up to twice `mean`, so that those who collided do not collide again.
pub fn jitter(mean: Duration) -> Duration {
    mean.mul_f64(rand::rng().random_range(0.0..2.0))
}
