//! What can be asked of dialing: open the ledger, set the schedule.

pub mod name_campaigns;
pub mod open;
pub mod set_schedule;
