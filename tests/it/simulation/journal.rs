//! The journal: what was asked for, how often it was sent, and what was answered.

use super::plan::Deed;
use domain::time::Instant;
use serde_json::Value;
use uuid::Uuid;

/// What came back.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Done, by the status and body of HTTP or in the ledger's own words.
    Done(Value),
    /// A plain no: nothing was stored.
    Refused(u16),
    /// It is not known whether it was stored: the connection was lost, or 503.
    Unknown,
    /// What must never be answered.
    Failed(String),
}

/// An act, as it went.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The request id of each time it was sent, and what its texts say: the events are known by it.
    pub tag: String,
    pub deed: Deed,
    pub sent: Value,
    pub answers: Vec<Answer>,
    /// The last position before it was first sent, and after its last answer.
    pub from: i64,
    pub upto: i64,
    /// Of stock code's events: its own position, and the head when its keys were known to be settled.
    pub stock: Option<(i64, Option<i64>)>,
    /// Of log-outs: the token's id.
    pub token: Option<Uuid>,
}

impl Entry {
    /// What it was told, if it was acknowledged.
    pub fn done(&self) -> impl Iterator<Item = &Value> {
        self.answers.iter().filter_map(|answer| match answer {
            Answer::Done(body) => Some(body),
            Answer::Refused(_) | Answer::Unknown | Answer::Failed(_) => None,
        })
    }

    pub fn is_acknowledged(&self) -> bool {
        self.done().next().is_some()
    }
}

/// An instant as a dialer writes it.
pub fn written(at: Instant) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
}
