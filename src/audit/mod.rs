//! What can be explained from the log, read only: why a number was (not) dialed, what is behind a figure, which figures of
//! the past changed, whether the log is what it was.

pub mod chain;
pub mod dialability;
pub mod explain;
pub mod replay;
pub mod restatements;
pub mod told_events;
pub mod verification;
