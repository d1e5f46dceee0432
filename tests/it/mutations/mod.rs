//! Whatever is made of the field's own inputs by chance: no reader panics, no surface answers 5xx, and nothing counts as a
//! number that is none. `LEDGER_MUTATIONS` says how many are tried on each reader; the corpus is that of the fuzz targets.

mod mutate;
mod readers;
mod surfaces;

use mutate::Mutator;

/// Mutations of each corpus where nobody says.
const MUTATIONS: usize = 4_000;

/// How many mutations were asked for, or `usual`.
fn asked(usual: usize) -> usize {
    #[expect(clippy::disallowed_methods, reason = "how long a test runs is no setting of the service")]
    let given = std::env::var("LEDGER_MUTATIONS").ok();
    given.and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Reads mutations of that corpus.
fn try_out(target: &str, seed: u64, read: fn(&[u8])) {
    let mut mutator = Mutator::new(target, seed);
    for bytes in mutator.corpus() {
        read(bytes);
    }
    for _ in 0..asked(MUTATIONS) {
        let bytes = mutator.next();
        let read = std::panic::catch_unwind(|| read(&bytes));
        assert!(read.is_ok(), "{target}: {:?}", String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn instants_are_read_or_refused() {
    try_out("instants", 1, readers::instants);
}

#[test]
fn phones_are_numbers_or_none() {
    try_out("phones", 2, readers::phones);
}

#[test]
fn json_bodies_are_read_or_refused() {
    try_out("json_bodies", 3, readers::json_bodies);
}

#[test]
fn forms_are_read_or_refused() {
    try_out("forms", 4, readers::forms);
}

#[test]
fn bodies_of_advertisements_are_read_or_refused() {
    try_out("meta", 5, readers::meta);
}

#[test]
fn callbacks_are_read_or_refused() {
    try_out("twilio", 6, readers::twilio);
}
