//! How do rows keep up with the log? Batches are folded in memory and flushed with their checkpoint in one transaction.
//!
//! | phase | statement |
//! |---|---|
//! | before states of streams that another process changed | one `SELECT` for all of them |
//! | one statement | compare-and-set of the checkpoints and the rows of every read model (see `plan`) |
//!
//! Two followers at once: the second one's compare-and-set finds other positions and writes nothing. A read model that could
//! not take a row is held back (paused) and tried again; until it has caught up (is recovering) nobody waits for it.

use crate::change::{Change, Committed, Folded, coalesce};
use crate::checkpoint::{self, Checkpoint};
use crate::feed::{self, FeedError};
use crate::passing::is_passing;
use crate::plan::{Plan, Ran};
use crate::projection::{Flush, Projection};
use crate::streams;
use domain::stream::State;
use sqlx::Connection;
use sqlx::postgres::PgConnection;
use std::collections::{HashMap, VecDeque};

/// The most positions that one step takes from the log.
const STEP_MAX: i64 = 5_000;

/// What a step did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// What was handed over was flushed.
    Moved,
    /// Something was read from the log and flushed: there may be more.
    Read,
    /// Nothing to do.
    Idle,
    /// Somebody else moved or swapped a read model; positions were read again.
    Overtaken,
}

/// Keeps the rows of the tables that its connection's search path names up to date.
#[derive(Debug)]
pub struct Follower {
    checkpoints: Vec<Checkpoint>,
    /// Whose turn it is where some are recovering: theirs, or the others'.
    is_turn_of_recovering: bool,
}

impl Follower {
    /// Starts from the stored checkpoints; those that are held back are tried again.
    pub async fn start(conn: &mut PgConnection) -> Result<Self, FeedError> {
        checkpoint::compare_with_log(conn).await?;
        checkpoint::retry_paused(conn).await?;
        Ok(Self { checkpoints: checkpoint::read(conn).await?, is_turn_of_recovering: false })
    }

    /// Tries those again that are held back.
    pub async fn retry_paused(&mut self, conn: &mut PgConnection) -> Result<(), sqlx::Error> {
        if checkpoint::retry_paused(conn).await? {
            self.checkpoints = checkpoint::read(conn).await?;
        }
        Ok(())
    }

    /// The position that every running read model has reached, those apart that are recovering; `None` if none runs.
    pub fn position(&self) -> Option<i64> {
        self.lowest(false)
    }

    /// Reads again how far they are: one that is held back is moved by nobody, so nothing would be overtaken when somebody
    /// else lets it go or rebuilds it.
    pub async fn look_again(&mut self, conn: &mut PgConnection) -> Result<(), sqlx::Error> {
        self.checkpoints = checkpoint::read(conn).await?;
        Ok(())
    }

    fn running(&self, is_recovering: bool) -> impl Iterator<Item = &Checkpoint> {
        self.checkpoints.iter().filter(move |checkpoint| {
            checkpoint.paused_by.is_none()
                && checkpoint.projection().is_some()
                && checkpoint.is_recovering == is_recovering
        })
    }

    fn lowest(&self, is_recovering: bool) -> Option<i64> {
        self.running(is_recovering).map(|checkpoint| checkpoint.position).min()
    }

    /// Moves the read models that are furthest behind, from what was handed over or else from the log. Those that are
    /// recovering have every other turn.
    pub async fn step(
        &mut self,
        conn: &mut PgConnection,
        handed: &mut VecDeque<Committed>,
    ) -> Result<Step, FeedError> {
        self.let_recovered_join(conn).await?;
        self.is_turn_of_recovering = !self.is_turn_of_recovering && self.lowest(true).is_some();
        if self.is_turn_of_recovering {
            match self.step_recovering(conn).await? {
                Step::Idle => {}
                moved @ (Step::Moved | Step::Read | Step::Overtaken) => return Ok(moved),
            }
        }
        let Some(from) = self.position() else { return Ok(Step::Idle) };
        while handed.front().is_some_and(|committed| committed.upto <= from) {
            handed.pop_front();
        }
        let ahead = self.running(false).map(|c| c.position).filter(|&position| position > from).min();
        let (moved, upto, changes) = if ahead.is_none() && handed.front().is_some_and(|c| c.after == from) {
            let (upto, changes) = take_handed(from, handed);
            (Step::Moved, upto, changes)
        } else {
            // What was handed over begins here or earlier, but not for all: then the log is read, or nothing would ever move.
            let later = handed.front().map(|committed| committed.after).filter(|&after| after > from);
            let limit = later.unwrap_or(i64::MAX);
            let upto = self.reach(conn, from, limit.min(ahead.unwrap_or(i64::MAX))).await?;
            if upto <= from {
                return Ok(Step::Idle);
            }
            (Step::Read, upto, changes_between(conn, from, upto).await?)
        };
        let group = self.group(from, false);
        let step = self.write(conn, &group, from, upto, &coalesce(changes)).await?;
        Ok(if step == Step::Moved { moved } else { step })
    }

    async fn step_recovering(&mut self, conn: &mut PgConnection) -> Result<Step, FeedError> {
        let Some(from) = self.lowest(true) else { return Ok(Step::Idle) };
        let ahead = self.checkpoints.iter().map(|c| c.position).filter(|&position| position > from).min();
        let upto = self.reach(conn, from, ahead.unwrap_or(i64::MAX)).await?;
        if upto <= from {
            return Ok(Step::Idle);
        }
        let changes = changes_between(conn, from, upto).await?;
        let group = self.group(from, true);
        let step = self.write(conn, &group, from, upto, &coalesce(changes)).await?;
        Ok(if step == Step::Moved { Step::Read } else { step })
    }

    /// How far one step from `from` goes in the log: not beyond `limit`. A log that ends before `from` is not the one that
    /// was followed.
    async fn reach(&self, conn: &mut PgConnection, from: i64, limit: i64) -> Result<i64, FeedError> {
        let head = feed::head(conn).await?;
        if head < from {
            return Err(FeedError::Diverged { position: from });
        }
        Ok(limit.min(head).min(from + STEP_MAX))
    }

    fn group(&self, from: i64, is_recovering: bool) -> Vec<(Projection, i64)> {
        self.running(is_recovering)
            .filter(|checkpoint| checkpoint.position == from)
            .filter_map(|checkpoint| Some((checkpoint.projection()?, checkpoint.generation)))
            .collect()
    }

    /// Those that have caught up with the others are waited for again.
    async fn let_recovered_join(&mut self, conn: &mut PgConnection) -> Result<(), FeedError> {
        if self.lowest(true).is_none() {
            return Ok(());
        }
        let goal = match self.position() {
            Some(position) => position,
            None => feed::head(conn).await?,
        };
        let names: Vec<String> =
            self.running(true).filter(|c| c.position >= goal).map(|c| c.projection.clone()).collect();
        if !names.is_empty() {
            tracing::info!(read_models = names.join(", "), "read models have caught up");
            checkpoint::recovered(conn, &names.iter().map(String::as_str).collect::<Vec<_>>()).await?;
            self.checkpoints = checkpoint::read(conn).await?;
        }
        Ok(())
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
                checkpoint::compare_with_log(conn).await?;
                self.checkpoints = checkpoint::read(conn).await?;
                return Ok(Step::Overtaken);
            }
            Err(sqlx::Error::Database(error)) if !is_passing(&*error) => {
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

    /// A row of one of them was refused: writes each behind a savepoint, and pauses the guilty, never its siblings.
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
                Err(sqlx::Error::Database(error)) if !is_passing(&*error) => {
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
    for record in feed::page(conn, from, upto).await? {
        if let Some((stream, event)) = record.contents()? {
            events.push((stream, record.sequence, event));
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
        if let Some(event) = event {
            if sequence != folded.sequence + 1 {
                return Err(FeedError::Sequence { stream, expected: folded.sequence + 1, found: sequence });
            }
            folded.state.apply(event);
        } else {
            folded.state.pass_over();
        }
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
