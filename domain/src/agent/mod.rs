//! The agent: everyone who logs in or takes calls, human or not (C-03).

pub mod command;
pub mod event;
pub mod hours;
pub mod state;

pub mod change;
pub mod change_password;
pub mod delete;
pub mod note_failures;
pub mod place;
pub mod register;
pub mod set_active;
pub mod set_dial_policy;
pub mod set_extra;
pub mod set_scopes;

pub use command::{AgentCommand, decide};
pub use event::AgentEvent;
pub use state::Agent;
