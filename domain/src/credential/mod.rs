//! The credential: a machine that talks to the ledger, and the keys it may show.

pub mod command;
pub mod event;
pub mod state;

pub use command::{CredentialCommand, decide};
pub use event::CredentialEvent;
pub use state::Credential;
