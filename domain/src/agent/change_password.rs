//! A password changes: the ledger keeps that it did, the `secrets` table keeps the hash.

use super::event::{AgentEvent, PasswordChanged};
use super::state::Agent;
use crate::Refusal;
use crate::time::Instant;

#[derive(Clone, Debug)]
pub struct ChangePassword {
    pub at: Instant,
}

impl ChangePassword {
    pub fn decide(&self, agent: &Agent) -> Result<Vec<AgentEvent>, Refusal> {
        if !agent.is_there() {
            return Err(Refusal::AgentIsUnknown);
        }
        Ok(vec![AgentEvent::PasswordChanged(PasswordChanged { at: self.at })])
    }
}

/// Whether a password may be used at all: 8 to 200 characters, so that hashing it stays affordable.
pub fn check_password(password: &str) -> Result<(), Refusal> {
    if (8..=200).contains(&password.chars().count()) { Ok(()) } else { Err(Refusal::PasswordIsMalformed) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_makes_older_tokens_void() {
        let mut agent = Agent { num: 1, ..Agent::default() };
        for event in (ChangePassword { at: Instant::UNIX_EPOCH }).decide(&agent).unwrap() {
            agent.apply(event);
        }
        assert_eq!(agent.token_epoch, 1);
    }
}
