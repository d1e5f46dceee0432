//! What goes on without being asked? Following the log, the minute tick, rebuilds.

pub mod bulks;
pub mod calls;
pub mod follow;
pub mod rebuilds;
pub mod remembered;
pub mod tick;
