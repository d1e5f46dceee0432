//! What can happen to an agent? Password hashes are never among it: they live in the `secrets` table.

use super::hours::BusinessHours;
use crate::ids::AgentId;
use crate::lead::attempt::DialPolicy;
use crate::principal::{Role, Scope};
use crate::status::words;
use crate::time::Instant;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentEvent {
    AgentRegistered(Box<AgentRegistered>),
    /// The new hash was stored with it; every token given out before is void.
    PasswordChanged(PasswordChanged),
    AgentActivated(AgentActivated),
    AgentDeactivated(AgentDeactivated),
    AgentChanged(Box<AgentChanged>),
    AgentDeleted(AgentDeleted),
    ScopesSet(ScopesSet),
    DialPolicySet(Box<DialPolicySet>),
    AgentPlaced(AgentPlaced),
    AgentExtraSet(Box<ExtraSet>),
    /// Many log-ins failed, from many addresses.
    LogInsFailed(LogInsFailed),
}

impl AgentEvent {
    /// The stored type: written by hand, frozen by the golden files.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::AgentRegistered(_) => "agent_registered",
            Self::PasswordChanged(_) => "password_changed",
            Self::AgentActivated(_) => "agent_activated",
            Self::AgentDeactivated(_) => "agent_deactivated",
            Self::AgentChanged(_) => "agent_changed",
            Self::AgentDeleted(_) => "agent_deleted",
            Self::ScopesSet(_) => "scopes_set",
            Self::DialPolicySet(_) => "dial_policy_set",
            Self::AgentPlaced(_) => "agent_placed",
            Self::AgentExtraSet(_) => "agent_extra_set",
            Self::LogInsFailed(_) => "log_ins_failed",
        }
    }

    /// The version of the stored shape.
    pub const fn version(&self) -> &'static str {
        "1.0"
    }
}

words! {
    /// Who takes the calls.
    AgentKind {
        Human = "human",
        Ai = "ai",
    }
}

/// The personal values of an agent.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    pub first_name: String,
    pub last_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// First and last name of a name that is one text: split at its first blank (C-03).
pub fn split_name(name: &str) -> (String, String) {
    let (first, last) = name.trim().split_once(' ').unwrap_or((name.trim(), ""));
    (first.to_owned(), last.trim().to_owned())
}

impl Profile {
    /// First and last name, as far as known.
    pub fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name).trim().to_owned()
    }
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct AgentRegistered {
    pub at: Instant,
    pub num: i64,
    pub kind: AgentKind,
    pub role: Role,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// The name by which a dialer knows the agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dialer_user_id: Option<String>,
    pub policy: DialPolicy,
    pub person: Profile,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct PasswordChanged {
    pub at: Instant,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct AgentActivated {
    pub at: Instant,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct AgentDeactivated {
    pub at: Instant,
}

/// What is given is the new value; the rest stays. An empty text takes a value away.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct AgentChanged {
    pub at: Instant,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    pub person: ProfileChange,
}

/// The personal values that change.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ProfileChange {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct AgentDeleted {
    pub at: Instant,
}

/// What somebody may do beyond their role, from now on.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ScopesSet {
    pub at: Instant,
    pub scopes: Vec<Scope>,
}

/// How often, how soon and within which hours the agent's leads are called, from now on.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct DialPolicySet {
    pub at: Instant,
    pub policy: DialPolicy,
    /// `None`: at any hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<BusinessHours>,
}

/// Department and supervisor, from now on.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct AgentPlaced {
    pub at: Instant,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supervisor_id: Option<AgentId>,
}

/// What a client says of the agent that no rule uses, from now on: these members, beside the others that are known.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ExtraSet {
    pub at: Instant,
    pub person: Extra,
}

/// Members by the client's own names, as the client sent them.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Extra {
    pub extra: Map<String, Value>,
}

/// Somebody tries passwords of this account from many addresses (C-48).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LogInsFailed {
    pub at: Instant,
    pub failures: u32,
    pub within_minutes: u32,
}
