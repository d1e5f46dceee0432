//! Any bytes as a text: both readers of files answer or refuse, and only phone numbers are taken for numbers.
#![no_main]

use lead_ledger::files::{Bounds, leads, numbers};
use libfuzzer_sys::fuzz_target;
use std::io::Cursor;

fuzz_target!(|bytes: &[u8]| {
    if bytes.starts_with(b"PK\x03\x04") {
        return;
    }
    let _ = leads::read(&mut Cursor::new(bytes), Bounds::upload(leads::ROWS_MAX));
    let _ = numbers::list(&mut Cursor::new(bytes), Bounds::upload(10_000), Default::default());
});
