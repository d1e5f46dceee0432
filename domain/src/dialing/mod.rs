//! Dialing: the switch, the windows, the holidays and the default policy of the whole ledger.

pub mod command;
pub mod event;
pub mod gate;
pub mod state;

pub mod open;
pub mod set_ad_names;
pub mod set_schedule;
pub mod set_switch;

pub use command::{DialingCommand, decide};
pub use event::DialingEvent;
pub use state::Dialing;
