//! One test binary: the tree below mirrors the sources, `support` holds the service under test and its clients.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod architecture;
mod cli;
mod dialects;
mod faults;
mod http;
mod ledger;
mod live;
mod mutations;
mod secrets;
mod simulation;
mod support;
mod ui;
