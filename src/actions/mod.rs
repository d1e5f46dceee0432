//! What can be asked of the ledger: one [`Action`](crate::ledger::Action) a file.
//!
//! A dialect reads a request into an action, the action decides, and the engine (`ledger`) stores what was decided. No action
//! knows a wire shape, and none imports `axum`, `http` or a dialect. Beside its action a file may hold the `Ledger` method that
//! records it, where asking takes more than one try.

pub mod calls;
pub mod dead_letters;
pub mod dialing;
pub mod leads;
pub mod log;
pub mod numbers;
pub mod people;
pub mod reports;
pub mod use_once;
