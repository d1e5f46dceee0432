//! What time is it, and what is a new id? The only place that asks the machine or the database for either.

use domain::time::{Instant, to_micros};
use rand::Rng;
use sqlx::PgPool;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;
use uuid::{NoContext, Timestamp, Uuid};

/// How often the database is asked for the time again.
pub const ASK_EVERY: Duration = Duration::from_secs(10);
/// How often it is asked at the start, as long as the answers take their time.
const TRIES_MAX: u32 = 5;
/// An answer must come back within this, or it says too little.
const ROUND_TRIP_MAX: Duration = Duration::from_millis(200);

/// Where the time comes from; tests bring their own.
pub trait Clock: Send + Sync {
    fn now(&self) -> Instant;
}

/// The database's clock: one for all processes, so that none of them ends another's leases because its own machine's clock
/// is wrong. Between two askings it goes on by this process's monotonic clock, which nobody sets.
#[derive(Debug)]
pub struct DatabaseClock(RwLock<Reading>);

#[derive(Clone, Copy, Debug)]
struct Reading {
    at: Instant,
    taken: std::time::Instant,
}

impl DatabaseClock {
    /// Asks for the time. Of answers that were long on their way, the last is taken.
    pub async fn try_new(pool: &PgPool) -> Result<Self, sqlx::Error> {
        let (mut reading, mut round_trip) = read(pool).await?;
        for _ in 1..TRIES_MAX {
            if round_trip <= ROUND_TRIP_MAX {
                break;
            }
            (reading, round_trip) = read(pool).await?;
        }
        Ok(Self(RwLock::new(reading)))
    }

    /// Asks again. An answer that was long on its way says less than what is known.
    pub async fn ask(&self, pool: &PgPool) -> Result<(), sqlx::Error> {
        let (reading, round_trip) = read(pool).await?;
        if round_trip <= ROUND_TRIP_MAX {
            *self.0.write().unwrap_or_else(PoisonError::into_inner) = reading;
        }
        Ok(())
    }
}

/// The time, and how long the question took. Half of the way there and back is taken for the way back.
async fn read(pool: &PgPool) -> Result<(Reading, Duration), sqlx::Error> {
    let mut conn = pool.acquire().await?;
    let asked = std::time::Instant::now();
    let at: Instant = sqlx::query_scalar("SELECT clock_timestamp()").fetch_one(&mut *conn).await?;
    let round_trip = asked.elapsed();
    Ok((Reading { at, taken: asked + round_trip / 2 }, round_trip))
}

impl Clock for DatabaseClock {
    fn now(&self) -> Instant {
        let reading = *self.0.read().unwrap_or_else(PoisonError::into_inner);
        let since = chrono::Duration::from_std(reading.taken.elapsed()).unwrap_or_default();
        to_micros(reading.at + since)
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
