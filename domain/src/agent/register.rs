//! An agent is registered. That its log-in names are nobody else's is the ledger's to check: they are claims.

use super::event::{AgentEvent, AgentKind, AgentRegistered, Profile};
use super::state::Agent;
use crate::Refusal;
use crate::lead::attempt::DialPolicy;
use crate::principal::Role;
use crate::time::Instant;

#[derive(Clone, Debug)]
pub struct RegisterAgent {
    pub at: Instant,
    pub num: i64,
    pub kind: AgentKind,
    pub role: Role,
    pub department: Option<String>,
    pub dialer_user_id: Option<String>,
    pub policy: DialPolicy,
    pub person: Profile,
}

impl RegisterAgent {
    pub fn decide(&self, agent: &Agent) -> Result<Vec<AgentEvent>, Refusal> {
        if agent.exists() {
            return Err(Refusal::AlreadyExists);
        }
        if self.person.username.as_deref().is_some_and(|name| !is_username(name)) {
            return Err(Refusal::UsernameIsMalformed);
        }
        if self.person.email.as_deref().is_some_and(|address| !is_email(address)) {
            return Err(Refusal::EmailIsMalformed);
        }
        Ok(vec![AgentEvent::AgentRegistered(Box::new(AgentRegistered {
            at: self.at,
            num: self.num,
            kind: self.kind,
            role: self.role,
            department: self.department.clone(),
            dialer_user_id: self.dialer_user_id.clone(),
            policy: self.policy,
            person: self.person.clone(),
        }))])
    }
}

/// 1 to 64 characters, none of them `@`, white space or a control character (C-13).
pub(super) fn is_username(name: &str) -> bool {
    let odd = |c: char| c == '@' || c.is_whitespace() || c.is_control();
    (1..=64).contains(&name.chars().count()) && !name.chars().any(odd)
}

/// One `@` with something on both sides; long endings and bare hosts are fine, spaces are not.
pub fn is_email(address: &str) -> bool {
    let plain = !address.chars().any(|c| c.is_whitespace() || c.is_control()) && address.len() <= 254;
    plain && address.split_once('@').is_some_and(|(a, b)| !a.is_empty() && !b.is_empty() && !b.contains('@'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn register(username: &str, email: &str) -> RegisterAgent {
        RegisterAgent {
            at: Instant::UNIX_EPOCH,
            num: 1,
            kind: AgentKind::Human,
            role: Role::Agent,
            department: None,
            dialer_user_id: None,
            policy: DialPolicy::default(),
            person: Profile {
                username: Some(username.to_owned()),
                email: Some(email.to_owned()),
                ..Profile::default()
            },
        }
    }

    #[test]
    fn a_user_name_has_no_at_sign_and_an_address_has_one() {
        let none = Agent::default();
        assert!(register("CalebG", "caleb@margav.energy").decide(&none).is_ok());
        assert_eq!(register("a@b", "a@b").decide(&none), Err(Refusal::UsernameIsMalformed));
        assert_eq!(register("a", "nobody").decide(&none), Err(Refusal::EmailIsMalformed));
        assert_eq!(register("a", "a@b@c").decide(&none), Err(Refusal::EmailIsMalformed));
    }
}
