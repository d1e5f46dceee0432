//! What is stored is read for ever: a changed shape needs a new version and an upcaster, not a new golden file.
#![expect(clippy::panic, reason = "a test that cannot go on fails")]

use domain::sample;
use domain::stored::{decode, encode};

#[test]
fn the_stored_shapes_are_those_of_the_golden_files() {
    for (name, event) in sample::one_of_each() {
        let file = format!("{}/golden/{name}.{}.json", env!("CARGO_MANIFEST_DIR"), event.version());
        let frozen = std::fs::read_to_string(&file).unwrap_or_else(|_| panic!("{file} is missing"));
        assert_eq!(encode(&event), frozen.trim_end(), "{file}");
        assert_eq!(decode(event.kind(), name, event.version(), frozen.trim_end()), Ok(event));
    }
}
