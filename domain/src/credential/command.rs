//! What can be asked of a credential?

use super::event::{CredentialAdded, CredentialEvent, KeyAdded, KeyRevoked};
use super::state::Credential;
use crate::Refusal;
use crate::time::Instant;

#[derive(Clone, Debug)]
pub enum CredentialCommand {
    Add(CredentialAdded),
    AddKey { at: Instant, fingerprint: String },
    RevokeKey { at: Instant, fingerprint: String },
}

/// What follows from a command: the events, none where all is so already.
pub fn decide(credential: &Credential, command: &CredentialCommand) -> Result<Vec<CredentialEvent>, Refusal> {
    match command {
        CredentialCommand::Add(_) if credential.exists() => Err(Refusal::AlreadyExists),
        CredentialCommand::Add(added) => Ok(vec![CredentialEvent::CredentialAdded(added.clone())]),
        CredentialCommand::AddKey { .. } | CredentialCommand::RevokeKey { .. } if !credential.exists() => {
            Err(Refusal::CredentialIsUnknown)
        }
        CredentialCommand::AddKey { at, fingerprint } => Ok(if credential.keys.contains(fingerprint) {
            Vec::new()
        } else {
            vec![CredentialEvent::KeyAdded(KeyAdded { at: *at, fingerprint: fingerprint.clone() })]
        }),
        CredentialCommand::RevokeKey { at, fingerprint } => Ok(if credential.keys.contains(fingerprint) {
            vec![CredentialEvent::KeyRevoked(KeyRevoked { at: *at, fingerprint: fingerprint.clone() })]
        } else {
            Vec::new()
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::principal::Scope;

    #[test]
    fn keys_come_and_go_and_saying_so_twice_changes_nothing() {
        let mut credential = Credential::default();
        let at = Instant::UNIX_EPOCH;
        let key = |n: &str| CredentialCommand::AddKey { at, fingerprint: n.to_owned() };
        assert_eq!(decide(&credential, &key("a")), Err(Refusal::CredentialIsUnknown));
        let added = CredentialAdded {
            at,
            num: 1,
            name: "d".into(),
            scopes: vec![Scope::Dialer],
            region: "IR".into(),
        };
        for command in [CredentialCommand::Add(added), key("a"), key("b")] {
            for event in decide(&credential, &command).unwrap() {
                credential.apply(event);
            }
        }
        assert_eq!(decide(&credential, &key("a")), Ok(Vec::new()));
        let revoke = CredentialCommand::RevokeKey { at, fingerprint: "a".to_owned() };
        for event in decide(&credential, &revoke).unwrap() {
            credential.apply(event);
        }
        assert_eq!(credential.keys.len(), 1);
    }
}
