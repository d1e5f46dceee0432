//! What can happen to a call? The stored shapes, part of [`super::event`].

use super::attempt::{Answered, DialPolicy};
use super::event::Note;
use crate::ids::{AgentId, AttemptId, BatchId, FactId};
use crate::keys::Key;
use crate::outcome::Outcome;
use crate::status::words;
use crate::time::Instant;
use crate::verdict::{FactSource, Remarks};
use serde::{Deserialize, Serialize};

/// The first report of an attempt. Its fact's id is the attempt's.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct AttemptReported {
    pub at: Instant,
    pub attempt_id: AttemptId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch_id: Option<BatchId>,
    /// As stated by the reporter.
    pub attempted_at: Instant,
    pub source: FactSource,
    pub outcome: Outcome,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<u32>,
    /// The dial policy as it was when this was decided, so that no fold has to look it up.
    pub policy: DialPolicy,
    pub answered: Answered,
    #[serde(default, skip_serializing_if = "Remarks::is_empty")]
    pub person: Remarks,
}

/// A further report of a known attempt: another outcome (revised) or other remarks (annotated).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct FactAdded {
    pub at: Instant,
    pub attempt_id: AttemptId,
    pub fact_id: FactId,
    pub source: FactSource,
    pub outcome: Outcome,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<u32>,
    pub answered: Answered,
    #[serde(default, skip_serializing_if = "Remarks::is_empty")]
    pub person: Remarks,
}

words! {
    /// Who called whom.
    Direction {
        Outbound = "outbound",
        Inbound = "inbound",
    }
}

impl Direction {
    const fn outbound() -> Self {
        Self::Outbound
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
    fn is_outbound(&self) -> bool {
        *self == Self::Outbound
    }
}

/// A call as its provider knows it.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct ProviderCall {
    /// The provider's name: `simulated`, `twilio`.
    pub provider: String,
    /// The provider's own id, which its later reports name.
    pub id: String,
}

impl ProviderCall {
    /// The key by which the call leads to its lead.
    pub fn key(&self) -> Key {
        Key::call(&self.provider, &self.id)
    }
}

/// A provider took a call that it was asked to place, or somebody called us.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CallPlaced {
    pub at: Instant,
    pub attempt_id: AttemptId,
    #[serde(default = "Direction::outbound", skip_serializing_if = "Direction::is_outbound")]
    pub direction: Direction,
    pub call: ProviderCall,
}

/// A person means to call the lead, or changes what they meant before under the same id. It is no attempt until it
/// happens: then an attempt of that id is reported.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CallPlanned {
    pub at: Instant,
    /// The id that the attempt will have.
    pub attempt_id: AttemptId,
    /// When it is to be made.
    pub due_at: Instant,
    /// Who is to call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
    #[serde(default = "Direction::outbound", skip_serializing_if = "Direction::is_outbound")]
    pub direction: Direction,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Note>,
}

/// A call is in no list any more: a planned one will not be made, an attempt is hidden. What the attempt did to the lead,
/// and what metrics count, stays: the phone rang.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CallDeleted {
    pub at: Instant,
    pub attempt_id: AttemptId,
}
