//! What did an append change? Streams as they were and as they are: all that a fold needs to know.

use domain::lead::Lead;
use domain::lead::attempt::Attempt;
use domain::lead::attempts::Attempts;
use domain::stream::{State, StreamId};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Of a lead that was not there before.
static NONE: LazyLock<Attempts> = LazyLock::new(Attempts::default);

/// A stream's state and how many events made it.
#[derive(Clone, PartialEq, Debug)]
pub struct Folded {
    pub sequence: i64,
    pub state: State,
}

impl Folded {
    fn lead(&self) -> Option<&Lead> {
        self.state.as_lead().map(AsRef::as_ref)
    }
}

/// One stream before and after some of its events.
#[derive(Clone, Debug)]
pub struct Change {
    pub stream: StreamId,
    /// `None`: the stream began with it.
    pub before: Option<Folded>,
    pub after: Folded,
}

impl Change {
    /// The attempts of a lead that changed, as they were and as they are; none for other streams. Costs what changed.
    pub fn attempts(&self) -> impl Iterator<Item = (Option<&Attempt>, Option<&Attempt>)> {
        let before = self.before.as_ref().and_then(Folded::lead).map_or(&*NONE, |lead| &lead.attempts);
        self.after.lead().into_iter().flat_map(move |lead| lead.attempts.changed_since(before))
    }
}

/// Events that were committed together: all positions from `after` (exclusive) to `upto`.
#[derive(Clone, Debug)]
pub struct Committed {
    pub after: i64,
    pub upto: i64,
    pub changes: Vec<Change>,
}

/// Makes one change of each stream out of many: before the first, after the last.
pub fn coalesce(changes: impl IntoIterator<Item = Change>) -> Vec<Change> {
    let mut merged: Vec<Change> = Vec::new();
    let mut at: BTreeMap<StreamId, usize> = BTreeMap::new();
    for change in changes {
        if let Some(&index) = at.get(&change.stream) {
            merged[index].after = change.after;
        } else {
            at.insert(change.stream, merged.len());
            merged.push(change);
        }
    }
    merged
}
