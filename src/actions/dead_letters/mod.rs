//! What can be asked of input that was kept unread: set it aside, resolve it.

pub mod quarantine;
pub mod resolve;
