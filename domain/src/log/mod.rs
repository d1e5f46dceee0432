//! The log itself: what operators say of it. One stream, `log/default`.

pub mod event;
pub mod set_aside;

pub use event::LogEvent;
pub use set_aside::{Log, LogCommand, decide};
