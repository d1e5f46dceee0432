//! What is stored is read for ever: a changed shape needs a new version and an upcaster, not a new golden file.
#![expect(clippy::panic, reason = "a test that cannot go on fails")]

use domain::dialing::DialingEvent;
use domain::lead::LeadEvent;
use domain::sample;
use domain::stored::{decode, encode};
use domain::stream::{Event, StreamKind};

#[test]
fn the_stored_shapes_are_those_of_the_golden_files() {
    for (name, event) in sample::one_of_each() {
        let file = format!("{}/golden/{name}.{}.json", env!("CARGO_MANIFEST_DIR"), event.version());
        let frozen = std::fs::read_to_string(&file).unwrap_or_else(|_| panic!("{file} is missing"));
        assert_eq!(encode(&event), frozen.trim_end(), "{file}");
        assert_eq!(decode(event.kind(), name, event.version(), frozen.trim_end()), Ok(event));
    }
}

/// C-44: before it was said, each requeue lifted the suppression.
#[test]
fn a_requeue_of_version_1_0_is_read_as_one_that_lifts_the_suppression() {
    let file = format!("{}/golden/lead_requeued.1.0.json", env!("CARGO_MANIFEST_DIR"));
    let frozen = std::fs::read_to_string(file).unwrap();
    let event = decode(StreamKind::Lead, "lead_requeued", "1.0", frozen.trim_end());
    let Ok(Event::Lead(LeadEvent::LeadRequeued(requeued))) = event else { panic!("{event:?}") };
    assert!(requeued.lifts_suppression);
}

/// A switch that was flipped before version 1.1: the lead of the report says that a dialer did it.
#[test]
fn a_switch_of_version_1_0_is_still_read() {
    let file = format!("{}/golden/dialer_switch_set.1.0.json", env!("CARGO_MANIFEST_DIR"));
    let frozen = std::fs::read_to_string(file).unwrap();
    let event = decode(StreamKind::Dialing, "dialer_switch_set", "1.0", frozen.trim_end());
    let Ok(Event::Dialing(DialingEvent::DialerSwitchSet(set))) = event else { panic!("{event:?}") };
    assert!(set.is_by_dialer() && set.person.is_none());
}
