//! What happened between two positions, one event after the other, each with its stream as it was then? The same for the same
//! positions, whenever it is asked.

use crate::feed::{self, FeedError};
use crate::streams;
use domain::stream::{Event, State, StreamId};
use domain::time::Instant;
use sqlx::postgres::PgConnection;
use std::collections::{BTreeSet, HashMap};

/// An event and what its stream was before and after it.
#[derive(Clone, Debug)]
pub struct Occurrence {
    pub position: i64,
    pub recorded_at: Instant,
    pub stream: StreamId,
    pub event: Event,
    pub before: State,
    pub state: State,
}

/// The events of these stored types at positions `after + 1` to `upto`.
pub async fn between(
    conn: &mut PgConnection,
    after: i64,
    upto: i64,
    is_wanted: fn(&str) -> bool,
) -> Result<Vec<Occurrence>, FeedError> {
    let records = feed::page(conn, after, upto).await?;
    // Only streams of which something is wanted are folded.
    let mut wanted = BTreeSet::new();
    for record in records.iter().filter(|record| is_wanted(record.event_type())) {
        wanted.insert(record.stream()?);
    }
    let ids: Vec<StreamId> = wanted.iter().copied().collect();
    let before = streams::load(conn, &ids, Some(after)).await?;
    let mut states: HashMap<StreamId, State> =
        before.into_iter().map(|(stream, folded)| (stream, folded.state)).collect();
    let mut occurrences = Vec::new();
    for record in &records {
        let Some((stream, Some(event))) = record.contents()? else { continue };
        if !wanted.contains(&stream) {
            continue;
        }
        let state = states.entry(stream).or_insert_with(|| State::empty(stream.kind));
        let before = state.clone();
        state.apply(event.clone());
        if is_wanted(record.event_type()) {
            let (position, recorded_at) = (record.position, record.recorded_at);
            let state = state.clone();
            occurrences.push(Occurrence { position, recorded_at, stream, event, before, state });
        }
    }
    Ok(occurrences)
}
