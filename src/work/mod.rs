//! What goes on without being asked? Following the log, the minute tick, rebuilds.

pub mod follow;
pub mod rebuilds;
pub mod tick;
