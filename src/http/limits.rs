//! How much is too much? So many in a quarter of an hour: requests of a kind by whoever makes them (B-170, C-28), and wrong
//! passwords for each account and each address. Each process counts for itself, in memory.

use crate::clock::Clock;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use domain::time::Instant;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

const WINDOW_SECONDS: i64 = 15 * 60;
/// Names remembered at once.
const REMEMBERED_MAX: usize = 100_000;

/// How many there were since when, by name.
type Counts = HashMap<String, (u32, Instant)>;

/// Counts by name, each from its first in a window on. Bounded: of too many names, those are forgotten that were not seen
/// for the longest.
struct Windows {
    clock: Arc<dyn Clock>,
    /// Names seen lately, and names seen before.
    counts: Mutex<[Counts; 2]>,
}

impl Windows {
    fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, counts: Mutex::default() }
    }

    fn counts(&self) -> MutexGuard<'_, [Counts; 2]> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many there are in this window, and when it began.
    fn get(&self, name: &str) -> Option<(u32, Instant)> {
        self.find(&self.counts(), name)
    }

    fn find(&self, counts: &[Counts; 2], name: &str) -> Option<(u32, Instant)> {
        let known = counts.iter().find_map(|counts| counts.get(name).copied());
        known.filter(|(_, since)| self.seconds_left(*since) > 0)
    }

    /// Counts one more; answers how many there are and when the window began.
    fn add(&self, name: &str) -> (u32, Instant) {
        let mut counts = self.counts();
        let (known, since) = self.find(&counts, name).unwrap_or((0, self.clock.now()));
        put(&mut counts, name, (known.saturating_add(1), since))
    }

    fn take_back(&self, name: &str) {
        let mut counts = self.counts();
        if let Some((count, since)) = self.find(&counts, name) {
            put(&mut counts, name, (count.saturating_sub(1), since));
        }
    }

    /// Seconds until a window that began then is over.
    fn seconds_left(&self, since: Instant) -> i64 {
        WINDOW_SECONDS - (self.clock.now() - since).num_seconds()
    }
}

fn put(counts: &mut [Counts; 2], name: &str, counted: (u32, Instant)) -> (u32, Instant) {
    if counts[0].len() >= REMEMBERED_MAX / 2 && !counts[0].contains_key(name) {
        counts[1] = std::mem::take(&mut counts[0]);
    }
    counts[0].insert(name.to_owned(), counted);
    counted
}

/// Failed log-ins by account and address.
pub struct Failures {
    limit: Option<u32>,
    windows: Windows,
}

impl Failures {
    /// Nobody has failed yet. `None` limits nobody.
    pub fn new(limit: Option<u32>, clock: Arc<dyn Clock>) -> Self {
        Self { limit, windows: Windows::new(clock) }
    }

    /// How many seconds these have to wait, if any of them failed too often.
    pub fn wait_seconds(&self, names: &[String]) -> Option<i64> {
        let limit = self.limit?;
        let counted = names.iter().filter_map(|name| self.windows.get(name));
        let waits = counted.filter(|(count, _)| *count >= limit);
        waits.map(|(_, since)| self.windows.seconds_left(since)).max()
    }

    /// Takes back what was counted for a try that turned out right.
    pub fn forgive(&self, names: &[String]) {
        for name in names {
            self.windows.take_back(name);
        }
    }

    /// Counts a failure for each of these: before it is known to be one, so that many tries at once are many.
    pub fn count(&self, names: &[String]) {
        for name in names {
            self.windows.add(name);
        }
    }
}

/// What is counted together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bucket {
    General,
    /// Logging in, registering, changing a password.
    Auth,
    /// Logging in from one address, whoever it is: twenty times as many.
    Address,
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
        Self { settings, general: windows(), doors: windows(), machines: windows() }
    }

    /// Counted apart, so that nobody who knocks at the door makes others be forgotten.
    fn windows(&self, bucket: Bucket) -> &Windows {
        match bucket {
            Bucket::General | Bucket::Upload => &self.general,
            Bucket::Auth | Bucket::Address => &self.doors,
            Bucket::Machine => &self.machines,
        }
    }

    /// Counts a request of `name`; an error is one too many.
    pub fn charge(&self, bucket: Bucket, name: &str) -> Result<Option<Standing>, Standing> {
        let limit = match bucket {
            Bucket::General => self.settings.general,
            Bucket::Auth => self.settings.auth,
            Bucket::Address => self.settings.auth.map(|limit| limit.saturating_mul(20)),
            Bucket::Upload => self.settings.upload,
            Bucket::Machine => self.settings.machine,
        };
        let Some(limit) = limit else { return Ok(None) };
        let windows = self.windows(bucket);
        let (used, since) = windows.add(&key(bucket, name));
        let resets_in = windows.seconds_left(since);
        let resets_at = since + chrono::Duration::seconds(WINDOW_SECONDS);
        let standing = Standing { limit, used: used.min(limit), resets_in, resets_at };
        if used > limit { Err(standing) } else { Ok(Some(standing)) }
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
    /// Says it: in the IETF draft's names, and in those that went before.
    pub fn write(&self, headers: &mut HeaderMap, is_refused: bool) {
        let remaining = self.limit.saturating_sub(self.used);
        let policy = format!("{};w={WINDOW_SECONDS}", self.limit);
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
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicI64, Ordering};

    #[derive(Default)]
    struct Hand(AtomicI64);

    impl Clock for Hand {
        fn now(&self) -> Instant {
            Instant::UNIX_EPOCH + chrono::Duration::seconds(self.0.load(Ordering::Relaxed))
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
        clock.0.store(899, Ordering::Relaxed);
        let over = used("ann").unwrap_err();
        assert_eq!((over.used, over.resets_in, over.resets_at.timestamp()), (2, 1, 900));
        assert_eq!(used("ben"), Ok(1), "everybody has a window of their own");
        assert!(limits.charge(Bucket::Auth, "ann").is_ok(), "and one in each bucket");
        clock.0.store(900, Ordering::Relaxed);
        assert_eq!(used("ann"), Ok(1));
        assert_eq!(limits.charge(Bucket::Upload, "ann"), Ok(None));
    }
}
