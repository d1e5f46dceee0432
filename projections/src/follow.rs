//! How do rows keep up with the log? Batches are folded in memory and flushed with their checkpoint in one transaction.
//!
//! | phase | statement |
//! |---|---|
//! | before states of streams that another process changed | one `SELECT` for all of them |
//! | one statement | compare-and-set of the checkpoints and the rows of every read model (see `plan`) |
//!
//! Two followers at once: the second one's compare-and-set finds other positions and writes nothing.

use crate::change::{Change, Committed, Folded, coalesce};
use crate::checkpoint::{self, Checkpoint};
use crate::feed::{self, FeedError};
use crate::plan::{Plan, Ran};
use crate::projection::{Flush, Projection};
use crate::streams;
use domain::stream::State;
use futures_util::TryStreamExt;
use sqlx::Connection;
use sqlx::postgres::PgConnection;
use std::collections::{HashMap, VecDeque};
use std::pin::pin;

/// The most positions that one step takes from the log.
const STEP_MAX: i64 = 5_000;

/// What a step did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// Something was flushed: there may be more.
    Moved,
    /// Nothing to do.
    Idle,
    /// Somebody else moved or swapped a read model; positions were read again.
    Overtaken,
}

/// Keeps the rows of the tables that its connection's search path names up to date.
#[derive(Debug)]
pub struct Follower {
    checkpoints: Vec<Checkpoint>,
}

impl Follower {
    /// Starts from the stored checkpoints.
    pub async fn start(conn: &mut PgConnection) -> Result<Self, sqlx::Error> {
        Ok(Self { checkpoints: checkpoint::read(conn).await? })
    }

    /// The position that every running read model has reached; `None` if none runs.
    pub fn position(&self) -> Option<i64> {
        self.running().map(|checkpoint| checkpoint.position).min()
    }

    fn running(&self) -> impl Iterator<Item = &Checkpoint> {
        self.checkpoints.iter().filter(|c| c.paused_by.is_none() && c.projection().is_some())
    }

    /// Moves the read models that are furthest behind, from what was handed over or else from the log.
    pub async fn step(
        &mut self,
        conn: &mut PgConnection,
        handed: &mut VecDeque<Committed>,
    ) -> Result<Step, FeedError> {
        let Some(from) = self.position() else { return Ok(Step::Idle) };
        while handed.front().is_some_and(|committed| committed.upto <= from) {
            handed.pop_front();
        }
        let group: Vec<(Projection, i64)> = self
            .running()
            .filter(|checkpoint| checkpoint.position == from)
            .filter_map(|checkpoint| Some((checkpoint.projection()?, checkpoint.generation)))
            .collect();
        let ahead =
            self.running().map(|checkpoint| checkpoint.position).filter(|&position| position > from).min();
        let (upto, changes) = if ahead.is_none() && handed.front().is_some_and(|c| c.after == from) {
            take_handed(from, handed)
        } else {
            let head = feed::head(conn).await?;
            let limit = ahead.unwrap_or(i64::MAX).min(head).min(from + STEP_MAX);
            let upto = handed.front().map_or(limit, |committed| committed.after.clamp(from, limit));
            if upto <= from {
                return Ok(Step::Idle);
            }
            match changes_between(conn, from, upto).await {
                Ok(changes) => (upto, changes),
                Err(FeedError::Database(error)) => return Err(FeedError::Database(error)),
                Err(poison) => {
                    self.pause_all(conn, &group, &poison.to_string()).await?;
                    return Ok(Step::Overtaken);
                }
            }
        };
        self.write(conn, &group, from, upto, &coalesce(changes)).await
    }

    async fn write(
        &mut self,
        conn: &mut PgConnection,
        group: &[(Projection, i64)],
        from: i64,
        upto: i64,
        changes: &[Change],
    ) -> Result<Step, FeedError> {
        let flushes: Vec<(Projection, Flush)> = group.iter().map(|(p, _)| (*p, p.fold(changes))).collect();
        let mut plan = Plan::default();
        plan.advance(group, from, upto).map_err(sqlx::Error::Encode)?;
        for (_, flush) in &flushes {
            flush.plan(&mut plan)?;
        }
        match plan.run(conn).await {
            Ok(Ran::Done) => {}
            Ok(Ran::Overtaken) => {
                self.checkpoints = checkpoint::read(conn).await?;
                return Ok(Step::Overtaken);
            }
            Err(sqlx::Error::Database(_)) => {
                return self.write_apart(conn, group, from, upto, &flushes).await;
            }
            Err(other) => return Err(other.into()),
        }
        for checkpoint in &mut self.checkpoints {
            if group.iter().any(|(projection, _)| projection.name() == checkpoint.projection) {
                checkpoint.position = upto;
            }
        }
        Ok(Step::Moved)
    }

    /// One of them failed: writes each behind a savepoint, and pauses the guilty, never its siblings.
    async fn write_apart(
        &mut self,
        conn: &mut PgConnection,
        group: &[(Projection, i64)],
        from: i64,
        upto: i64,
        flushes: &[(Projection, Flush)],
    ) -> Result<Step, FeedError> {
        let mut tx = conn.begin().await?;
        for ((projection, flush), moved) in flushes.iter().zip(group) {
            let mut plan = Plan::default();
            plan.advance(std::slice::from_ref(moved), from, upto).map_err(sqlx::Error::Encode)?;
            flush.plan(&mut plan)?;
            let mut savepoint = tx.begin().await?;
            match plan.run(&mut savepoint).await {
                Ok(Ran::Done) => savepoint.commit().await?,
                Ok(Ran::Overtaken) => savepoint.rollback().await?,
                Err(sqlx::Error::Database(error)) => {
                    savepoint.rollback().await?;
                    let why = format!("positions {} to {upto}: {}", from + 1, error.message());
                    tracing::error!(projection = projection.name(), why, "read model paused");
                    checkpoint::pause(&mut tx, *projection, &why).await?;
                }
                Err(other) => return Err(other.into()),
            }
        }
        tx.commit().await?;
        self.checkpoints = checkpoint::read(conn).await?;
        Ok(Step::Overtaken)
    }

    async fn pause_all(
        &mut self,
        conn: &mut PgConnection,
        group: &[(Projection, i64)],
        why: &str,
    ) -> Result<(), sqlx::Error> {
        for (projection, _) in group {
            tracing::error!(projection = projection.name(), why, "read model paused");
            checkpoint::pause(conn, *projection, why).await?;
        }
        self.checkpoints = checkpoint::read(conn).await?;
        Ok(())
    }
}

/// Takes what was handed over as long as it goes on without a gap.
fn take_handed(from: i64, handed: &mut VecDeque<Committed>) -> (i64, Vec<Change>) {
    let mut upto = from;
    let mut changes = Vec::new();
    while let Some(committed) = handed.pop_front_if(|next| next.after == upto && upto - from < STEP_MAX) {
        upto = committed.upto;
        changes.extend(committed.changes);
    }
    (upto, changes)
}

/// Reads positions `from + 1` to `upto` and folds them onto the streams as they were at `from`.
pub async fn changes_between(
    conn: &mut PgConnection,
    from: i64,
    upto: i64,
) -> Result<Vec<Change>, FeedError> {
    let mut events = Vec::new();
    {
        let mut records = pin!(feed::read(conn, from, upto));
        while let Some(record) = records.try_next().await? {
            events.push((record.stream()?, record.sequence, record.event()?));
        }
    }
    let mut ids: Vec<_> =
        events.iter().filter(|(_, sequence, _)| *sequence > 1).map(|(id, ..)| *id).collect();
    ids.sort_unstable();
    ids.dedup();
    let before = streams::load(conn, &ids, Some(from)).await?;
    let mut now: HashMap<_, Folded> = before.clone();
    let mut order = Vec::new();
    for (stream, sequence, event) in events {
        let folded =
            now.entry(stream).or_insert_with(|| Folded { sequence: 0, state: State::empty(stream.kind) });
        folded.state.apply(event);
        folded.sequence = sequence;
        order.push(stream);
    }
    let mut changes = Vec::new();
    for stream in order {
        if let Some(after) = now.remove(&stream) {
            changes.push(Change { stream, before: before.get(&stream).cloned(), after });
        }
    }
    Ok(changes)
}
