//! What is a credential now? The fold of its events.

use super::event::{Configuration, CredentialEvent};
use crate::principal::Scope;
use crate::time::Instant;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A credential as its events made it. `num` 0: nothing has happened yet.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Credential {
    pub num: i64,
    pub name: String,
    pub scopes: Vec<Scope>,
    pub region: String,
    /// Fingerprints of the keys that may be shown.
    pub keys: BTreeSet<String>,
    pub added_at: Instant,
    pub configuration: Configuration,
}

impl Credential {
    /// Whether it was ever added.
    pub fn exists(&self) -> bool {
        self.num > 0
    }

    /// Whether it may do what `scope` names.
    pub fn has(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }

    /// Where its national phone numbers belong; two letters.
    pub fn region(&self) -> &str {
        self.configuration.region.as_deref().unwrap_or(&self.region)
    }

    /// Takes in one event.
    pub fn apply(&mut self, event: CredentialEvent) {
        match event {
            CredentialEvent::CredentialAdded(e) => {
                *self = Self {
                    num: e.num,
                    name: e.name,
                    scopes: e.scopes,
                    region: e.region,
                    keys: BTreeSet::new(),
                    added_at: e.at,
                    configuration: Configuration::default(),
                }
            }
            CredentialEvent::KeyAdded(e) => {
                self.keys.insert(e.fingerprint);
            }
            CredentialEvent::KeyRevoked(e) => {
                self.keys.remove(&e.fingerprint);
            }
            CredentialEvent::CredentialConfigured(e) => self.configuration = e.configuration,
        }
    }
}
