//! What goes on without being asked? Following the log, settling keys, folding anew, the minute tick, rebuilds.

pub mod bulks;
pub mod calls;
pub mod follow;
pub mod rebuilds;
pub mod refold;
pub mod remembered;
pub mod settle;
pub mod tick;
pub mod verifications;
