//! The native API's words: the ledger's own.

use crate::ledger::replay::Record;
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
    hash: String,
}

/// One line of NDJSON, without its end.
pub fn line(record: &Record) -> Result<String, serde_json::Error> {
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
        hash: hex::encode(record.hash()),
    })
}

/// An id in a path, in any of its spellings.
pub fn id(text: &str) -> Option<AnyId> {
    AnyId::parse(text)
}
