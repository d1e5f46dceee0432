//! The dead letter: a report whose sender is known but whose subject is not. Kept until a person resolves it.

pub mod command;
pub mod event;
pub mod state;

pub use command::{DeadLetterCommand, decide};
pub use event::DeadLetterEvent;
pub use state::DeadLetter;
