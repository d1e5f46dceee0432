//! What can be asked of the panel's numbers: add and change many at once.

pub mod add;
pub mod change;
