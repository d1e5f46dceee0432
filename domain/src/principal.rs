//! Who asks, and what may they do? Every surface's credential becomes one of these (C-06).

use crate::ids::{AgentId, CredentialId};
use crate::status::words;

words! {
    /// What a person is (C-36). `agent` and `telecaller` are one role under two names.
    Role {
        Admin = "admin",
        Supervisor = "supervisor",
        Telecaller = "telecaller",
        Agent = "agent",
        Auditor = "auditor",
        Analyst = "analyst",
    }
}

impl Role {
    /// Whether people of this role take calls.
    pub const fn takes_calls(self) -> bool {
        match self {
            Self::Telecaller | Self::Agent => true,
            Self::Admin | Self::Supervisor | Self::Auditor | Self::Analyst => false,
        }
    }
}

words! {
    /// What a machine's credential may do, or a person beyond their role.
    Scope {
        /// Ask for batches and report results.
        Dialer = "dialer",
        /// Flip the dialing switch with a report (C-18).
        DialerSwitch = "dialer:switch",
        /// Send what agents found interested.
        FromDialer = "from_dialer",
        /// Answer what agents submit (C-36).
        LeadsQualify = "leads:qualify",
    }
}

impl Scope {
    /// Whether it is people who may have it; the others are for machines.
    pub const fn is_for_people(self) -> bool {
        match self {
            Self::LeadsQualify => true,
            Self::Dialer | Self::DialerSwitch | Self::FromDialer => false,
        }
    }
}

/// Who asks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Principal {
    /// The service itself, or its operator at the command line.
    System,
    Machine(CredentialId),
    Person {
        id: AgentId,
        role: Role,
    },
}

impl Principal {
    /// How metadata names it: no name, no key, only ids.
    pub fn label(&self) -> String {
        match self {
            Self::System => "system".to_owned(),
            Self::Machine(id) => format!("credential:{id}"),
            Self::Person { id, .. } => format!("agent:{id}"),
        }
    }
}
