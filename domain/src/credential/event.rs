//! What can happen to a credential? Keys appear by fingerprint only; their hashes live in the `secrets` table.

use crate::principal::Scope;
use crate::status::words;
use crate::time::Instant;
use serde::{Deserialize, Serialize};

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialEvent {
    CredentialAdded(CredentialAdded),
    KeyAdded(KeyAdded),
    KeyRevoked(KeyRevoked),
    CredentialConfigured(CredentialConfigured),
}

impl CredentialEvent {
    /// The stored type: written by hand, frozen by the golden files.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::CredentialAdded(_) => "credential_added",
            Self::KeyAdded(_) => "key_added",
            Self::KeyRevoked(_) => "key_revoked",
            Self::CredentialConfigured(_) => "credential_configured",
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

words! {
    /// Whose field names a dialer's clicks carry (C-05).
    Profile {
        /// As document 000 names them: `fullname` is the lead.
        Generic = "generic",
        /// As VICIdial's web form names them: `fullname` is the agent.
        Vicidial = "vicidial",
    }
}

words! {
    /// In which language's spelling of values a dialer's client signs (C-07).
    CanonicalForm {
        Js = "js",
        Python = "python",
        Php = "php",
    }
}

/// How a machine's requests are read. `None`: as the settings say.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Configuration {
    pub profile: Profile,
    pub canonical_form: CanonicalForm,
    /// Where its national phone numbers belong, two letters; `None`: as when it was added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The zone of the local times it sends; `None`: the ledger's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// Whether a `GET` of it may carry the key in its query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allow_query_key: Option<bool>,
    /// Whether its requests must be signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub require_hmac: Option<bool>,
}

impl Default for Configuration {
    fn default() -> Self {
        Self {
            profile: Profile::Generic,
            canonical_form: CanonicalForm::Js,
            region: None,
            timezone: None,
            allow_query_key: None,
            require_hmac: None,
        }
    }
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct CredentialConfigured {
    pub at: Instant,
    pub configuration: Configuration,
}
