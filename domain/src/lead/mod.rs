//! The lead: one number to be called, everything said about it, and what follows from that.
//!
//! [`state`] folds events; [`timeline`] derives every status; one file for each behaviour decides.

pub mod access;
pub mod attempt;
mod attempt_event;
pub mod attempts;
mod attempts_index;
pub mod command;
mod decided;
pub mod details;
pub mod dialability;
pub mod event;
mod hear;
mod held_keys;
pub mod name;
pub mod notes;
mod sales_event;
pub mod state;
mod suppression;
pub mod timeline;

pub mod add_note;
pub mod assign;
pub mod capture;
pub mod change_details;
pub mod close;
pub mod delete;
pub mod grade;
pub mod lease;
pub mod lift_suppression;
pub mod place_call;
pub mod plan_call;
pub mod record_campaign;
pub mod record_interest;
pub mod report_attempt;
pub mod requeue;
pub mod schedule;
pub mod set_panel_status;
pub mod set_stage;
pub mod submission;
pub mod take_up;

pub use attempts_index::Among;
pub use command::{LeadCommand, decide};
pub use event::LeadEvent;
pub use state::Lead;

#[cfg(test)]
pub(crate) mod given;
