//! What is to be stored together or not at all?

use super::context::Context;
use domain::keys::{Key, KeyKind, TakeKey};
use domain::stored::{self, LeafFields};
use domain::stream::{Event, State, StreamId};
use domain::time::Instant;
use projections::change::Change;
use std::collections::BTreeMap;
use uuid::Uuid;

/// A row of `secrets`; no value: the row goes.
#[derive(Clone, Debug)]
pub struct Secret {
    pub kind: &'static str,
    pub id: String,
    pub value: Option<String>,
}

/// An event ready to be stored.
#[derive(Clone, Debug)]
pub struct Prepared {
    pub event_id: Uuid,
    pub stream: StreamId,
    pub aggregate_id: String,
    pub sequence: i64,
    pub name: &'static str,
    pub version: &'static str,
    pub payload: String,
    pub leaf: [u8; 32],
}

impl Prepared {
    /// Encodes and hashes: in the request's own task, so that the lane only has to pass it on.
    pub fn new(event_id: Uuid, stream: StreamId, sequence: i64, event: &Event, metadata: &str) -> Self {
        let payload = stored::encode(event);
        let aggregate_id = stream.aggregate_id();
        let leaf = stored::leaf(&LeafFields {
            event_id,
            aggregate_type: stream.kind.as_str(),
            aggregate_id: &aggregate_id,
            sequence,
            event_type: event.name(),
            event_version: event.version(),
            payload: &payload,
            metadata,
        });
        Self {
            event_id,
            stream,
            aggregate_id,
            sequence,
            name: event.name(),
            version: event.version(),
            payload,
            leaf,
        }
    }
}

/// Everything one request wants of the ledger.
#[derive(Clone, Debug)]
pub struct Intent {
    /// The ledger's clock when it was decided.
    pub decided_at: Instant,
    /// Every stream that was written or looked at, and its sequence then.
    pub seen: BTreeMap<StreamId, i64>,
    pub events: Vec<Prepared>,
    pub metadata: String,
    /// The streams before and after, for whoever follows.
    pub changes: Vec<Change>,
    pub take: Vec<TakeKey>,
    /// Refused by nobody: a shared key is held beside the others, any other is taken only if it is free.
    pub take_softly: Vec<TakeKey>,
    /// Must not be held by anybody.
    pub absent: Vec<Key>,
    pub release: Vec<(Key, String)>,
    pub secrets: Vec<Secret>,
}

impl Intent {
    /// An intent of nothing, in these circumstances.
    pub fn new(context: &Context, decided_at: Instant) -> Self {
        Self {
            decided_at,
            seen: BTreeMap::new(),
            events: Vec::new(),
            metadata: context.metadata(),
            changes: Vec::new(),
            take: Vec::new(),
            take_softly: Vec::new(),
            absent: Vec::new(),
            release: Vec::new(),
            secrets: Vec::new(),
        }
    }

    /// Whether there is nothing to store.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
            && self.take.is_empty()
            && self.take_softly.is_empty()
            && self.release.is_empty()
            && self.secrets.is_empty()
    }

    /// Adds the keys that the changed streams hold now and gives back those they held: the table of keys is a
    /// function of the streams' states.
    pub fn settle_keys(&mut self) {
        for change in &self.changes {
            let id = change.stream.id;
            let before = change.before.as_ref().map(|folded| &folded.state);
            let changes = State::key_changes(before, &change.after.state, id);
            // A sale's lead may have a number that another has: both hold it, and that is only said (C-13).
            let is_sale = change.after.state.as_lead().is_some_and(|lead| lead.source.is_sale());
            self.release.extend(changes.released);
            for (key, holder, until) in changes.taken {
                // An agent's claim follows assignment and gives way; only a new lead must have it (C-13).
                let is_soft = match key.kind {
                    KeyKind::Suppressed => true,
                    KeyKind::PhoneOfAgent => change.before.is_some(),
                    KeyKind::Phone => is_sale,
                    KeyKind::Login
                    | KeyKind::Lease
                    | KeyKind::ExternalRef
                    | KeyKind::Call
                    | KeyKind::Idempotency
                    | KeyKind::Content
                    | KeyKind::Handoff
                    | KeyKind::EndedSession
                    | KeyKind::Report
                    | KeyKind::Num => false,
                };
                let take = TakeKey { key, holder, until, outcome: None };
                if is_soft { self.take_softly.push(take) } else { self.take.push(take) }
            }
        }
    }

    /// About how much it weighs, in bytes.
    pub fn weight(&self) -> usize {
        self.events.iter().map(|event| event.payload.len() + self.metadata.len() + 200).sum()
    }
}
