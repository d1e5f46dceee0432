//! The native API's words: the ledger's own.

use crate::audit::told_events::ToldEvent;
use domain::ids::AnyId;
use serde::Serialize;
use serde_json::value::RawValue;

/// An event as stored, and where it stands.
#[derive(Serialize)]
pub struct EventLine<'a> {
    position: i64,
    recorded_at: String,
    event_id: uuid::Uuid,
    aggregate_type: &'a str,
    aggregate_id: &'a str,
    sequence: i64,
    event_type: &'a str,
    event_version: &'a str,
    payload: &'a RawValue,
    metadata: &'a RawValue,
    /// Who did it, as the metadata says, and what they are called now.
    actor: Option<&'a str>,
    actor_name: Option<&'a str>,
    hash: String,
}

/// One line of NDJSON, without its end.
pub fn line(told: &ToldEvent) -> Result<String, serde_json::Error> {
    let record = &told.record;
    serde_json::to_string(&EventLine {
        position: record.position,
        recorded_at: record.recorded_at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
        event_id: record.event_id,
        aggregate_type: record.aggregate_type(),
        aggregate_id: record.aggregate_id(),
        sequence: record.sequence,
        event_type: record.event_type(),
        event_version: record.event_version(),
        payload: serde_json::from_str(record.payload())?,
        metadata: serde_json::from_str(record.metadata())?,
        actor: told.actor.as_deref(),
        actor_name: told.actor_name.as_deref(),
        hash: hex::encode(record.hash()),
    })
}

/// An id in a path, in any of its spellings.
pub fn id(text: &str) -> Option<AnyId> {
    AnyId::parse(text)
}
