//! What can operators say of the log?

use crate::time::Instant;
use serde::{Deserialize, Serialize};

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogEvent {
    PositionSetAside(PositionSetAside),
}

impl LogEvent {
    /// The stored type: written by hand, frozen by the golden files.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::PositionSetAside(_) => "position_set_aside",
        }
    }

    /// The version of the stored shape.
    pub const fn version(&self) -> &'static str {
        "1.0"
    }
}

/// The event at a position cannot be read and is to have no effect: folds, rebuilds and checks go on behind it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PositionSetAside {
    pub at: Instant,
    pub position: i64,
    pub person: Reason,
}

/// Why, in the operator's own words.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Reason {
    pub text: String,
}
