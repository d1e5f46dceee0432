//! What can be asked of a credential?

use super::event::{
    Configuration, CredentialAdded, CredentialConfigured, CredentialEvent, KeyAdded, KeyRevoked,
};
use super::state::Credential;
use crate::Refusal;
use crate::time::Instant;

#[derive(Clone, Debug)]
pub enum CredentialCommand {
    Add(CredentialAdded),
    AddKey { at: Instant, fingerprint: String },
    RevokeKey { at: Instant, fingerprint: String },
    Configure { at: Instant, configuration: Configuration },
}

/// What follows from a command: the events, none where all is so already.
pub fn decide(credential: &Credential, command: &CredentialCommand) -> Result<Vec<CredentialEvent>, Refusal> {
    match command {
        CredentialCommand::Add(_) if credential.exists() => Err(Refusal::AlreadyExists),
        CredentialCommand::Add(added) => Ok(vec![CredentialEvent::CredentialAdded(added.clone())]),
        CredentialCommand::AddKey { .. }
        | CredentialCommand::RevokeKey { .. }
        | CredentialCommand::Configure { .. }
            if !credential.exists() =>
        {
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
        CredentialCommand::Configure { configuration, .. } if *configuration == credential.configuration => {
            Ok(Vec::new())
        }
        CredentialCommand::Configure { at, configuration } => {
            let zone = configuration.timezone.as_deref();
            if zone.is_some_and(|zone| zone.parse::<chrono_tz::Tz>().is_err()) {
                return Err(Refusal::TimeZoneIsUnknown);
            }
            let (at, configuration) = (*at, configuration.clone());
            let configured = CredentialConfigured { at, configuration };
            Ok(vec![CredentialEvent::CredentialConfigured(configured)])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::event::Profile;
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

    /// C-05, C-07
    #[test]
    fn how_a_machine_is_read_is_kept_and_its_zone_must_exist() {
        let mut credential = Credential { num: 1, ..Credential::default() };
        let configure = |timezone: &str| CredentialCommand::Configure {
            at: Instant::UNIX_EPOCH,
            configuration: Configuration {
                profile: Profile::Vicidial,
                timezone: Some(timezone.to_owned()),
                ..Configuration::default()
            },
        };
        assert_eq!(decide(&credential, &configure("Mars/Olympus")), Err(Refusal::TimeZoneIsUnknown));
        for event in decide(&credential, &configure("Europe/London")).unwrap() {
            credential.apply(event);
        }
        assert_eq!(credential.configuration.profile, Profile::Vicidial);
        assert_eq!(decide(&credential, &configure("Europe/London")), Ok(Vec::new()));
    }
}
