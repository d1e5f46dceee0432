//! Rate limits: how many requests of a kind may one client make in a quarter of an hour (B-170, C-28)? Each process counts for
//! itself, in memory. Failed log-ins are counted in [`super::log_in_limits`].
//!
//! Windows are measured by [`Clock::passed`], which nobody sets: a clock that was ahead for a minute and came back would
//! otherwise begin windows that end hours from now.

use crate::clock::Clock;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use domain::time::Instant;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub(super) const WINDOW: Duration = Duration::from_mins(15);
/// Names remembered at once.
const REMEMBERED_MAX: usize = 100_000;

/// Counts by name, and when the window of each began, on the clock that nobody sets.
type Counts = HashMap<String, (u32, Duration)>;

/// Counts by name, each in a window that begins with the first. Bounded: of too many names, those are forgotten that were
/// not seen for the longest.
pub(super) struct Windows {
    clock: Arc<dyn Clock>,
    /// Names seen lately, and names seen before.
    counts: Mutex<[Counts; 2]>,
}

/// A count, and how many seconds its window still lasts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Counted {
    pub count: u32,
    pub seconds_left: i64,
}

impl Windows {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, counts: Mutex::default() }
    }

    fn counts(&self) -> MutexGuard<'_, [Counts; 2]> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The count of this name in its window; 0 in a whole window if nothing was counted.
    pub(super) fn get(&self, name: &str) -> Counted {
        let (count, since) = self.find(&self.counts(), name);
        self.counted(count, since)
    }

    fn find(&self, counts: &[Counts; 2], name: &str) -> (u32, Duration) {
        let now = self.clock.passed();
        let known = counts.iter().find_map(|counts| counts.get(name).copied());
        known.filter(|(_, since)| now.saturating_sub(*since) < WINDOW).unwrap_or((0, now))
    }

    /// Counts one more, unless there are `limit` already: then the error is the full count.
    pub(super) fn add_within(&self, name: &str, limit: u32) -> Result<Counted, Counted> {
        let mut counts = self.counts();
        let (known, since) = self.find(&counts, name);
        if known >= limit {
            return Err(self.counted(known, since));
        }
        put(&mut counts, name, (known + 1, since));
        Ok(self.counted(known + 1, since))
    }

    /// Counts one more, however many there are.
    pub(super) fn add(&self, name: &str) -> Counted {
        let mut counts = self.counts();
        let (known, since) = self.find(&counts, name);
        let count = known.saturating_add(1);
        put(&mut counts, name, (count, since));
        self.counted(count, since)
    }

    pub(super) fn take_back(&self, name: &str) {
        let mut counts = self.counts();
        let (count, since) = self.find(&counts, name);
        if count > 0 {
            put(&mut counts, name, (count - 1, since));
        }
    }

    fn counted(&self, count: u32, since: Duration) -> Counted {
        let left = WINDOW.saturating_sub(self.clock.passed().saturating_sub(since));
        let whole_seconds = left.as_secs() + u64::from(left.subsec_nanos() > 0);
        Counted { count, seconds_left: i64::try_from(whole_seconds).unwrap_or(i64::MAX) }
    }
}

fn put(counts: &mut [Counts; 2], name: &str, counted: (u32, Duration)) {
    if counts[0].len() >= REMEMBERED_MAX / 2 && !counts[0].contains_key(name) {
        counts[1] = std::mem::take(&mut counts[0]);
    }
    counts[0].insert(name.to_owned(), counted);
}

/// What is counted together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bucket {
    General,
    /// Registering, changing a password.
    Auth,
    Upload,
    /// Dialers by their credential, providers' webhooks.
    Machine,
}

/// How many of each in a window; `None`: not limited.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LimitSettings {
    pub general: Option<u32>,
    pub auth: Option<u32>,
    pub upload: Option<u32>,
    pub machine: Option<u32>,
}

/// Requests by bucket and whoever makes them.
pub struct Limits {
    settings: LimitSettings,
    clock: Arc<dyn Clock>,
    general: Windows,
    doors: Windows,
    machines: Windows,
}

/// Where somebody stands in their window.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Standing {
    pub limit: u32,
    pub used: u32,
    /// Seconds until the window is over.
    pub resets_in: i64,
    pub resets_at: Instant,
}

impl Limits {
    /// Nobody has asked for anything yet.
    pub fn new(settings: LimitSettings, clock: &Arc<dyn Clock>) -> Self {
        let windows = || Windows::new(clock.clone());
        Self { settings, clock: clock.clone(), general: windows(), doors: windows(), machines: windows() }
    }

    /// Separate tables, so that a flood of registrations cannot evict the counters of API callers.
    fn windows(&self, bucket: Bucket) -> &Windows {
        match bucket {
            Bucket::General | Bucket::Upload => &self.general,
            Bucket::Auth => &self.doors,
            Bucket::Machine => &self.machines,
        }
    }

    /// Counts a request of `name`; an error is one too many.
    pub fn charge(&self, bucket: Bucket, name: &str) -> Result<Option<Standing>, Standing> {
        let limit = match bucket {
            Bucket::General => self.settings.general,
            Bucket::Auth => self.settings.auth,
            Bucket::Upload => self.settings.upload,
            Bucket::Machine => self.settings.machine,
        };
        let Some(limit) = limit else { return Ok(None) };
        let counted = self.windows(bucket).add(&key(bucket, name));
        let standing = Standing::new(limit, counted, self.clock.now());
        if counted.count > limit { Err(standing) } else { Ok(Some(standing)) }
    }

    /// Takes a request back that cost nothing; answers where its maker stands then.
    pub fn give_back(&self, bucket: Bucket, name: &str, standing: Standing) -> Standing {
        self.windows(bucket).take_back(&key(bucket, name));
        Standing { used: standing.used.saturating_sub(1), ..standing }
    }
}

fn key(bucket: Bucket, name: &str) -> String {
    format!("{bucket:?}:{name}")
}

impl Standing {
    pub(super) fn new(limit: u32, counted: Counted, now: Instant) -> Self {
        let resets_in = counted.seconds_left;
        let resets_at = now + chrono::Duration::seconds(resets_in);
        Self { limit, used: counted.count.min(limit), resets_in, resets_at }
    }

    /// Says it: in the IETF draft's names, and in those that went before.
    pub fn write(&self, headers: &mut HeaderMap, is_refused: bool) {
        let remaining = self.limit.saturating_sub(self.used);
        let policy = format!("{};w={}", self.limit, WINDOW.as_secs());
        for (name, value) in [
            ("ratelimit-limit", HeaderValue::from(self.limit)),
            ("ratelimit-remaining", HeaderValue::from(remaining)),
            ("ratelimit-reset", HeaderValue::from(self.resets_in)),
            ("x-ratelimit-limit", HeaderValue::from(self.limit)),
            ("x-ratelimit-remaining", HeaderValue::from(remaining)),
            ("x-ratelimit-reset", HeaderValue::from(self.resets_at.timestamp())),
        ] {
            headers.insert(HeaderName::from_static(name), value);
        }
        if let Ok(policy) = HeaderValue::from_str(&policy) {
            headers.insert(HeaderName::from_static("ratelimit-policy"), policy);
        }
        if is_refused {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(self.resets_in.max(1)));
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A clock whose hands a test moves: the time of day, and the time that has passed.
    #[derive(Default)]
    pub struct Hand(Mutex<(i64, u64)>);

    impl Hand {
        pub fn pass(&self, seconds: u32) {
            let mut hands = self.0.lock().unwrap();
            *hands = (hands.0 + i64::from(seconds), hands.1 + u64::from(seconds));
        }

        pub fn set_off(&self, seconds: i64) {
            self.0.lock().unwrap().0 += seconds;
        }
    }

    impl Clock for Hand {
        fn now(&self) -> Instant {
            Instant::UNIX_EPOCH + chrono::Duration::seconds(self.0.lock().unwrap().0)
        }

        fn passed(&self) -> Duration {
            Duration::from_secs(self.0.lock().unwrap().1)
        }
    }

    /// B-170
    #[test]
    fn a_window_begins_with_its_first_request_and_ends_a_quarter_of_an_hour_later() {
        let clock = Arc::new(Hand::default());
        let settings = LimitSettings { general: Some(2), auth: Some(1), upload: None, machine: None };
        let limits = Limits::new(settings, &(clock.clone() as Arc<dyn Clock>));
        let used = |name| limits.charge(Bucket::General, name).map(|standing| standing.unwrap().used);
        assert_eq!((used("ann"), used("ann")), (Ok(1), Ok(2)));
        clock.pass(899);
        let over = used("ann").unwrap_err();
        assert_eq!((over.used, over.resets_in, over.resets_at.timestamp()), (2, 1, 900));
        assert_eq!(used("ben"), Ok(1), "everybody has a window of their own");
        assert!(limits.charge(Bucket::Auth, "ann").is_ok(), "and one in each bucket");
        clock.pass(1);
        assert_eq!(used("ann"), Ok(1));
        assert_eq!(limits.charge(Bucket::Upload, "ann"), Ok(None));
    }

    /// Issue 14, part 5: `Retry-After` of a window of 15 minutes was 8,099.
    #[test]
    fn a_window_lasts_a_quarter_of_an_hour_whatever_the_clock_says_meanwhile() {
        for ahead in [60, 7_200, 86_400, -60, -7_200] {
            let clock = Arc::new(Hand::default());
            let settings = LimitSettings { general: Some(1), auth: None, upload: None, machine: None };
            let limits = Limits::new(settings, &(clock.clone() as Arc<dyn Clock>));
            clock.set_off(ahead);
            assert!(limits.charge(Bucket::General, "ann").is_ok());
            clock.pass(60);
            clock.set_off(-ahead);
            let over = limits.charge(Bucket::General, "ann").unwrap_err();
            assert_eq!((over.resets_in, over.resets_at.timestamp()), (840, 900), "{ahead} s ahead");
            clock.pass(840);
            assert!(limits.charge(Bucket::General, "ann").is_ok(), "{ahead} s ahead");
        }
    }
}
