//! Is the log what it was? Every link, every position, every stream's sequence, every recorded status move.

use domain::lead::{Lead, LeadEvent};
use domain::stored::{GENESIS, link};
use domain::stream::{Event, StreamId};
use futures_util::TryStreamExt;
use projections::feed::{self, FeedError, Record};
use serde::Serialize;
use sqlx::postgres::PgConnection;
use std::collections::HashMap;
use std::pin::pin;

/// The most faults that are told.
const FAULTS_MAX: usize = 100;
/// Positions read by one `COPY`.
const RANGE: i64 = 100_000;

/// Something in the log that should not be.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Fault {
    pub position: i64,
    pub problem: String,
}

/// What the log's own check found.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ChainReport {
    /// The last position that was looked at.
    pub head: i64,
    pub faults: Vec<Fault>,
}

struct Check {
    previous: Vec<u8>,
    recorded_at: i64,
    sequences: HashMap<StreamId, i64>,
    leads: HashMap<StreamId, Lead>,
    faults: Vec<Fault>,
}

/// Reads the whole log and checks it. `progress` is told positions.
pub async fn check(conn: &mut PgConnection, progress: impl Fn(i64, i64)) -> Result<ChainReport, sqlx::Error> {
    let head = feed::head(conn).await?;
    let mut check = Check {
        previous: GENESIS.to_vec(),
        recorded_at: i64::MIN,
        sequences: HashMap::new(),
        leads: HashMap::new(),
        faults: Vec::new(),
    };
    let mut after = 0;
    while after < head && check.faults.len() < FAULTS_MAX {
        let upto = (after + RANGE).min(head);
        match check.range(conn, after, upto).await {
            Ok(()) => {}
            Err(FeedError::Database(error)) => return Err(error),
            Err(error) => {
                // A missing position cannot be read past: the rest would be faults too.
                check.fault(after + 1, error.to_string());
                break;
            }
        }
        after = upto;
        progress(after, head);
    }
    Ok(ChainReport { head, faults: check.faults })
}

impl Check {
    async fn range(&mut self, conn: &mut PgConnection, after: i64, upto: i64) -> Result<(), FeedError> {
        let mut records = pin!(feed::read(conn, after, upto));
        while let Some(record) = records.try_next().await? {
            self.link(&record);
            self.stream(&record);
            if self.faults.len() >= FAULTS_MAX {
                break;
            }
        }
        Ok(())
    }

    fn fault(&mut self, position: i64, problem: impl Into<String>) {
        self.faults.push(Fault { position, problem: problem.into() });
    }

    fn link(&mut self, record: &Record) {
        let micros = record.recorded_at.timestamp_micros();
        if link(&self.previous, record.position, micros, &record.leaf()) != record.hash() {
            self.fault(record.position, "its bytes are not those that were recorded (hash differs)");
        }
        if micros < self.recorded_at {
            self.fault(record.position, "it was recorded before its predecessor");
        }
        self.previous = record.hash().to_vec();
        self.recorded_at = micros;
    }

    fn stream(&mut self, record: &Record) {
        let stream = match record.stream() {
            Ok(stream) => stream,
            Err(error) => return self.fault(record.position, error.to_string()),
        };
        let expected = self.sequences.get(&stream).copied().unwrap_or(0) + 1;
        if record.sequence != expected {
            let found = record.sequence;
            self.fault(record.position, format!("{stream} goes on at {found} where {expected} was due"));
        }
        self.sequences.insert(stream, record.sequence);
        match record.event() {
            Ok(Event::Lead(event)) => self.lead(stream, record.position, event),
            Ok(_) => {}
            Err(error) => self.fault(record.position, error.to_string()),
        }
    }

    /// A recorded move must lead to what the facts amount to.
    fn lead(&mut self, stream: StreamId, position: i64, event: LeadEvent) {
        let lead = self.leads.entry(stream).or_default();
        let mut wrong = Vec::new();
        if let LeadEvent::LeadStatusChanged(changed) = &event {
            for (axis, word) in lead.axes() {
                let told = changed.changes.iter().find(|change| change.axis == axis);
                if told.is_some_and(|change| change.to.as_deref() != word) {
                    wrong.push(format!("the recorded {axis} status is not what the facts amount to"));
                }
            }
        }
        lead.apply(event);
        for problem in wrong {
            self.fault(position, problem);
        }
    }
}
