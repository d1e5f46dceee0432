//! How did a stream come to be what it was at some time? Its events one by one, and which of them decided what.

use crate::feed::FeedError;
use domain::stored;
use domain::stream::{Event, State, StreamId, StreamKind};
use domain::time::Instant;
use sqlx::postgres::PgConnection;
use std::collections::HashMap;
use uuid::Uuid;

/// An event of a stream.
#[derive(Clone, Debug)]
pub struct Step {
    pub position: i64,
    pub recorded_at: Instant,
    pub event: Event,
}

/// The events of a stream that were recorded up to `as_of` (`None`: all), in order.
pub async fn load(
    conn: &mut PgConnection,
    stream: StreamId,
    as_of: Option<Instant>,
) -> Result<Vec<Step>, FeedError> {
    read(stream, rows(conn, stream, as_of).await?)
}

/// What a stream was by what was recorded up to `as_of`. It is folded apart from the threads that answer requests: a
/// long stream takes a while.
pub async fn state_as_of(
    conn: &mut PgConnection,
    stream: StreamId,
    as_of: Instant,
) -> Result<State, FeedError> {
    let rows = rows(conn, stream, Some(as_of)).await?;
    let folding = tokio::task::spawn_blocking(move || Ok(fold(stream, read(stream, rows)?)));
    folding.await.map_err(|_| sqlx::Error::WorkerCrashed)?
}

/// Position, recording, sequence, type, version, payload.
type StoredRow = (i64, Instant, i64, String, String, String);

async fn rows(
    conn: &mut PgConnection,
    stream: StreamId,
    as_of: Option<Instant>,
) -> Result<Vec<StoredRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT e.position, e.recorded_at, e.sequence, e.event_type, e.event_version, e.payload::text FROM events e \
         WHERE e.aggregate_type = $1 AND e.aggregate_id = $2 AND ($3::timestamptz IS NULL OR e.recorded_at <= $3) \
         AND e.position <> ALL (ARRAY(SELECT s.position FROM set_aside s)) ORDER BY e.sequence",
    )
    .bind(stream.kind.as_str())
    .bind(stream.aggregate_id())
    .bind(as_of)
    .fetch_all(conn)
    .await
}

fn read(stream: StreamId, rows: Vec<StoredRow>) -> Result<Vec<Step>, FeedError> {
    rows.into_iter()
        .map(|(position, recorded_at, sequence, name, version, payload)| {
            let event = stored::decode(stream.kind, &name, &version, &payload)
                .map_err(|problem| FeedError::Unreadable { stream, sequence, problem })?;
            Ok(Step { position, recorded_at, event })
        })
        .collect()
}

/// The events of many streams of one kind, each in order; streams that are not there are not among them.
pub async fn load_all(
    conn: &mut PgConnection,
    kind: StreamKind,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Step>>, FeedError> {
    let names: Vec<String> = ids.iter().map(|id| StreamId::new(kind, *id).aggregate_id()).collect();
    let rows: Vec<(String, i64, Instant, i64, String, String, String)> = sqlx::query_as(
        "SELECT e.aggregate_id, e.position, e.recorded_at, e.sequence, e.event_type, e.event_version, \
         e.payload::text FROM unnest($2::text[]) AS k(id) \
         CROSS JOIN LATERAL (SELECT aggregate_id, position, recorded_at, sequence, event_type, event_version, payload \
                             FROM events WHERE aggregate_type = $1 AND aggregate_id = k.id ORDER BY sequence) AS e \
         WHERE e.position <> ALL (ARRAY(SELECT s.position FROM set_aside s))",
    )
    .bind(kind.as_str())
    .bind(names)
    .fetch_all(conn)
    .await?;
    let mut found: HashMap<Uuid, Vec<Step>> = HashMap::with_capacity(ids.len());
    for (aggregate_id, position, recorded_at, sequence, name, version, payload) in rows {
        let Some(stream) = StreamId::read(kind.as_str(), &aggregate_id) else { continue };
        let event = stored::decode(kind, &name, &version, &payload)
            .map_err(|problem| FeedError::Unreadable { stream, sequence, problem })?;
        found.entry(stream.id).or_default().push(Step { position, recorded_at, event });
    }
    Ok(found)
}

/// What the steps amount to.
pub fn fold(stream: StreamId, steps: impl IntoIterator<Item = Step>) -> State {
    let mut state = State::empty(stream.kind);
    for step in steps {
        state.apply(step.event);
    }
    state
}

/// Where an event stands in the log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    pub position: i64,
    pub recorded_at: Instant,
    pub event_type: String,
}

/// Where these events of streams stand, by stream and sequence.
pub async fn places(
    conn: &mut PgConnection,
    wanted: &[(StreamId, i64)],
) -> Result<HashMap<(StreamId, i64), Place>, sqlx::Error> {
    let rows: Vec<(i64, i64, Instant, String)> = sqlx::query_as(
        "SELECT w.ordinal, e.position, e.recorded_at, e.event_type \
         FROM unnest($1::text[], $2::text[], $3::bigint[]) WITH ORDINALITY AS w(type, id, sequence, ordinal) \
         JOIN events e ON e.aggregate_type = w.type AND e.aggregate_id = w.id AND e.sequence = w.sequence",
    )
    .bind(wanted.iter().map(|(stream, _)| stream.kind.as_str()).collect::<Vec<_>>())
    .bind(wanted.iter().map(|(stream, _)| stream.aggregate_id()).collect::<Vec<_>>())
    .bind(wanted.iter().map(|(_, sequence)| *sequence).collect::<Vec<_>>())
    .fetch_all(conn)
    .await?;
    let place = |(ordinal, position, recorded_at, event_type)| {
        let index = usize::try_from(ordinal).ok()?.checked_sub(1)?;
        Some((*wanted.get(index)?, Place { position, recorded_at, event_type }))
    };
    Ok(rows.into_iter().filter_map(place).collect())
}

/// The last step that changed each of what `looked_at` finds in the state.
pub fn deciding<T: PartialEq, const N: usize>(
    stream: StreamId,
    steps: &[Step],
    looked_at: impl Fn(&State) -> [T; N],
) -> [Option<&Step>; N] {
    let mut state = State::empty(stream.kind);
    let mut before = looked_at(&state);
    let mut decided = [None; N];
    for step in steps {
        state.apply(step.event.clone());
        let after = looked_at(&state);
        for (index, (old, new)) in before.iter().zip(&after).enumerate() {
            if old != new {
                decided[index] = Some(step);
            }
        }
        before = after;
    }
    decided
}
