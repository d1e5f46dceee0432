//! How many calls, of what outcome, by whom? Sums over quarter hours; following adds differences, rebuilding sums.

use crate::change::{Change, Folded};
use crate::plan::Plan;
use crate::row::{CopyField, CopyLine};
use bytes::BytesMut;
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use domain::ids::{AgentId, AttemptId};
use domain::lead::attempt::Attempt;
use domain::lead::{Among, Lead};
use domain::outcome::Outcome;
use sqlx::Arguments;
use sqlx::error::BoxDynError;
use sqlx::postgres::PgArguments;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use uuid::Uuid;

/// What the sums are kept for: quarter hour, agent (nil: nobody), outcome.
type Cell = (DateTime<Utc>, Uuid, Outcome);

/// The bucket that sums up all others: the year 1900, which no report can name.
pub const EVER: DateTime<Utc> = match DateTime::from_timestamp(-2_208_988_800, 0) {
    Some(at) => at,
    None => DateTime::UNIX_EPOCH,
};

/// What is summed: finished calls, their seconds, how many of them were their lead's first, and how many came after the
/// first that was answered (C-35).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Sum {
    calls: i64,
    seconds: i64,
    first_calls: i64,
    followups: i64,
}

/// Sums by cell.
#[derive(Clone, Debug, Default)]
pub struct Sums(BTreeMap<Cell, Sum>);

/// What decides how a lead's calls count.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Firsts {
    /// The first finished call.
    call: Option<AttemptId>,
    /// When the first call was that somebody answered.
    answered_at: Option<DateTime<Utc>>,
}

impl Firsts {
    fn of(lead: &Lead) -> Self {
        Self {
            call: lead.attempts.first(Among::Final).map(|attempt| attempt.id),
            answered_at: lead.attempts.first(Among::Answered).map(Attempt::ordered_at),
        }
    }
}

impl Sums {
    /// Adds what a lead's finished attempts amount to, `sign` times.
    pub fn add(&mut self, folded: &Folded, sign: i64) {
        let Some(lead) = folded.state.as_lead() else { return };
        let firsts = Firsts::of(lead);
        for attempt in lead.attempts.iter() {
            self.count(attempt, &firsts, sign);
        }
    }

    /// What the changes add and take away.
    pub fn of_changes(changes: &[Change]) -> Self {
        let mut sums = Self::default();
        for change in changes {
            sums.change(change);
        }
        sums.0.retain(|_, sum| *sum != Sum::default());
        sums
    }

    /// Adds what a change does: the attempts that changed, and those that stayed but count otherwise, because another
    /// is the lead's first call now, or the first that was answered.
    fn change(&mut self, change: &Change) {
        let Some(lead) = change.after.state.as_lead() else { return };
        let before = change.before.as_ref().and_then(|before| before.state.as_lead());
        let was = before.map(|lead| Firsts::of(lead)).unwrap_or_default();
        let is_now = Firsts::of(lead);
        let mut changed = BTreeSet::new();
        for (old, new) in change.attempts() {
            if let Some(old) = old {
                self.count(old, &was, -1);
            }
            if let Some(new) = new {
                self.count(new, &is_now, 1);
            }
            changed.extend(old.or(new).map(|attempt| attempt.id));
        }
        let stayed = |attempt: &&Attempt| !changed.contains(&attempt.id);
        if was.call != is_now.call {
            for (call, sign) in [(was.call, -1), (is_now.call, 1)] {
                let call = call.and_then(|id| lead.attempts.find(id)).filter(stayed);
                if let Some(attempt) = call {
                    self.correct(attempt, |sum| sum.first_calls += sign);
                }
            }
        }
        let (earlier, later, sign) = match (was.answered_at, is_now.answered_at) {
            (None, None) => return,
            (None, Some(from)) => (from, Bound::Unbounded, 1),
            (Some(from), None) => (from, Bound::Unbounded, -1),
            (Some(was), Some(from)) if from < was => (from, Bound::Included(was), 1),
            (Some(was), Some(from)) => (was, Bound::Included(from), -1),
        };
        if was.answered_at != is_now.answered_at {
            let between = lead.attempts.within(Among::Final, (Bound::Excluded(earlier), later));
            for attempt in between.into_iter().filter(stayed) {
                self.correct(attempt, |sum| sum.followups += sign);
            }
        }
    }

    /// Adds an attempt, `sign` times.
    fn count(&mut self, attempt: &Attempt, firsts: &Firsts, sign: i64) {
        if !attempt.outcome.is_final() {
            return;
        }
        let (agent_id, seconds) = told(attempt);
        let is_first = firsts.call == Some(attempt.id);
        let is_followup = firsts.answered_at.is_some_and(|answered| attempt.ordered_at() > answered);
        self.cells(attempt, agent_id, |sum| {
            sum.calls += sign;
            sum.seconds += sign * i64::from(seconds.unwrap_or(0));
            sum.first_calls += if is_first { sign } else { 0 };
            sum.followups += if is_followup { sign } else { 0 };
        });
    }

    /// Corrects what an attempt counts as that is itself as it was.
    fn correct(&mut self, attempt: &Attempt, change: impl Fn(&mut Sum)) {
        self.cells(attempt, told(attempt).0, change);
    }

    /// Changes the cells that an attempt counts in.
    fn cells(&mut self, attempt: &Attempt, agent_id: Option<AgentId>, change: impl Fn(&mut Sum)) {
        let at = attempt.ordered_at();
        let bucket = at.duration_trunc(TimeDelta::minutes(15)).unwrap_or(at);
        let agent_id = agent_id.map_or(Uuid::nil(), |id| id.0);
        for bucket in [bucket, EVER] {
            change(self.0.entry((bucket, agent_id, attempt.outcome)).or_default());
        }
    }

    /// Adds the sums of another shard.
    pub fn merge(&mut self, other: Self) {
        for (cell, other) in other.0 {
            let sum = self.0.entry(cell).or_default();
            sum.calls += other.calls;
            sum.seconds += other.seconds;
            sum.first_calls += other.first_calls;
            sum.followups += other.followups;
        }
    }

    /// Adds them to a plan; cells that come to nothing vanish, as they would never be in a rebuilt table.
    pub fn plan(&self, plan: &mut Plan) -> Result<(), BoxDynError> {
        if self.0.is_empty() {
            return Ok(());
        }
        let buckets: Vec<_> = self.0.keys().map(|cell| cell.0).collect();
        let negative: Vec<_> =
            self.0.iter().filter(|(_, sum)| sum.calls < 0).map(|(cell, _)| cell.0).collect();
        let values = [
            plan.bind(buckets)?,
            plan.bind(self.0.keys().map(|cell| cell.1).collect::<Vec<_>>())?,
            plan.bind(self.0.keys().map(|cell| cell.2.as_str()).collect::<Vec<_>>())?,
            plan.bind(self.0.values().map(|sum| sum.calls).collect::<Vec<_>>())?,
            plan.bind(self.0.values().map(|sum| sum.seconds).collect::<Vec<_>>())?,
            plan.bind(self.0.values().map(|sum| sum.first_calls).collect::<Vec<_>>())?,
            plan.bind(self.0.values().map(|sum| sum.followups).collect::<Vec<_>>())?,
        ];
        let [bucket, agent, outcome, calls, seconds, first, followups] = values;
        plan.push(&format!(
            "INSERT INTO call_metrics AS m (bucket, agent_id, outcome, calls, duration_seconds, first_calls, followups) \
             SELECT * FROM unnest({bucket}::timestamptz[], {agent}::uuid[], {outcome}::text[], {calls}::bigint[], \
             {seconds}::bigint[], {first}::bigint[], {followups}::bigint[]) ON CONFLICT (bucket, agent_id, outcome) DO UPDATE \
             SET calls = m.calls + EXCLUDED.calls, duration_seconds = m.duration_seconds + EXCLUDED.duration_seconds, \
             first_calls = m.first_calls + EXCLUDED.first_calls, followups = m.followups + EXCLUDED.followups"
        ));
        if !negative.is_empty() {
            let mut args = PgArguments::default();
            args.add(negative)?;
            plan.push_after("DELETE FROM call_metrics WHERE bucket = ANY($1) AND calls = 0", args);
        }
        Ok(())
    }

    /// Writes them as lines of `COPY`'s text format.
    pub fn copy(&self, out: &mut BytesMut) {
        for ((bucket, agent_id, outcome), sum) in &self.0 {
            let mut line = CopyLine::new(out);
            bucket.write(line.field());
            agent_id.write(line.field());
            outcome.as_str().write(line.field());
            sum.calls.write(line.field());
            sum.seconds.write(line.field());
            sum.first_calls.write(line.field());
            sum.followups.write(line.field());
            line.end();
        }
    }
}

/// Whose call it was, and how many seconds it took.
fn told(attempt: &Attempt) -> (Option<AgentId>, Option<u32>) {
    if let [only] = attempt.facts.as_slice() {
        return (only.fact.agent_id, only.fact.duration_seconds);
    }
    let verdict = attempt.verdict();
    (verdict.agent_id, verdict.duration_seconds)
}
