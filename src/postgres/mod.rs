//! Which PostgreSQL does the ledger talk to, and who starts it?
//!
//! Reading order: `embedded` (the service's own server) and `throwaway` (the tests' server) at the
//! top; below them `data_directory` (where), `account` (as whom), `programs` (with what),
//! `install` (how the programs come to a machine without them), `cluster` (the directory of one database cluster), `server`
//! (one running process) and `socket`.

pub mod embedded;
pub mod throwaway;

pub mod data_directory;
pub mod embedded_error;

mod account;
mod cluster;
mod install;
#[cfg(test)]
mod install_tests;
pub mod pool;
mod programs;
mod server;
mod socket;
pub mod supervise;
