//! What can be asked of people's own reports of a day, week or month.

pub mod file;
