//! Reading millions of positions: by `COPY`, in its binary format, on a connection that belongs to no pool.

use crate::feed::{FeedError, Record, head};
use bytes::{Buf, Bytes};
use chrono::DateTime;
use domain::time::Instant;
use futures_util::stream::{BoxStream, Stream, TryStreamExt};
use sqlx::PgPool;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

/// A connection that reads the log by `COPY`. It belongs to no pool and is closed when this is dropped.
pub struct LogReader {
    conn: PgConnection,
    /// A `COPY` was begun and not read to its end: the connection is of no use any more.
    is_midway: bool,
}

impl LogReader {
    /// Takes a connection out of the pool for good.
    pub async fn open(pool: &PgPool) -> Result<Self, sqlx::Error> {
        Ok(Self { conn: pool.acquire().await?.detach(), is_midway: false })
    }

    /// The last position of the log.
    pub async fn head(&mut self) -> Result<i64, FeedError> {
        Ok(head(self.whole()?).await?)
    }

    /// Positions `after + 1` to `upto` in order. A missing position is an error; so is an end short of `upto`.
    pub fn read(&mut self, after: i64, upto: i64) -> impl Stream<Item = Result<Record, FeedError>> + '_ {
        let reader =
            Reader { messages: None, buffered: Bytes::new(), next: after + 1, upto, is_started: false };
        futures_util::stream::try_unfold((reader, Some(self)), |(mut reader, mut this)| async move {
            if let Some(this) = this.take() {
                this.whole()?;
                let Self { conn, is_midway } = this;
                *is_midway = true;
                reader.messages = Some((open(conn, reader.next, reader.upto).await?, is_midway));
            }
            Ok(reader.next().await?.map(|record| (record, (reader, None))))
        })
    }

    fn whole(&mut self) -> Result<&mut PgConnection, FeedError> {
        if self.is_midway { Err(FeedError::Protocol) } else { Ok(&mut self.conn) }
    }
}

async fn open(
    conn: &mut PgConnection,
    first: i64,
    upto: i64,
) -> Result<BoxStream<'_, Result<Bytes, sqlx::Error>>, sqlx::Error> {
    let sql = format!(
        "COPY (SELECT position, recorded_at, sequence, event_id, aggregate_type, aggregate_id, event_type, \
         event_version, payload, metadata, hash, position = ANY (ARRAY(SELECT s.position FROM set_aside s)) \
         FROM events WHERE position BETWEEN {first} AND {upto} ORDER BY position) TO STDOUT (FORMAT binary)"
    );
    conn.copy_out_raw(&sql).await
}

/// Takes `COPY`'s binary format apart.
struct Reader<'c> {
    /// What comes, and the mark to take away once all has come.
    messages: Option<(BoxStream<'c, Result<Bytes, sqlx::Error>>, &'c mut bool)>,
    buffered: Bytes,
    next: i64,
    upto: i64,
    is_started: bool,
}

impl Reader<'_> {
    async fn next(&mut self) -> Result<Option<Record>, FeedError> {
        loop {
            if self.buffered.len() < 2 {
                let Some((messages, is_midway)) = &mut self.messages else { return self.end() };
                let Some(message) = messages.try_next().await? else {
                    **is_midway = false;
                    return self.end();
                };
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
    let hash = take(buffered)?;
    let is_set_aside = take(buffered)?.first() == Some(&1);
    Ok(Record {
        position,
        recorded_at: from_postgres(micros).ok_or(FeedError::Protocol)?,
        sequence,
        event_id,
        is_set_aside,
        fields,
        hash,
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
