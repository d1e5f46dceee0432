//! The feed: what does the log say, in order? The only ordered reader of `events`; it never skips a position.
//!
//! [`page`] reads some thousand positions at once and leaves its connection as it was, also when it is dropped half-way.
//! [`LogReader`](crate::log_reader::LogReader) reads millions by `COPY`, on a connection that belongs to no pool: sqlx 0.8 does not notice that a `COPY` was
//! left before its end, and every later statement on that connection would be answered with nothing.

use bytes::Bytes;
use domain::stored::{self, StoredError};
use domain::stream::{Event, StreamId};
use domain::time::Instant;
use sqlx::postgres::PgConnection;
use thiserror::Error;
use uuid::Uuid;

/// Why the log cannot be read on.
#[derive(Debug, Error)]
pub enum FeedError {
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    #[error("position {position}: {problem}")]
    Stored { position: i64, problem: StoredError },
    #[error("{stream} cannot be read at {sequence}: {problem}")]
    Unreadable { stream: StreamId, sequence: i64, problem: StoredError },
    #[error("position {position} belongs to no stream of this ledger ({aggregate_type}/{aggregate_id})")]
    Stream { position: i64, aggregate_type: String, aggregate_id: String },
    #[error("{stream} goes on at {found} where {expected} was to come")]
    Sequence { stream: StreamId, expected: i64, found: i64 },
    #[error("position {expected} is missing: the log goes on at {found}")]
    Gap { expected: i64, found: i64 },
    #[error("the log ends at {found}, short of position {expected}")]
    Short { expected: i64, found: i64 },
    #[error(
        "the log does not hold the event that the read models stand at (position {position}): it was cut off, or is \
         another log"
    )]
    Diverged { position: i64 },
    #[error("the database's answer cannot be read")]
    Protocol,
}

/// A row of the log as stored.
#[derive(Clone, Debug)]
pub struct Record {
    pub position: i64,
    pub recorded_at: Instant,
    pub sequence: i64,
    pub event_id: Uuid,
    /// An operator has said that it is to have no effect.
    pub is_set_aside: bool,
    pub(crate) fields: [Bytes; 6],
    pub(crate) hash: Bytes,
}

impl Record {
    pub fn aggregate_type(&self) -> &str {
        self.text(0)
    }

    pub fn aggregate_id(&self) -> &str {
        self.text(1)
    }

    pub fn event_type(&self) -> &str {
        self.text(2)
    }

    pub fn event_version(&self) -> &str {
        self.text(3)
    }

    pub fn payload(&self) -> &str {
        self.text(4)
    }

    pub fn metadata(&self) -> &str {
        self.text(5)
    }

    /// The link to all before it.
    pub fn hash(&self) -> &[u8] {
        &self.hash
    }

    fn text(&self, field: usize) -> &str {
        std::str::from_utf8(&self.fields[field]).unwrap_or("\u{fffd}")
    }

    /// The stream it belongs to.
    pub fn stream(&self) -> Result<StreamId, FeedError> {
        StreamId::read(self.aggregate_type(), self.aggregate_id()).ok_or_else(|| FeedError::Stream {
            position: self.position,
            aggregate_type: self.aggregate_type().to_owned(),
            aggregate_id: self.aggregate_id().to_owned(),
        })
    }

    /// The event it holds; `None` where the position is set aside.
    pub fn event(&self) -> Result<Option<Event>, FeedError> {
        if self.is_set_aside {
            return Ok(None);
        }
        let kind = self.stream()?.kind;
        stored::decode(kind, self.event_type(), self.event_version(), self.payload())
            .map(Some)
            .map_err(|problem| FeedError::Stored { position: self.position, problem })
    }

    /// Its stream and its event: no event where the position is set aside, and then perhaps not even a stream.
    pub fn contents(&self) -> Result<Option<(StreamId, Option<Event>)>, FeedError> {
        match self.stream() {
            Ok(stream) => Ok(Some((stream, self.event()?))),
            Err(_) if self.is_set_aside => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The leaf of its hash, computed from what is stored.
    pub fn leaf(&self) -> [u8; 32] {
        stored::leaf(&stored::LeafFields {
            event_id: self.event_id,
            aggregate_type: self.aggregate_type(),
            aggregate_id: self.aggregate_id(),
            sequence: self.sequence,
            event_type: self.event_type(),
            event_version: self.event_version(),
            payload: self.payload(),
            metadata: self.metadata(),
        })
    }
}

/// The last position of the log, 0 when it is empty.
pub async fn head(conn: &mut PgConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("SELECT COALESCE(max(position), 0) FROM events").fetch_one(conn).await
}

/// A row of the log as a query answers it.
#[derive(sqlx::FromRow)]
struct LogRow {
    position: i64,
    recorded_at: Instant,
    sequence: i64,
    event_id: Uuid,
    aggregate_type: String,
    aggregate_id: String,
    event_type: String,
    event_version: String,
    payload: String,
    metadata: String,
    hash: Vec<u8>,
    is_set_aside: bool,
}

impl From<LogRow> for Record {
    fn from(row: LogRow) -> Self {
        let texts = [
            row.aggregate_type,
            row.aggregate_id,
            row.event_type,
            row.event_version,
            row.payload,
            row.metadata,
        ];
        Self {
            position: row.position,
            recorded_at: row.recorded_at,
            sequence: row.sequence,
            event_id: row.event_id,
            is_set_aside: row.is_set_aside,
            fields: texts.map(Bytes::from),
            hash: Bytes::from(row.hash),
        }
    }
}

/// Positions `after + 1` to `upto` in order, all in memory. A missing position is an error; so is an end short of `upto`.
pub async fn page(conn: &mut PgConnection, after: i64, upto: i64) -> Result<Vec<Record>, FeedError> {
    let rows: Vec<LogRow> = sqlx::query_as(
        "SELECT position, recorded_at, sequence, event_id, aggregate_type, aggregate_id, event_type, event_version, \
         payload::text, metadata::text, hash, position = ANY (ARRAY(SELECT s.position FROM set_aside s)) AS is_set_aside \
         FROM events WHERE position > $1 AND position <= $2 ORDER BY position",
    )
    .bind(after)
    .bind(upto)
    .fetch_all(conn)
    .await?;
    for (expected, row) in (after + 1..).zip(&rows) {
        if row.position != expected {
            return Err(FeedError::Gap { expected, found: row.position });
        }
    }
    let found = rows.last().map_or(after, |last| last.position);
    if found < upto {
        return Err(FeedError::Short { expected: upto, found });
    }
    Ok(rows.into_iter().map(Record::from).collect())
}
