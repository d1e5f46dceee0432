//! Which read models are there? A closed list; every operation over all of them goes through it.

use crate::call_metrics::Sums;
use crate::change::{Change, Folded};
use crate::lead_counts::Counts;
use crate::lead_metrics::Came;
use crate::plan::Plan;
use crate::row::{CopyLine, Delta, Row};
use crate::{
    agents, batches, call_history, conversions, dead_letters, dial_queue, dialing_state, interests, lead,
};
use crate::{planned_calls, reports, restatements};
use bytes::BytesMut;
use domain::stream::{StreamId, StreamKind};

/// A read model.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Projection {
    Lead,
    CallHistory,
    DialQueue,
    Agents,
    DialingState,
    Batches,
    DeadLetters,
    CallMetrics,
    LeadCounts,
    LeadMetrics,
    Interests,
    Reports,
    Conversions,
    Restatements,
    PlannedCalls,
}

/// What changes do to one read model, ready to be written.
#[derive(Debug)]
pub enum Flush {
    Lead(Delta<lead::LeadRow>),
    CallHistory(Delta<call_history::CallRow>),
    DialQueue(Delta<dial_queue::QueueRow>),
    Agents(Delta<agents::AgentRow>),
    DialingState(Delta<dialing_state::DialingRow>),
    Batches(Delta<batches::BatchRow>),
    DeadLetters(Delta<dead_letters::DeadLetterRow>),
    CallMetrics(Sums),
    LeadCounts(Counts),
    LeadMetrics(Came),
    Interests(Delta<interests::InterestRow>),
    Reports(Delta<reports::ReportRow>),
    Conversions(Delta<conversions::ConversionRow>),
    Restatements(Delta<restatements::RestatementRow>),
    PlannedCalls(Delta<planned_calls::PlannedRow>),
}

impl Projection {
    pub const ALL: [Self; 15] = [
        Self::Lead,
        Self::CallHistory,
        Self::DialQueue,
        Self::Agents,
        Self::DialingState,
        Self::Batches,
        Self::DeadLetters,
        Self::CallMetrics,
        Self::LeadCounts,
        Self::LeadMetrics,
        Self::Interests,
        Self::Reports,
        Self::Conversions,
        Self::Restatements,
        Self::PlannedCalls,
    ];

    /// Its name, which is its table's.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::CallHistory => "call_history",
            Self::DialQueue => "dial_queue",
            Self::Agents => "agents",
            Self::DialingState => "dialing_state",
            Self::Batches => "batches",
            Self::DeadLetters => "dead_letters",
            Self::CallMetrics => "call_metrics",
            Self::LeadCounts => "lead_counts",
            Self::LeadMetrics => "lead_metrics",
            Self::Interests => "interests",
            Self::Reports => "reports",
            Self::Conversions => "conversions",
            Self::Restatements => "restatements",
            Self::PlannedCalls => "planned_calls",
        }
    }

    /// Rises whenever the same log gives other rows than before: they are made anew when the release starts.
    pub const fn fold_version(self) -> i32 {
        match self {
            // 2: a suppressed lead has no row, whatever was reported later (C-44).
            // 3: a number that no plan knows is never dialed (C-46); a lead that is scheduled before all others has a rank of
            // its own (C-21).
            Self::DialQueue => 3,
            // 2: numbers are read by the plan of their own country (C-47), nobody's number has no key (C-46), names are there
            // as searches compare them, a lead of an advertisement came when its form was filled in, and a reported message
            // takes no note's place and has a column of its own (C-49).
            Self::Lead | Self::Agents | Self::LeadMetrics => 2,
            Self::CallHistory
            | Self::DialingState
            | Self::Batches
            | Self::DeadLetters
            | Self::CallMetrics
            | Self::LeadCounts
            | Self::Interests
            | Self::Reports
            | Self::Conversions
            | Self::Restatements
            | Self::PlannedCalls => 1,
        }
    }

    /// The read model of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|projection| projection.name() == name)
    }

    /// The columns that tell its rows apart.
    pub const fn key_columns(self) -> &'static [&'static str] {
        match self {
            Self::DialQueue | Self::Interests | Self::Conversions => &["lead_id"],
            Self::CallMetrics => &["bucket", "agent_id", "outcome"],
            Self::LeadCounts => &["panel_status", "agent_id", "stage", "source", "quality"],
            Self::LeadMetrics => &["bucket", "agent_id", "source"],
            Self::Lead
            | Self::CallHistory
            | Self::Agents
            | Self::DialingState
            | Self::Batches
            | Self::DeadLetters
            | Self::Reports
            | Self::Restatements
            | Self::PlannedCalls => &["id"],
        }
    }

    /// The streams it is folded from.
    pub const fn reads(self) -> StreamKind {
        match self {
            Self::Lead
            | Self::CallHistory
            | Self::DialQueue
            | Self::CallMetrics
            | Self::LeadCounts
            | Self::LeadMetrics
            | Self::Interests
            | Self::Conversions
            | Self::Restatements
            | Self::PlannedCalls => StreamKind::Lead,
            Self::Reports => StreamKind::Report,
            Self::Agents => StreamKind::Agent,
            Self::DialingState => StreamKind::Dialing,
            Self::Batches => StreamKind::Batch,
            Self::DeadLetters => StreamKind::DeadLetter,
        }
    }

    /// Folds changes (one a stream) into what they do to its rows.
    pub fn fold(self, changes: &[Change]) -> Flush {
        match self {
            Self::Lead => Flush::Lead(delta(changes, lead::rows)),
            Self::CallHistory => Flush::CallHistory(differences(changes, call_history::change)),
            Self::DialQueue => Flush::DialQueue(delta(changes, dial_queue::rows)),
            Self::Agents => Flush::Agents(delta(changes, agents::rows)),
            Self::DialingState => Flush::DialingState(delta(changes, dialing_state::rows)),
            Self::Batches => Flush::Batches(delta(changes, batches::rows)),
            Self::DeadLetters => Flush::DeadLetters(delta(changes, dead_letters::rows)),
            Self::CallMetrics => Flush::CallMetrics(Sums::of_changes(changes)),
            Self::LeadCounts => Flush::LeadCounts(Counts::of_changes(changes)),
            Self::LeadMetrics => Flush::LeadMetrics(Came::of_changes(changes)),
            Self::Interests => Flush::Interests(delta(changes, interests::rows)),
            Self::Reports => Flush::Reports(delta(changes, reports::rows)),
            Self::Conversions => Flush::Conversions(delta(changes, conversions::rows)),
            Self::Restatements => Flush::Restatements(differences(changes, restatements::change)),
            Self::PlannedCalls => Flush::PlannedCalls(delta(changes, planned_calls::rows)),
        }
    }

    /// Writes the rows of a stream as lines of `COPY`'s text format. Sums and counts are not rows of one stream.
    pub fn copy(self, stream: StreamId, folded: &Folded, out: &mut BytesMut) {
        match self {
            Self::Lead => lines(lead::rows(stream, folded), out),
            Self::CallHistory => lines(call_history::rows(stream, folded), out),
            Self::DialQueue => lines(dial_queue::rows(stream, folded), out),
            Self::Agents => lines(agents::rows(stream, folded), out),
            Self::DialingState => lines(dialing_state::rows(stream, folded), out),
            Self::Batches => lines(batches::rows(stream, folded), out),
            Self::DeadLetters => lines(dead_letters::rows(stream, folded), out),
            Self::Interests => lines(interests::rows(stream, folded), out),
            Self::Reports => lines(reports::rows(stream, folded), out),
            Self::Conversions => lines(conversions::rows(stream, folded), out),
            Self::Restatements => lines(restatements::rows(stream, folded), out),
            Self::PlannedCalls => lines(planned_calls::rows(stream, folded), out),
            Self::CallMetrics | Self::LeadCounts | Self::LeadMetrics => {}
        }
    }
}

impl Flush {
    /// Adds it to a plan, for the tables that the connection's search path names.
    pub fn plan(&self, plan: &mut Plan) -> Result<(), sqlx::Error> {
        let planned = match self {
            Self::Lead(delta) => delta.plan(plan),
            Self::CallHistory(delta) => delta.plan(plan),
            Self::DialQueue(delta) => delta.plan(plan),
            Self::Agents(delta) => delta.plan(plan),
            Self::DialingState(delta) => delta.plan(plan),
            Self::Batches(delta) => delta.plan(plan),
            Self::DeadLetters(delta) => delta.plan(plan),
            Self::CallMetrics(sums) => sums.plan(plan),
            Self::LeadCounts(counts) => counts.plan(plan),
            Self::LeadMetrics(came) => came.plan(plan),
            Self::Interests(delta) => delta.plan(plan),
            Self::Reports(delta) => delta.plan(plan),
            Self::Conversions(delta) => delta.plan(plan),
            Self::Restatements(delta) => delta.plan(plan),
            Self::PlannedCalls(delta) => delta.plan(plan),
        };
        planned.map_err(sqlx::Error::Encode)
    }
}

fn delta<R: Row>(changes: &[Change], rows: fn(StreamId, &Folded) -> Vec<R>) -> Delta<R> {
    let mut delta = Delta::default();
    for change in changes {
        let before = change.before.as_ref().map_or_else(Vec::new, |before| rows(change.stream, before));
        delta.diff(before, rows(change.stream, &change.after));
    }
    delta
}

/// Of streams with many rows each: what differs, and nothing else of them.
fn differences<R>(changes: &[Change], add: fn(&Change, &mut Delta<R>)) -> Delta<R> {
    let mut delta = Delta::default();
    for change in changes {
        add(change, &mut delta);
    }
    delta
}

fn lines<R: Row>(rows: Vec<R>, out: &mut BytesMut) {
    for row in rows {
        row.copy(&mut CopyLine::new(out));
    }
}

#[cfg(test)]
#[path = "projection_tests.rs"]
mod tests;
