//! How is an event kept? `(type, version, payload)` to event and back: the one decoder that loading, following,
//! rebuilding and replaying share.
//!
//! Stored bytes never change. A shape that changes gets a new version, and the old one an arm in `upcast` that
//! turns its payload into the present shape.

use crate::stream::{Event, StreamKind};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use thiserror::Error;
use uuid::Uuid;

/// Why a stored event cannot be read. Never skipped: a history with a gap is no history.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum StoredError {
    #[error(
        "events of type {name} version {version} are unknown here; was the log written by a newer release?"
    )]
    Unknown { name: String, version: String },
    #[error("the payload of a {name} cannot be read: {problem}")]
    Unreadable { name: String, problem: String },
}

/// Turns a payload of an older version into the present shape; `None` where there is nothing to turn.
fn upcast(
    _kind: StreamKind,
    name: &str,
    version: &str,
    _payload: &str,
) -> Result<Option<String>, StoredError> {
    match (name, version) {
        // The shape itself reads what 1.0 did not say.
        (_, "1.0") | ("lead_requeued" | "dialer_switch_set", "1.1") => Ok(None),
        _ => Err(StoredError::Unknown { name: name.to_owned(), version: version.to_owned() }),
    }
}

/// Reads a stored event.
pub fn decode(kind: StreamKind, name: &str, version: &str, payload: &str) -> Result<Event, StoredError> {
    let turned = upcast(kind, name, version, payload)?;
    let payload = turned.as_deref().unwrap_or(payload);
    let event = match kind {
        StreamKind::Lead => Event::Lead(read(name, payload)?),
        StreamKind::Agent => Event::Agent(read(name, payload)?),
        StreamKind::Dialing => Event::Dialing(read(name, payload)?),
        StreamKind::Batch => Event::Batch(read(name, payload)?),
        StreamKind::Credential => Event::Credential(read(name, payload)?),
        StreamKind::DeadLetter => Event::DeadLetter(read(name, payload)?),
        StreamKind::Report => Event::Report(read(name, payload)?),
        StreamKind::Log => Event::Log(read(name, payload)?),
    };
    if event.name() == name {
        Ok(event)
    } else {
        Err(StoredError::Unreadable {
            name: name.to_owned(),
            problem: format!("it holds a {}", event.name()),
        })
    }
}

/// Versions that no event of this release is written in, and that it reads.
const OLDER: [(StreamKind, &str, &str); 2] =
    [(StreamKind::Lead, "lead_requeued", "1.0"), (StreamKind::Dialing, "dialer_switch_set", "1.0")];

/// Every stored type and version that this release reads, by kind of stream: what the door of the log lets in.
pub fn readable() -> Vec<(StreamKind, &'static str, &'static str)> {
    let written = crate::sample::one_of_each();
    let written = written.into_iter().map(|(name, event)| (event.kind(), name, event.version()));
    written.chain(OLDER).collect()
}

fn read<E: DeserializeOwned>(name: &str, payload: &str) -> Result<E, StoredError> {
    serde_json::from_str(payload).map_err(|problem| {
        // What stands in quotes is a stored value, and may be somebody's name.
        let problem = problem.to_string().split('"').next().unwrap_or_default().trim_end().to_owned();
        StoredError::Unreadable { name: name.to_owned(), problem }
    })
}

/// Writes an event's payload: `{"<type>": {...}}`.
pub fn encode(event: &Event) -> String {
    let payload = match event {
        Event::Lead(event) => serde_json::to_string(event),
        Event::Agent(event) => serde_json::to_string(event),
        Event::Dialing(event) => serde_json::to_string(event),
        Event::Batch(event) => serde_json::to_string(event),
        Event::Credential(event) => serde_json::to_string(event),
        Event::DeadLetter(event) => serde_json::to_string(event),
        Event::Report(event) => serde_json::to_string(event),
        Event::Log(event) => serde_json::to_string(event),
    };
    payload.expect("invariant: events hold strings, numbers, times and lists only, all of which JSON can say")
}

/// The fields of a row of the log that its hash covers, besides position and time.
#[derive(Clone, Copy, Debug)]
pub struct LeafFields<'a> {
    pub event_id: Uuid,
    pub aggregate_type: &'a str,
    pub aggregate_id: &'a str,
    pub sequence: i64,
    pub event_type: &'a str,
    pub event_version: &'a str,
    pub payload: &'a str,
    pub metadata: &'a str,
}

/// SHA-256 of an event's own fields, each with its length before it. The database's trigger computes the same.
pub fn leaf(fields: &LeafFields<'_>) -> [u8; 32] {
    let mut hash = Sha256::new();
    let sequence = fields.sequence.to_be_bytes();
    let parts: [&[u8]; 8] = [
        fields.event_id.as_bytes(),
        fields.aggregate_type.as_bytes(),
        fields.aggregate_id.as_bytes(),
        &sequence,
        fields.event_type.as_bytes(),
        fields.event_version.as_bytes(),
        fields.payload.as_bytes(),
        fields.metadata.as_bytes(),
    ];
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// The link that ties an event to all before it.
pub fn link(previous: &[u8], position: i64, recorded_at_micros: i64, leaf: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(previous);
    hash.update(position.to_be_bytes());
    hash.update(recorded_at_micros.to_be_bytes());
    hash.update(leaf);
    hash.finalize().into()
}

/// What the first event is linked to.
pub const GENESIS: [u8; 32] = [0; 32];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn every_event_is_read_back_as_it_was_written() {
        for (name, event) in sample::one_of_each() {
            let payload = encode(&event);
            assert!(payload.starts_with(&format!("{{\"{name}\":")), "{payload}");
            assert_eq!(decode(event.kind(), name, event.version(), &payload), Ok(event));
        }
    }

    #[test]
    fn unknown_types_and_versions_are_errors_never_skipped() {
        let unknown = decode(StreamKind::Lead, "lead_painted", "1.0", r#"{"lead_painted":{}}"#);
        assert!(matches!(unknown, Err(StoredError::Unreadable { .. })), "{unknown:?}");
        let newer = decode(StreamKind::Lead, "lead_deleted", "9.0", "{}");
        assert!(matches!(newer, Err(StoredError::Unknown { .. })), "{newer:?}");
        let other = decode(
            StreamKind::Lead,
            "lead_closed",
            "1.0",
            r#"{"lead_deleted":{"at":"2025-01-01T00:00:00Z"}}"#,
        );
        assert!(matches!(other, Err(StoredError::Unreadable { .. })), "{other:?}");
    }

    #[test]
    fn a_flipped_bit_anywhere_changes_the_leaf() {
        let fields = LeafFields {
            event_id: Uuid::nil(),
            aggregate_type: "lead",
            aggregate_id: "a",
            sequence: 1,
            event_type: "t",
            event_version: "1.0",
            payload: "{}",
            metadata: "{}",
        };
        let shifted = LeafFields { event_type: "t1", event_version: ".0", ..fields };
        assert_ne!(leaf(&fields), leaf(&shifted));
        assert_ne!(leaf(&fields), leaf(&LeafFields { sequence: 2, ..fields }));
    }
}
