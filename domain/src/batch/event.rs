//! What can happen to a batch?

use crate::ids::LeadId;
use crate::time::Instant;
use serde::{Deserialize, Serialize};

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchEvent {
    BatchIssued(BatchIssued),
    /// Its time was over; recorded once by the minute tick, changes no answer.
    BatchExpired(BatchExpired),
}

impl BatchEvent {
    /// The stored type: written by hand, frozen by the golden files.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::BatchIssued(_) => "batch_issued",
            Self::BatchExpired(_) => "batch_expired",
        }
    }

    /// The version of the stored shape.
    pub const fn version(&self) -> &'static str {
        "1.0"
    }
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct BatchIssued {
    pub at: Instant,
    /// To whom, as metadata names a principal.
    pub holder: String,
    pub size_requested: u32,
    pub expires_at: Instant,
    pub leads: Vec<LeadId>,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct BatchExpired {
    pub at: Instant,
}
