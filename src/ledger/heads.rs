//! Heads: which streams did other processes append to? Read from the log some times a second, so that no state in memory is
//! older than that, and only where this process did not append itself.

use super::load::Loader;
use crate::shutdown::Tasks;
use domain::stream::StreamId;
use sqlx::PgPool;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// How often the end of the log is looked at.
const EVERY: Duration = Duration::from_millis(200);
/// The most positions of one statement.
const RANGE: i64 = 5_000;

/// What of the log this process knows.
#[derive(Debug, Default)]
pub struct Heads {
    known: Mutex<Known>,
    woken: Notify,
}

/// Everything up to `upto`, and the ranges after it that this process appended.
#[derive(Debug, Default)]
struct Known {
    upto: i64,
    own: BTreeMap<i64, i64>,
}

impl Known {
    fn own(&mut self, after: i64, upto: i64) {
        self.own.insert(after, upto);
        self.join();
    }

    fn learned(&mut self, upto: i64) {
        self.upto = self.upto.max(upto);
        self.join();
    }

    fn join(&mut self) {
        while let Some((&after, &upto)) = self.own.first_key_value() {
            if after > self.upto {
                return;
            }
            self.own.pop_first();
            self.upto = self.upto.max(upto);
        }
    }

    /// The next range up to `head` that others appended.
    fn gap(&self, head: i64) -> Option<(i64, i64)> {
        let end = self.own.first_key_value().map_or(head, |(&after, _)| after.min(head));
        (end > self.upto).then_some((self.upto, end.min(self.upto + RANGE)))
    }
}

impl Heads {
    /// This process has appended the positions `after + 1` to `upto`.
    pub fn own(&self, after: i64, upto: i64) {
        let mut known = self.known();
        known.own(after, upto);
        if !known.own.is_empty() {
            self.woken.notify_one();
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets what others changed until the service ends.
    pub async fn run(self: Arc<Self>, pool: PgPool, loader: Arc<Loader>, tasks: Tasks) {
        // Nothing is in memory yet: what is stored by now need not be looked at.
        if let Ok(head) = head(&pool).await {
            self.known().learned(head);
        }
        while !tasks.is_stopping() {
            tokio::select! {
                () = self.woken.notified() => {}
                () = tokio::time::sleep(EVERY) => {}
                () = tasks.stopping() => return,
            }
            if let Err(error) = self.learn(&pool, &loader).await {
                tracing::debug!(%error, "what other processes appended could not be looked at; it is tried again");
                tokio::time::sleep(EVERY).await;
            }
        }
    }

    async fn learn(&self, pool: &PgPool, loader: &Loader) -> Result<(), sqlx::Error> {
        let head = head(pool).await?;
        loop {
            let Some((after, upto)) = self.known().gap(head) else { return Ok(()) };
            let moved: Vec<(String, String, i64)> = sqlx::query_as(
                "SELECT aggregate_type, aggregate_id, max(sequence) FROM events WHERE position > $1 AND position <= $2 \
                 GROUP BY aggregate_type, aggregate_id",
            )
            .bind(after)
            .bind(upto)
            .fetch_all(pool)
            .await?;
            for (kind, id, sequence) in moved {
                if let Some(stream) = StreamId::read(&kind, &id) {
                    loader.forget_before(stream, sequence);
                }
            }
            self.known().learned(upto);
        }
    }
}

async fn head(pool: &PgPool) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("SELECT COALESCE(max(position), 0) FROM events").fetch_one(pool).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_others_appended_is_read() {
        let mut known = Known::default();
        known.own(0, 4);
        assert_eq!(known.gap(4), None);
        known.own(6, 9);
        assert_eq!(known.gap(12), Some((4, 6)));
        known.learned(6);
        assert_eq!((known.upto, known.gap(12)), (9, Some((9, 12))));
    }
}
