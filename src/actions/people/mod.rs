//! What can be asked of people and machines: who may come in, and what may they do?

pub mod agents;
pub mod change;
pub mod log_ins_failed;
pub mod machines;
pub mod place;
pub mod register;
