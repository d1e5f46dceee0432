//! What is an agent now? The fold of its events.

use super::event::{AgentChanged, AgentEvent, AgentKind, AgentRegistered, Profile};
use super::hours::BusinessHours;
use crate::ids::AgentId;
use crate::keys::Key;
use crate::lead::attempt::DialPolicy;
use crate::principal::{Role, Scope};
use crate::stream::{StreamKind, held_num};
use crate::time::Instant;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

/// An agent as its events made it. `num` 0: nothing has happened yet.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Agent {
    pub num: i64,
    pub kind: AgentKind,
    pub role: Role,
    pub department: Option<String>,
    pub dialer_user_id: Option<String>,
    pub policy: DialPolicy,
    pub person: Profile,
    pub is_active: bool,
    /// Rises with every password change and deactivation; tokens of an older epoch are void.
    pub token_epoch: u32,
    pub registered_at: Instant,
    pub changed_at: Instant,
    pub deleted_at: Option<Instant>,
    /// What the agent may do beyond its role.
    pub scopes: Vec<Scope>,
    /// Within which its leads are called; `None`: at any hour.
    pub hours: Option<BusinessHours>,
    /// Who leads it.
    pub supervisor_id: Option<AgentId>,
    /// What clients say of it that no rule uses, by their own names.
    #[serde(default)]
    pub extra: Map<String, Value>,
    /// When it was last noted that many log-ins failed.
    pub log_ins_failed_at: Option<Instant>,
}

impl Default for Agent {
    fn default() -> Self {
        Self {
            num: 0,
            kind: AgentKind::Human,
            role: Role::Agent,
            department: None,
            dialer_user_id: None,
            policy: DialPolicy::default(),
            person: Profile::default(),
            is_active: false,
            token_epoch: 0,
            registered_at: Instant::UNIX_EPOCH,
            changed_at: Instant::UNIX_EPOCH,
            deleted_at: None,
            scopes: Vec::new(),
            hours: None,
            supervisor_id: None,
            extra: Map::new(),
            log_ins_failed_at: None,
        }
    }
}

impl Agent {
    /// Whether it was ever registered.
    pub fn exists(&self) -> bool {
        self.num > 0
    }

    /// Whether it was registered and not deleted since.
    pub fn is_there(&self) -> bool {
        self.exists() && self.deleted_at.is_none()
    }

    /// Its integer id, and the log-in names it holds; a deleted agent gives the names up (C-13).
    pub fn held_keys(&self, id: Uuid) -> Vec<(Key, String, Option<Instant>)> {
        let mut keys = held_num(StreamKind::Agent, self.num, id);
        if self.deleted_at.is_some() {
            return keys;
        }
        let names = [
            self.person.username.as_deref().map(Key::username),
            self.person.email.as_deref().map(Key::email),
            self.dialer_user_id.as_deref().map(Key::dialer_user_id),
        ];
        keys.extend(names.into_iter().flatten().map(|key| (key, id.to_string(), None)));
        keys
    }

    /// Takes in one event.
    pub fn apply(&mut self, event: AgentEvent) {
        match event {
            AgentEvent::AgentRegistered(e) => self.registered(*e),
            AgentEvent::PasswordChanged(e) => {
                self.changed_at = e.at;
                self.token_epoch += 1;
            }
            AgentEvent::AgentActivated(e) => {
                self.changed_at = e.at;
                self.is_active = true;
            }
            AgentEvent::AgentDeactivated(e) => {
                self.changed_at = e.at;
                self.is_active = false;
                self.token_epoch += 1;
            }
            AgentEvent::AgentChanged(e) => self.changed(*e),
            AgentEvent::AgentDeleted(e) => {
                self.changed_at = e.at;
                self.deleted_at = Some(e.at);
                self.is_active = false;
                self.token_epoch += 1;
            }
            AgentEvent::DialPolicySet(e) => {
                self.changed_at = e.at;
                self.policy = e.policy;
                self.hours = e.hours;
            }
            AgentEvent::AgentPlaced(e) => {
                self.changed_at = e.at;
                self.department = e.department;
                self.supervisor_id = e.supervisor_id;
            }
            AgentEvent::AgentExtraSet(e) => {
                self.changed_at = e.at;
                self.extra.extend(e.person.extra);
            }
            AgentEvent::LogInsFailed(e) => self.log_ins_failed_at = Some(e.at),
            AgentEvent::ScopesSet(e) => {
                self.changed_at = e.at;
                self.scopes = e.scopes;
            }
        }
    }

    /// Whether it may answer what agents submit: qualifiers, and those who lead (C-36).
    pub fn may_qualify(&self) -> bool {
        match self.role {
            Role::Admin | Role::Supervisor => true,
            Role::Telecaller | Role::Agent => self.scopes.contains(&Scope::LeadsQualify),
            Role::Auditor | Role::Analyst => false,
        }
    }

    fn registered(&mut self, e: AgentRegistered) {
        *self = Self {
            num: e.num,
            kind: e.kind,
            role: e.role,
            department: e.department,
            dialer_user_id: e.dialer_user_id,
            policy: e.policy,
            person: e.person,
            is_active: true,
            registered_at: e.at,
            changed_at: e.at,
            ..Self::default()
        };
    }

    fn changed(&mut self, e: AgentChanged) {
        self.changed_at = e.at;
        self.role = e.role.unwrap_or(self.role);
        let (known, new) = (&mut self.person, e.person);
        known.first_name = new.first_name.unwrap_or_else(|| std::mem::take(&mut known.first_name));
        known.last_name = new.last_name.unwrap_or_else(|| std::mem::take(&mut known.last_name));
        for (known, new) in [
            (&mut known.username, new.username),
            (&mut known.email, new.email),
            (&mut known.phone, new.phone),
        ] {
            if let Some(new) = new {
                *known = Some(new).filter(|new| !new.is_empty());
            }
        }
    }
}
