//! What can happen to a credential? Keys appear by fingerprint only; their hashes live in the `secrets` table.

use crate::principal::Scope;
use crate::time::Instant;
use serde::{Deserialize, Serialize};

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialEvent {
    CredentialAdded(CredentialAdded),
    KeyAdded(KeyAdded),
    KeyRevoked(KeyRevoked),
}

impl CredentialEvent {
    /// The stored type: written by hand, frozen by the golden files.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::CredentialAdded(_) => "credential_added",
            Self::KeyAdded(_) => "key_added",
            Self::KeyRevoked(_) => "key_revoked",
        }
    }

    /// The version of the stored shape.
    pub const fn version(&self) -> &'static str {
        "1.0"
    }
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct CredentialAdded {
    pub at: Instant,
    pub num: i64,
    pub name: String,
    pub scopes: Vec<Scope>,
    /// Where its national phone numbers belong; two letters.
    pub region: String,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct KeyAdded {
    pub at: Instant,
    /// The first 16 hex digits of the key's SHA-256.
    pub fingerprint: String,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct KeyRevoked {
    pub at: Instant,
    pub fingerprint: String,
}
