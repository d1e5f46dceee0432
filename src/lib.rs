#![doc = include_str!("../README.md")]

pub mod call_provider;
pub mod cli;
pub mod clock;
pub mod config;
pub mod dialects;
pub mod http;
pub mod lead_file;
pub mod ledger;
pub mod log_in;
pub mod number_file;
pub mod postgres;
pub mod shutdown;
pub mod state;
pub mod telemetry;
pub mod ui;
pub mod work;
