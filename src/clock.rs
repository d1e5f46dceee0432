//! What time is it, and what is a new id? The only place that asks the machine or the database for either.

use domain::time::{Instant, to_micros};
use rand::Rng;
use sqlx::PgPool;
use std::collections::VecDeque;
use std::sync::{Arc, LazyLock, Mutex, PoisonError, RwLock};
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
    /// The time of day. It may jump, both ways.
    fn now(&self) -> Instant;

    /// How much time has passed since some moment: never set, never going back. For windows and time-outs.
    fn passed(&self) -> Duration {
        static START: LazyLock<std::time::Instant> = LazyLock::new(std::time::Instant::now);
        START.elapsed()
    }
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

/// For how long a reading of the clock is remembered: longer than any token is good for.
const READING_KEPT: Duration = Duration::from_hours(24);
/// Readings within this time are one.
const READING_EVERY: Duration = Duration::from_mins(1);
/// How long a clock is watched before anything is thrown away by what it says.
const WATCHED_MIN: Duration = Duration::from_mins(2);

/// The clock for throwing things away: the slowest of all clocks seen in a day. What would be over by a clock that is ahead
/// for a while is not over by this one, so it is still there when that clock comes back.
pub struct SlowestClock {
    clock: Arc<dyn Clock>,
    /// When each reading was taken (time passed), and what time it was at the zero of the passing time by that reading.
    readings: Mutex<VecDeque<(Duration, Instant)>>,
    since: Duration,
}

impl SlowestClock {
    /// Watches this clock from now on.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let since = clock.passed();
        let this = Self { clock, readings: Mutex::default(), since };
        this.look();
        this
    }

    /// Takes a reading, and answers the earliest time that any reading leads to. `None` as long as the clock was not
    /// watched for a while.
    pub fn look(&self) -> Option<Instant> {
        let passed = self.clock.passed();
        let since_zero = |passed| chrono::Duration::from_std(passed).unwrap_or_default();
        let zero = self.clock.now() - since_zero(passed);
        let mut readings = self.readings.lock().unwrap_or_else(PoisonError::into_inner);
        match readings.back_mut() {
            Some((taken, known)) if passed.saturating_sub(*taken) < READING_EVERY => {
                *known = zero.min(*known);
            }
            Some(_) | None => readings.push_back((passed, zero)),
        }
        while readings.pop_front_if(|(taken, _)| passed.saturating_sub(*taken) > READING_KEPT).is_some() {}
        let earliest = readings.iter().map(|(_, zero)| *zero).min()?;
        (passed.saturating_sub(self.since) >= WATCHED_MIN).then(|| earliest + since_zero(passed))
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Seconds since 1970, and seconds passed.
    struct Hands(Mutex<(i64, u64)>);

    impl Clock for Hands {
        fn now(&self) -> Instant {
            Instant::UNIX_EPOCH + chrono::Duration::seconds(self.0.lock().unwrap().0)
        }

        fn passed(&self) -> Duration {
            Duration::from_secs(self.0.lock().unwrap().1)
        }
    }

    /// Issue 14, part 5
    #[test]
    fn what_is_over_by_a_clock_that_is_ahead_is_kept_until_the_clock_was_right_for_a_day() {
        let hands = Arc::new(Hands(Mutex::new((1_000, 0))));
        let slowest = SlowestClock::new(hands.clone());
        let at = |now: i64, passed: u64| {
            *hands.0.lock().unwrap() = (now, passed);
            slowest.look().map(|instant| instant.timestamp())
        };
        assert_eq!(at(1_060, 60), None, "too early to say");
        assert_eq!(at(1_120, 120), Some(1_120));
        assert_eq!(at(8_380, 180), Some(1_180), "two hours ahead");
        assert_eq!(at(1_240, 240), Some(1_240), "and back");
        assert_eq!(at(700, 300), Some(700), "behind");
        assert_eq!(at(1_360, 360), Some(760), "the slowest counts");
        let a_day_later = i64::try_from(READING_KEPT.as_secs()).unwrap();
        assert_eq!(at(1_420 + a_day_later, 420 + READING_KEPT.as_secs()), Some(1_420 + a_day_later));
    }
}
