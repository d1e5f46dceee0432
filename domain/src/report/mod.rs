//! The report: what somebody says of their own day, week or month. Kept as said, with every edit; what the ledger knows of the
//! same time stands beside it when it is read (C-27).

pub mod command;
pub mod delete;
pub mod edit;
pub mod event;
pub mod file;
pub mod state;

pub use command::{ReportCommand, decide};
pub use event::ReportEvent;
pub use state::Report;
