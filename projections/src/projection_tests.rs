//! Live equals rebuilt: what is folded by differences, however the history is cut, is what the whole state says.

use super::*;
use domain::sample::lead_history;
use domain::stream::{Event, State};
use proptest::prelude::*;
use std::collections::BTreeMap;
use uuid::Uuid;

const LEAD: StreamId = StreamId::new(StreamKind::Lead, Uuid::from_u128(7));

/// The stream after each piece of its history; the pieces are as long as `cuts` say.
fn pieces(seed: u64, cuts: &[usize]) -> Vec<Change> {
    let mut events = lead_history(seed, cuts.iter().sum()).into_iter();
    let mut folded = Folded { sequence: 0, state: State::empty(StreamKind::Lead) };
    let mut changes = Vec::new();
    for cut in cuts {
        let before = (folded.sequence > 0).then(|| folded.clone());
        for event in events.by_ref().take(*cut) {
            folded.state.apply(Event::Lead(event));
            folded.sequence += 1;
        }
        changes.push(Change { stream: LEAD, before, after: folded.clone() });
    }
    changes
}

/// The rows after all differences, by key.
fn followed<R: Row + Clone>(deltas: impl IntoIterator<Item = Delta<R>>) -> BTreeMap<Uuid, R> {
    let mut rows = BTreeMap::new();
    for delta in deltas {
        for key in delta.deletes {
            assert!(rows.remove(&key).is_some(), "what is deleted was there");
        }
        rows.extend(delta.upserts.into_iter().map(|row| (row.key(), row)));
    }
    rows
}

fn rebuilt<R: Row>(rows: Vec<R>) -> BTreeMap<Uuid, R> {
    rows.into_iter().map(|row| (row.key(), row)).collect()
}

/// The lines of a table of sums whose calls are not 0: others are deleted, and hold nothing.
fn lines_of(sums: &Sums) -> Vec<String> {
    let mut out = BytesMut::new();
    sums.copy(&mut out);
    let text = String::from_utf8(out.to_vec()).unwrap();
    text.lines().filter(|line| !line.ends_with("\t0\t0\t0\t0")).map(ToOwned::to_owned).collect()
}

proptest! {
    #[test]
    fn rows_followed_by_differences_are_the_rows_of_the_whole(
        seed: u64, cuts in proptest::collection::vec(1usize..30, 1..8)
    ) {
        let changes = pieces(seed, &cuts);
        let whole = &changes.last().unwrap().after;
        let calls = changes.iter().map(|change| {
            differences(std::slice::from_ref(change), call_history::change)
        });
        prop_assert_eq!(followed(calls), rebuilt(call_history::rows(LEAD, whole)));
        let restated = changes.iter().map(|change| {
            differences(std::slice::from_ref(change), restatements::change)
        });
        prop_assert_eq!(followed(restated), rebuilt(restatements::rows(LEAD, whole)));
        let leads = changes.iter().map(|change| delta(std::slice::from_ref(change), lead::rows));
        prop_assert_eq!(followed(leads), rebuilt(lead::rows(LEAD, whole)));
    }

    #[test]
    fn sums_followed_by_differences_are_the_sums_of_the_whole(
        seed: u64, cuts in proptest::collection::vec(1usize..30, 1..8)
    ) {
        let changes = pieces(seed, &cuts);
        let mut live = Sums::default();
        for change in &changes {
            live.merge(Sums::of_changes(std::slice::from_ref(change)));
        }
        let mut whole = Sums::default();
        whole.add(&changes.last().unwrap().after, 1);
        prop_assert_eq!(lines_of(&live), lines_of(&whole));
    }
}
