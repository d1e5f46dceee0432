//! The rules of the lead ledger, and nothing else: no clock, no environment, no randomness, no network.
//!
//! Read in this order: [`ids`], [`phone`], [`time`] and [`text`] (how the field's values are read), [`outcome`] and [`status`] (the words),
//! [`lead`] (where almost everything happens), then the smaller streams, then [`stored`] (how an event is kept).

pub mod external_id;
pub mod ids;
mod iso8601;
pub mod phone;
pub mod search;
pub mod text;
pub mod time;

pub mod outcome;
pub mod quotient;
pub mod status;
pub mod verdict;

pub mod keys;
pub mod principal;
pub mod refusal;

pub mod agent;
pub mod batch;
pub mod credential;
pub mod dead_letter;
pub mod dialing;
pub mod lead;
pub mod log;
pub mod report;

mod aggregate;
pub mod rights;
pub mod sample;
pub mod stored;
pub mod stream;

pub use refusal::Refusal;
