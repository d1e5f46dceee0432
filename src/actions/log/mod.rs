//! What operators can ask of the log and its keys: set a position aside, settle and rebuild keys.

pub mod rebuild_keys;
pub mod set_aside;
pub mod settle;
