//! What do all dialects share? Who calls, from where, how a body is read, what every answer carries. No dialect's words.

pub mod body;
pub mod client_address;
pub mod conditional;
pub mod connections;
pub mod credentials;
pub mod decode;
pub mod descriptors;
pub mod encoding;
pub mod examples;
pub mod fields;
pub mod health;
pub mod idempotency;
pub mod json;
pub mod limits;
pub mod log_in_limits;
pub mod openapi;
pub mod path;
pub mod query;
pub mod request;
pub mod serve;
pub mod signatures;
pub mod tokens;
pub mod upload;
pub mod values;
pub mod wire;
pub mod written;
