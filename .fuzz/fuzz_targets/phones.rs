//! Any bytes as phones, through every reader of them.
#![no_main]

#[path = "../../tests/it/mutations/readers.rs"]
mod readers;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| readers::phones(bytes));
