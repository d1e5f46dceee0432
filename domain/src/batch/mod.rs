//! The batch: what one poll handed out. An index for people; the leads' own streams decide.

pub mod event;
pub mod issue;
pub mod state;

pub use event::BatchEvent;
pub use issue::{BatchCommand, decide};
pub use state::Batch;
