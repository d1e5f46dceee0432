//! Lag: how old is the oldest commit of this process that the read models do not have yet, and when may a write be answered?
//!
//! The lane says what it committed, whoever follows or stands by says how far the read models are. Both happen in tasks of
//! their own, so a follower that hangs cannot hide that it does.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// The longest that an answer waits for the read models. Older lag than this, and no answer waits.
const WAIT_MAX: Duration = Duration::from_secs(2);
/// Commits within this time share an entry, so that the list stays short.
const COARSE: Duration = Duration::from_millis(50);

/// How far the read models are, as this process knows it.
#[derive(Debug)]
pub struct Following {
    position: watch::Sender<i64>,
    moved_at: Mutex<Instant>,
    is_stuck: AtomicBool,
    unfollowed: Mutex<VecDeque<Commits>>,
}

/// Commits of a short time: the first was made `since`, the last stands at `upto`.
#[derive(Clone, Copy, Debug)]
struct Commits {
    upto: i64,
    since: Instant,
}

impl Default for Following {
    fn default() -> Self {
        Self {
            position: watch::Sender::new(0),
            moved_at: Mutex::new(Instant::now()),
            is_stuck: AtomicBool::new(false),
            unfollowed: Mutex::default(),
        }
    }
}

impl Following {
    /// The lane has committed everything up to this position.
    pub fn committed(&self, upto: i64) {
        let now = Instant::now();
        let mut unfollowed = self.unfollowed();
        match unfollowed.back_mut() {
            Some(last) if now.duration_since(last.since) < COARSE => last.upto = upto,
            Some(_) | None => unfollowed.push_back(Commits { upto, since: now }),
        }
    }

    /// The running read models have reached this position; 0 where none runs or nobody knows.
    pub fn reached(&self, position: i64) {
        let mut unfollowed = self.unfollowed();
        while unfollowed.pop_front_if(|commits| commits.upto <= position).is_some() {}
        drop(unfollowed);
        let has_moved =
            self.position.send_if_modified(|known| std::mem::replace(known, position) != position);
        if has_moved {
            *self.moved_at.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        }
    }

    /// For how long the read models have not moved.
    pub fn unmoved(&self) -> Duration {
        self.moved_at.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }

    /// Whether nobody can follow any further: then no answer waits.
    pub fn stuck(&self, is_stuck: bool) {
        if self.is_stuck.swap(is_stuck, Ordering::Relaxed) != is_stuck {
            // Those who wait look again.
            self.position.send_modify(|_| {});
        }
    }

    /// How far the running read models are.
    pub fn position(&self) -> i64 {
        *self.position.borrow()
    }

    /// Tells every move of [`Following::position`].
    pub fn watch(&self) -> watch::Receiver<i64> {
        self.position.subscribe()
    }

    /// The age of the oldest commit of this process that is not followed.
    pub fn lag(&self) -> Option<Duration> {
        self.unfollowed().front().map(|commits| commits.since.elapsed())
    }

    /// Waits until the running read models have reached `position`; false as soon as the lag is more than anybody waits.
    pub async fn wait(&self, position: i64) -> bool {
        let mut watched = self.watch();
        let given_up = Instant::now() + WAIT_MAX;
        loop {
            if *watched.borrow_and_update() >= position {
                return true;
            }
            let left = WAIT_MAX.saturating_sub(self.lag().unwrap_or_default());
            let until = given_up.min(Instant::now() + left);
            if until <= Instant::now() || self.is_stuck.load(Ordering::Relaxed) {
                return false;
            }
            tokio::select! {
                moved = watched.changed() => {
                    if moved.is_err() {
                        return false;
                    }
                }
                () = tokio::time::sleep_until(until) => {}
            }
        }
    }

    fn unfollowed(&self) -> MutexGuard<'_, VecDeque<Commits>> {
        self.unfollowed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_busy_follower_that_keeps_up_is_never_behind() {
        let following = Following::default();
        for position in 1..=200 {
            following.committed(position);
            tokio::time::advance(Duration::from_millis(30)).await;
            following.reached(position);
        }
        assert_eq!(following.lag(), None);
        following.committed(201);
        let answered = tokio::join!(following.wait(201), async { following.reached(201) });
        assert!(answered.0);
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_a_follower_that_hangs() {
        let following = Following::default();
        following.committed(1);
        tokio::time::advance(WAIT_MAX).await;
        following.committed(2);
        let asked = Instant::now();
        assert!(!following.wait(2).await);
        assert_eq!(asked.elapsed(), Duration::ZERO);
        // Once it has caught up, answers wait for it again.
        following.reached(2);
        following.committed(3);
        assert!(!following.wait(3).await);
        assert_eq!(asked.elapsed(), WAIT_MAX);
    }

    #[tokio::test]
    async fn a_position_that_is_taken_back_is_not_claimed() {
        let following = Following::default();
        following.reached(9);
        following.reached(0);
        assert_eq!(following.position(), 0);
    }
}
