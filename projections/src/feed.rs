//! What does the log say, in order? The only ordered reader of `events`: by `COPY`, never skipping.

use bytes::{Buf, Bytes};
use chrono::DateTime;
use domain::stored::{self, StoredError};
use domain::stream::{Event, StreamId};
use domain::time::Instant;
use futures_util::stream::{BoxStream, Stream, TryStreamExt};
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
    fields: [Bytes; 6],
    hash: Bytes,
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

    /// The event it holds.
    pub fn event(&self) -> Result<Event, FeedError> {
        let kind = self.stream()?.kind;
        stored::decode(kind, self.event_type(), self.event_version(), self.payload())
            .map_err(|problem| FeedError::Stored { position: self.position, problem })
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

/// Reads positions `after + 1` to `upto` in order. A missing position is an error; so is an end short of `upto`.
pub fn read(
    conn: &mut PgConnection,
    after: i64,
    upto: i64,
) -> impl Stream<Item = Result<Record, FeedError>> + '_ {
    let reader = Reader { messages: None, buffered: Bytes::new(), next: after + 1, upto, is_started: false };
    futures_util::stream::try_unfold((reader, Some(conn)), |(mut reader, mut conn)| async move {
        if let Some(conn) = conn.take() {
            reader.messages = Some(open(conn, reader.next, reader.upto).await?);
        }
        Ok(reader.next().await?.map(|record| (record, (reader, None))))
    })
}

async fn open(
    conn: &mut PgConnection,
    first: i64,
    upto: i64,
) -> Result<BoxStream<'_, Result<Bytes, sqlx::Error>>, sqlx::Error> {
    let sql = format!(
        "COPY (SELECT position, recorded_at, sequence, event_id, aggregate_type, aggregate_id, event_type, \
         event_version, payload, metadata, hash FROM events WHERE position BETWEEN {first} AND {upto} \
         ORDER BY position) TO STDOUT (FORMAT binary)"
    );
    conn.copy_out_raw(&sql).await
}

/// Takes `COPY`'s binary format apart.
struct Reader<'c> {
    messages: Option<BoxStream<'c, Result<Bytes, sqlx::Error>>>,
    buffered: Bytes,
    next: i64,
    upto: i64,
    is_started: bool,
}

impl Reader<'_> {
    async fn next(&mut self) -> Result<Option<Record>, FeedError> {
        loop {
            if self.buffered.len() < 2 {
                let message = match &mut self.messages {
                    Some(messages) => messages.try_next().await?,
                    None => None,
                };
                let Some(message) = message else { return self.end() };
                self.buffered = message;
                self.skip_header()?;
                continue;
            }
            if self.buffered.get_i16() < 0 {
                self.buffered.clear();
                continue;
            }
            let record = take_record(&mut self.buffered)?;
            if record.position != self.next {
                return Err(FeedError::Gap { expected: self.next, found: record.position });
            }
            self.next += 1;
            return Ok(Some(record));
        }
    }

    fn end(&self) -> Result<Option<Record>, FeedError> {
        if self.next > self.upto {
            Ok(None)
        } else {
            Err(FeedError::Short { expected: self.upto, found: self.next - 1 })
        }
    }

    fn skip_header(&mut self) -> Result<(), FeedError> {
        const SIGNATURE_AND_FLAGS: usize = 15;
        if std::mem::replace(&mut self.is_started, true) {
            return Ok(());
        }
        if self.buffered.len() < SIGNATURE_AND_FLAGS + 4 {
            return Err(FeedError::Protocol);
        }
        self.buffered.advance(SIGNATURE_AND_FLAGS);
        let extension = usize::try_from(self.buffered.get_i32()).map_err(|_| FeedError::Protocol)?;
        self.buffered.advance(extension.min(self.buffered.len()));
        Ok(())
    }
}

fn take_record(buffered: &mut Bytes) -> Result<Record, FeedError> {
    let position = take(buffered)?.try_get_i64().map_err(|_| FeedError::Protocol)?;
    let micros = take(buffered)?.try_get_i64().map_err(|_| FeedError::Protocol)?;
    let sequence = take(buffered)?.try_get_i64().map_err(|_| FeedError::Protocol)?;
    let event_id = Uuid::from_slice(&take(buffered)?).map_err(|_| FeedError::Protocol)?;
    let mut fields: [Bytes; 6] = Default::default();
    for field in &mut fields {
        *field = take(buffered)?;
    }
    Ok(Record {
        position,
        recorded_at: from_postgres(micros).ok_or(FeedError::Protocol)?,
        sequence,
        event_id,
        fields,
        hash: take(buffered)?,
    })
}

fn take(buffered: &mut Bytes) -> Result<Bytes, FeedError> {
    let length = buffered.try_get_i32().map_err(|_| FeedError::Protocol)?;
    let length = usize::try_from(length).map_err(|_| FeedError::Protocol)?;
    if length > buffered.len() {
        return Err(FeedError::Protocol);
    }
    Ok(buffered.split_to(length))
}

/// PostgreSQL counts microseconds from 2000-01-01.
fn from_postgres(micros: i64) -> Option<Instant> {
    const EPOCH_2000_SECONDS: i64 = 946_684_800;
    DateTime::from_timestamp_micros(micros.checked_add(EPOCH_2000_SECONDS * 1_000_000)?)
}
