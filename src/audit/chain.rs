//! Is the log what it was? Every link, every position, every stream's sequence, every recorded status move.

use domain::lead::{Lead, LeadEvent};
use domain::stored::{GENESIS, link};
use domain::stream::{Event, StreamId};
use domain::time::Instant;
use futures_util::TryStreamExt;
use projections::feed::{FeedError, Record};
use projections::log_reader::LogReader;
use serde::Serialize;
use sqlx::PgPool;
use std::collections::HashMap;
use std::pin::pin;

/// The most faults that are told.
const FAULTS_MAX: usize = 100;
/// How far the log's time may lie ahead of the database's clock.
const FUTURE_MAX: chrono::Duration = chrono::Duration::seconds(2);
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
    /// Positions that an operator has set aside, and where that is said.
    pub set_aside: Vec<(i64, i64)>,
    pub faults: Vec<Fault>,
}

/// The log's end, and the database's time.
async fn head_and_time(pool: &PgPool) -> Result<(i64, Instant), sqlx::Error> {
    sqlx::query_as("SELECT (SELECT COALESCE(max(position), 0) FROM events), clock_timestamp()")
        .fetch_one(pool)
        .await
}

struct Check {
    previous: Vec<u8>,
    recorded_at: i64,
    /// What was recorded later than this has not happened yet.
    latest: Instant,
    sequences: HashMap<StreamId, i64>,
    leads: HashMap<StreamId, Lead>,
    faults: Vec<Fault>,
}

/// Reads the whole log and checks it. `progress` is told positions.
pub async fn check(pool: &PgPool, progress: impl Fn(i64, i64)) -> Result<ChainReport, sqlx::Error> {
    let (head, now) = head_and_time(pool).await?;
    let mut log = LogReader::open(pool).await?;
    let mut check = Check {
        previous: GENESIS.to_vec(),
        recorded_at: i64::MIN,
        latest: now + FUTURE_MAX,
        sequences: HashMap::new(),
        leads: HashMap::new(),
        faults: Vec::new(),
    };
    let mut after = 0;
    while after < head && check.faults.len() < FAULTS_MAX {
        let upto = (after + RANGE).min(head);
        match check.range(&mut log, after, upto).await {
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
    let set_aside =
        sqlx::query_as("SELECT position, said_at FROM set_aside ORDER BY position").fetch_all(pool).await?;
    Ok(ChainReport { head, set_aside, faults: check.faults })
}

impl Check {
    async fn range(&mut self, log: &mut LogReader, after: i64, upto: i64) -> Result<(), FeedError> {
        let mut records = pin!(log.read(after, upto));
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
        if record.recorded_at > self.latest {
            self.fault(record.position, format!("it is recorded in the future, at {}", record.recorded_at));
        }
        self.previous = record.hash().to_vec();
        self.recorded_at = micros;
    }

    fn stream(&mut self, record: &Record) {
        let (stream, event) = match record.contents() {
            Ok(Some(contents)) => contents,
            Ok(None) => return,
            Err(error) => return self.fault(record.position, error.to_string()),
        };
        let expected = self.sequences.get(&stream).copied().unwrap_or(0) + 1;
        if record.sequence != expected && !record.is_set_aside {
            let found = record.sequence;
            self.fault(record.position, format!("{stream} goes on at {found} where {expected} was due"));
        }
        self.sequences.insert(stream, record.sequence);
        if let Some(Event::Lead(event)) = event {
            self.lead(stream, record.position, event);
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
