//! Who keeps the read models up to date? One process for each database, told by a session lock; the others stand by and
//! take over within a second when it dies.

use crate::ledger::Followed;
use crate::shutdown::Tasks;
use metrics::{gauge, histogram};
use projections::change::Committed;
use projections::checkpoint;
use projections::feed::FeedError;
use projections::follow::{Follower, Step};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgListener};
use sqlx::{ConnectOptions, Executor};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{Notify, mpsc, watch};

/// The session lock of the process that follows.
const LOCK: i64 = 7_215_463_982;
/// The channel on which the others say that they appended.
const CHANNEL: &str = "ledger_appended";
/// How often the truth is asked for, whatever was handed over or notified.
const POLL: Duration = Duration::from_millis(200);
/// How often a standby asks how far the read models are while its clients wait.
const STANDBY_POLL: Duration = Duration::from_millis(10);
/// How often a standby tries to take over.
const TAKE_OVER: Duration = Duration::from_millis(500);
/// Behind for longer than this: clients are no longer kept waiting.
const LAGGING: Duration = Duration::from_secs(2);
/// Changes folded in memory at once.
const HANDED_MAX: usize = 5_000;

/// The task of following.
pub struct Follow {
    pub options: PgConnectOptions,
    pub handover: mpsc::Receiver<Committed>,
    pub publish: watch::Sender<Followed>,
    pub tasks: Tasks,
}

impl Follow {
    /// Follows or stands by until the service ends.
    pub async fn run(mut self) {
        let woken = Arc::new(Notify::new());
        self.tasks.start(listen(self.options.clone(), woken.clone(), self.tasks.clone()));
        while !self.tasks.is_stopping() {
            if let Err(error) = self.session(&woken).await {
                tracing::warn!(%error, "following interrupted; it goes on when the database answers");
                tokio::time::sleep(POLL).await;
            }
        }
    }

    async fn session(&mut self, woken: &Notify) -> Result<(), FeedError> {
        let mut conn = self.options.connect().await?;
        conn.execute("SET synchronous_commit = off").await?;
        while !self.tasks.is_stopping() {
            let is_ours: bool =
                sqlx::query_scalar("SELECT pg_try_advisory_lock($1)").bind(LOCK).fetch_one(&mut conn).await?;
            if is_ours {
                tracing::info!("this process keeps the read models up to date");
                return self.lead(&mut conn, woken).await;
            }
            self.stand_by(&mut conn).await?;
        }
        Ok(())
    }

    async fn lead(&mut self, conn: &mut PgConnection, woken: &Notify) -> Result<(), FeedError> {
        let mut follower = Follower::start(conn).await?;
        let mut handed = VecDeque::new();
        let mut behind_since: Option<Instant> = None;
        self.announce(&follower, None);
        loop {
            self.take_handed(&mut handed);
            let started = Instant::now();
            match follower.step(conn, &mut handed).await? {
                Step::Moved => {
                    histogram!("ledger_flush_seconds").record(started.elapsed().as_secs_f64());
                    behind_since = behind_since.or(Some(started));
                    self.announce(&follower, behind_since);
                    self.take_handed(&mut handed);
                    if !handed.is_empty() {
                        continue;
                    }
                }
                Step::Overtaken => {
                    self.announce(&follower, behind_since);
                    continue;
                }
                Step::Idle => {
                    behind_since = None;
                    self.announce(&follower, None);
                }
            }
            tokio::select! {
                committed = self.handover.recv() => {
                    // The lane is gone: what is left stands in the log for the next start.
                    let Some(committed) = committed else { return Ok(()) };
                    handed.push_back(committed);
                }
                () = woken.notified() => {}
                () = tokio::time::sleep(POLL) => {}
                () = self.tasks.stopping() => return Ok(()),
            }
        }
    }

    fn take_handed(&mut self, handed: &mut VecDeque<Committed>) {
        let mut changes: usize = handed.iter().map(|committed| committed.changes.len()).sum();
        while changes < HANDED_MAX {
            let Ok(committed) = self.handover.try_recv() else { return };
            changes += committed.changes.len();
            handed.push_back(committed);
        }
    }

    fn announce(&self, follower: &Follower, behind_since: Option<Instant>) {
        let position = follower.position().unwrap_or(i64::MAX);
        let is_lagging = behind_since.is_some_and(|since| since.elapsed() > LAGGING);
        gauge!("ledger_followed_position").set(position as f64);
        self.publish.send_replace(Followed { position, is_lagging });
    }

    /// Somebody else follows: tells them when we append, and asks how far they are while our clients wait.
    async fn stand_by(&mut self, conn: &mut PgConnection) -> Result<(), sqlx::Error> {
        let until = Instant::now() + TAKE_OVER;
        let mut is_waited_for = false;
        while Instant::now() < until && !self.tasks.is_stopping() {
            let pause = if is_waited_for { STANDBY_POLL } else { POLL };
            tokio::select! {
                committed = self.handover.recv(), if !is_waited_for => {
                    is_waited_for = committed.is_some();
                    sqlx::query("SELECT pg_notify($1, '')").bind(CHANNEL).execute(&mut *conn).await?;
                }
                () = tokio::time::sleep(pause) => {}
                () = self.tasks.stopping() => return Ok(()),
            }
            let mut goal = 0;
            while let Ok(committed) = self.handover.try_recv() {
                goal = committed.upto;
            }
            if goal > 0 {
                sqlx::query("SELECT pg_notify($1, '')").bind(CHANNEL).execute(&mut *conn).await?;
            }
            let checkpoints = checkpoint::read(conn).await?;
            let running = checkpoints.iter().filter(|checkpoint| checkpoint.paused_by.is_none());
            let position = running.map(|checkpoint| checkpoint.position).min().unwrap_or(i64::MAX);
            self.publish.send_replace(Followed { position, is_lagging: false });
        }
        Ok(())
    }
}

/// Wakes the follower when another process has appended.
async fn listen(options: PgConnectOptions, woken: Arc<Notify>, tasks: Tasks) {
    let session = async || -> Result<(), sqlx::Error> {
        let pool =
            sqlx::postgres::PgPoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
        let mut listener = PgListener::connect_with(&pool).await?;
        listener.listen(CHANNEL).await?;
        loop {
            listener.recv().await?;
            woken.notify_one();
        }
    };
    while !tasks.is_stopping() {
        tokio::select! {
            _ = session() => tokio::time::sleep(POLL).await,
            () = tasks.stopping() => return,
        }
    }
}
