//! Key rows: which claims and leases follow from the log? Folded like a read model and compared with the table `keys`, which the
//! door keeps; receipts are no part of it.

use crate::change::{Change, Folded};
use crate::feed::FeedError;
use crate::row::{CopyField, CopyLine};
use bytes::BytesMut;
use domain::keys::{Key, KeyKind};
use domain::stream::{State, StreamId};
use domain::time::Instant;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use sqlx::postgres::PgConnection;

/// Differences that are looked at in one go.
const DIFFERENCES_MAX: i64 = 100_000;

/// Differences that a report shows.
const SHOWN_MAX: usize = 10;

/// A claim or lease that the log and the table do not agree on. Shown without its key, which may be a phone.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, sqlx::FromRow)]
pub struct KeyRow {
    pub kind: String,
    #[serde(skip)]
    pub key: String,
    pub holder: String,
    /// The stream whose state it follows from; none where it follows from none.
    pub stream_kind: Option<String>,
    pub stream_id: Option<String>,
}

impl KeyRow {
    /// The key, if its kind is known here.
    pub fn key(&self) -> Option<Key> {
        KeyKind::from_word(&self.kind).map(|kind| Key { kind, key: self.key.clone() })
    }

    /// The stream that it follows from.
    pub fn stream(&self) -> Option<StreamId> {
        StreamId::read(self.stream_kind.as_deref()?, self.stream_id.as_deref()?)
    }
}

/// How the table of keys compares with the log.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct KeyComparison {
    /// Rows that follow from the log.
    pub rows: i64,
    /// Follow from the log and are not in the table.
    #[serde(serialize_with = "shown")]
    pub missing: Vec<KeyRow>,
    /// Are in the table and do not follow from the log.
    #[serde(serialize_with = "shown")]
    pub extra: Vec<KeyRow>,
}

fn shown<S: Serializer>(rows: &[KeyRow], serializer: S) -> Result<S::Ok, S::Error> {
    let first: Vec<&KeyRow> = rows.iter().take(SHOWN_MAX).collect();
    let mut shown = serializer.serialize_struct("Rows", 2)?;
    shown.serialize_field("count", &rows.len())?;
    shown.serialize_field("first", &first)?;
    shown.end()
}

impl KeyComparison {
    pub fn is_clean(&self) -> bool {
        self.missing.is_empty() && self.extra.is_empty()
    }
}

/// Makes the empty table.
pub(crate) async fn create_table(conn: &mut PgConnection, schema: &str) -> Result<(), sqlx::Error> {
    sqlx::query(&format!(
        "CREATE TABLE {schema}.folded_keys (kind text COLLATE \"C\", key text COLLATE \"C\", holder text COLLATE \"C\", \
         until timestamptz, stream_kind text COLLATE \"C\", stream_id text COLLATE \"C\")"
    ))
    .execute(conn)
    .await?;
    Ok(())
}

pub(crate) async fn create_index(conn: &mut PgConnection, schema: &str) -> Result<(), sqlx::Error> {
    sqlx::query(&format!("CREATE INDEX ON {schema}.folded_keys (kind, key, holder)"))
        .execute(&mut *conn)
        .await?;
    sqlx::query(&format!("ANALYZE {schema}.folded_keys")).execute(conn).await?;
    Ok(())
}

/// Writes the keys of a stream as lines of `COPY`'s text format.
pub(crate) fn copy(stream: StreamId, folded: &Folded, out: &mut BytesMut) {
    for (key, holder, until) in folded.state.held_keys(stream.id) {
        let mut line = CopyLine::new(out);
        key.kind.as_str().write(line.field());
        key.key.write(line.field());
        holder.write(line.field());
        until.write(line.field());
        stream.kind.as_str().write(line.field());
        stream.aggregate_id().write(line.field());
        line.end();
    }
}

/// Brings the table in the connection's first schema from the states before these changes to those after them.
pub(crate) async fn catch_up(conn: &mut PgConnection, changes: &[Change]) -> Result<(), FeedError> {
    let (mut released, mut taken) = (Vec::new(), Vec::new());
    for change in changes {
        let before = change.before.as_ref().map(|before| &before.state);
        let changes = State::key_changes(before, &change.after.state, change.stream.id);
        released.extend(changes.released);
        taken.extend(changes.taken.into_iter().map(|taken| (change.stream, taken)));
    }
    sqlx::query(
        "DELETE FROM folded_keys f USING unnest($1::text[], $2::text[], $3::text[]) AS g(kind, key, holder) \
         WHERE f.kind = g.kind AND f.key = g.key AND f.holder = g.holder",
    )
    .bind(released.iter().map(|(key, _)| key.kind.as_str()).collect::<Vec<_>>())
    .bind(released.iter().map(|(key, _)| &*key.key).collect::<Vec<_>>())
    .bind(released.iter().map(|(_, holder)| &**holder).collect::<Vec<_>>())
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "INSERT INTO folded_keys SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], \
         $5::text[], $6::text[])",
    )
    .bind(taken.iter().map(|(_, (key, ..))| key.kind.as_str()).collect::<Vec<_>>())
    .bind(taken.iter().map(|(_, (key, ..))| &*key.key).collect::<Vec<_>>())
    .bind(taken.iter().map(|(_, (_, holder, _))| &**holder).collect::<Vec<_>>())
    .bind(taken.iter().map(|(_, (_, _, until))| *until).collect::<Vec<Option<Instant>>>())
    .bind(taken.iter().map(|(stream, _)| stream.kind.as_str()).collect::<Vec<_>>())
    .bind(taken.iter().map(|(stream, _)| stream.aggregate_id()).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}

/// Compares the table of keys with the folded ones, both as of the same position. What has expired is no difference: it
/// refuses nobody and is forgotten at any time. Nor is an extended lease, whose holder is the same.
pub(crate) async fn compare(conn: &mut PgConnection, schema: &str) -> Result<KeyComparison, sqlx::Error> {
    let kinds: Vec<&str> =
        KeyKind::ALL.into_iter().filter(|kind| kind.is_of_streams()).map(KeyKind::as_str).collect();
    let rows = sqlx::query_scalar(&format!("SELECT count(*) FROM {schema}.folded_keys"))
        .fetch_one(&mut *conn)
        .await?;
    let missing = sqlx::query_as(&format!(
        "SELECT f.kind, f.key, f.holder, f.stream_kind, f.stream_id FROM {schema}.folded_keys f \
         WHERE (f.until IS NULL OR f.until > clock_timestamp()) AND NOT EXISTS (SELECT 1 FROM public.keys k \
             WHERE k.kind = f.kind AND k.key = f.key AND k.holder = f.holder) LIMIT {DIFFERENCES_MAX}"
    ))
    .fetch_all(&mut *conn)
    .await?;
    let extra = sqlx::query_as(&format!(
        "SELECT k.kind, k.key, k.holder, \
         CASE WHEN k.kind = 'num' THEN split_part(k.key, ':', 1) WHEN k.kind = 'login' THEN 'agent' \
              WHEN k.kind = 'report' THEN 'report' WHEN k.kind <> 'lease' THEN 'lead' END AS stream_kind, \
         CASE WHEN k.kind <> 'lease' THEN k.holder END AS stream_id \
         FROM public.keys k WHERE k.kind = ANY($1) AND (k.until IS NULL OR k.until > clock_timestamp()) \
         AND NOT EXISTS (SELECT 1 FROM {schema}.folded_keys f \
             WHERE f.kind = k.kind AND f.key = k.key AND f.holder = k.holder) LIMIT {DIFFERENCES_MAX}"
    ))
    .bind(kinds)
    .fetch_all(conn)
    .await?;
    Ok(KeyComparison { rows, missing, extra })
}
