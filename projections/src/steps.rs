//! How did a stream come to be what it was at some time? Its events one by one, and which of them decided what.

use crate::feed::FeedError;
use domain::stored;
use domain::stream::{Event, State, StreamId};
use domain::time::Instant;
use sqlx::postgres::PgConnection;

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
    let rows: Vec<(i64, Instant, i64, String, String, String)> = sqlx::query_as(
        "SELECT position, recorded_at, sequence, event_type, event_version, payload::text FROM events \
         WHERE aggregate_type = $1 AND aggregate_id = $2 AND ($3::timestamptz IS NULL OR recorded_at <= $3) \
         ORDER BY sequence",
    )
    .bind(stream.kind.as_str())
    .bind(stream.aggregate_id())
    .bind(as_of)
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|(position, recorded_at, sequence, name, version, payload)| {
            let event = stored::decode(stream.kind, &name, &version, &payload)
                .map_err(|problem| FeedError::Unreadable { stream, sequence, problem })?;
            Ok(Step { position, recorded_at, event })
        })
        .collect()
}

/// What the steps amount to.
pub fn fold(stream: StreamId, steps: &[Step]) -> State {
    let mut state = State::empty(stream.kind);
    for step in steps {
        state.apply(step.event.clone());
    }
    state
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
