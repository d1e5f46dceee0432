//! Who keeps the read models up to date? One process for each database, by a lease with a heartbeat; the others stand by and
//! take over within seconds when it dies or hangs. A process that cannot read an event steps down and says so.

use crate::ledger::following::Following;
use crate::shutdown::Tasks;
use metrics::{gauge, histogram};
use projections::change::Committed;
use projections::checkpoint;
use projections::feed::FeedError;
use projections::follow::{Follower, Step};
use projections::leadership;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgListener};
use sqlx::{ConnectOptions, Executor};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{Notify, mpsc};
use uuid::Uuid;

/// The channel on which the others say that they appended.
const CHANNEL: &str = "ledger_appended";
/// How often the truth is asked for, whatever was handed over or notified.
const POLL: Duration = Duration::from_millis(200);
/// How often a standby asks how far the read models are while its clients wait.
const STANDBY_POLL: Duration = Duration::from_millis(10);
/// How often a standby tries to take over.
const TAKE_OVER: Duration = Duration::from_millis(500);
/// How long a process that could not read on leaves following to the others.
const STEPPED_DOWN: Duration = Duration::from_secs(5);
/// The longest pause after a failure; it begins with `POLL` and doubles.
const PAUSE_MAX: Duration = Duration::from_secs(5);
/// How often what is held back is tried again.
const RETRY_PAUSED: Duration = Duration::from_mins(1);
/// Changes folded in memory at once.
const HANDED_MAX: usize = 5_000;

/// Rows are no promise: a commit need not be on disk, but no lock is held for a process that hangs.
const SETTINGS: &str = "SET synchronous_commit = off; SET lock_timeout = '2s'; \
    SET idle_in_transaction_session_timeout = '3s'; SET tcp_user_timeout = '5s'";

/// The task of following.
pub struct Follow {
    options: PgConnectOptions,
    handover: mpsc::Receiver<Committed>,
    following: Arc<Following>,
    /// Of all processes that ever were.
    process: Uuid,
    tasks: Tasks,
}

impl Follow {
    /// A process that begins `now` and follows, or stands by, on connections of its own.
    pub fn new(
        options: PgConnectOptions,
        handover: mpsc::Receiver<Committed>,
        following: Arc<Following>,
        now: domain::time::Instant,
        tasks: Tasks,
    ) -> Self {
        Self { options, handover, following, process: crate::clock::new_id(now), tasks }
    }

    /// Follows or stands by until the service ends.
    pub async fn run(mut self) {
        let woken = Arc::new(Notify::new());
        self.tasks.start(listen(self.options.clone(), woken.clone(), self.tasks.clone()));
        let mut pause = POLL;
        while !self.is_over() {
            let began = Instant::now();
            if let Err(error) = self.session(&woken).await {
                pause = if began.elapsed() > PAUSE_MAX { POLL } else { (pause * 2).min(PAUSE_MAX) };
                tracing::warn!(%error, "following interrupted; it goes on when the database answers");
                tokio::select! {
                    () = tokio::time::sleep(pause) => {}
                    () = self.tasks.stopping() => {}
                }
            }
        }
    }

    async fn session(&mut self, woken: &Notify) -> Result<(), sqlx::Error> {
        let mut conn = self.options.connect().await?;
        conn.execute(SETTINGS).await?;
        while !self.is_over() {
            if leadership::hold(&mut conn, self.process).await? {
                tracing::info!("this process keeps the read models up to date");
                let ended = self.follow_log(&mut conn, woken).await;
                self.step_down(&mut conn, ended).await?;
            }
            self.stand_by(&mut conn, TAKE_OVER).await?;
        }
        Ok(())
    }

    /// Leaves following to others. What only the database's absence is to blame for is an error of the session.
    async fn step_down(
        &mut self,
        conn: &mut PgConnection,
        ended: Result<(), FeedError>,
    ) -> Result<(), sqlx::Error> {
        let stuck = match ended {
            Ok(()) => return leadership::step_down(conn, self.process, None).await,
            Err(FeedError::Database(error)) => return Err(error),
            Err(stuck) => stuck.to_string(),
        };
        tracing::error!(stuck, "this process cannot follow the log any further and leaves it to others");
        self.following.stuck(true);
        leadership::step_down(conn, self.process, Some(&stuck)).await?;
        self.stand_by(conn, STEPPED_DOWN).await
    }

    async fn follow_log(&mut self, conn: &mut PgConnection, woken: &Notify) -> Result<(), FeedError> {
        let mut follower = Follower::start(conn).await?;
        let mut handed = VecDeque::new();
        let (mut beaten, mut retried) = (Instant::now(), Instant::now());
        let mut goes_on = false;
        self.announce(&follower);
        loop {
            if beaten.elapsed() >= leadership::BEAT {
                if !leadership::hold(conn, self.process).await? {
                    tracing::warn!("another process has taken over following");
                    return Ok(());
                }
                follower.look_again(conn).await?;
                beaten = Instant::now();
            }
            if retried.elapsed() >= RETRY_PAUSED {
                follower.retry_paused(conn).await?;
                retried = Instant::now();
            }
            self.take_handed(&mut handed);
            let started = Instant::now();
            let step = follower.step(conn, &mut handed).await?;
            self.announce(&follower);
            if !goes_on {
                leadership::goes_on(conn).await?;
                self.following.stuck(false);
                goes_on = true;
            }
            match step {
                Step::Moved => {
                    histogram!("ledger_flush_seconds").record(started.elapsed().as_secs_f64());
                    self.take_handed(&mut handed);
                    if !handed.is_empty() {
                        continue;
                    }
                }
                Step::Read | Step::Overtaken => continue,
                Step::Idle => {}
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

    /// Whether the service ends, or has: then there is no lane that could hand anything over.
    fn is_over(&self) -> bool {
        self.tasks.is_stopping() || self.handover.is_closed() && self.handover.is_empty()
    }

    fn take_handed(&mut self, handed: &mut VecDeque<Committed>) {
        let mut changes: usize = handed.iter().map(|committed| committed.changes.len()).sum();
        while changes < HANDED_MAX {
            let Ok(committed) = self.handover.try_recv() else { return };
            changes += committed.changes.len();
            handed.push_back(committed);
        }
    }

    /// Where no read model runs, nothing is followed.
    fn announce(&self, follower: &Follower) {
        let position = follower.position().unwrap_or(0);
        gauge!("ledger_followed_position").set(position as f64);
        self.following.reached(position);
    }

    /// Somebody else follows: tells them when we append, and asks how far they are while our clients wait.
    async fn stand_by(&mut self, conn: &mut PgConnection, time: Duration) -> Result<(), sqlx::Error> {
        let until = Instant::now() + time;
        let mut is_waited_for = false;
        while Instant::now() < until && !self.is_over() {
            let pause = if is_waited_for { STANDBY_POLL } else { POLL };
            tokio::select! {
                committed = self.handover.recv(), if !is_waited_for => {
                    let Some(_) = committed else { return Ok(()) };
                    is_waited_for = true;
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
            let (position, is_stuck) = checkpoint::followed(conn).await?;
            self.following.stuck(is_stuck);
            self.following.reached(position);
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
