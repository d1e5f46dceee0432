//! Who may log in? Registering people and setting passwords; the hash goes where no history is.

use crate::ledger::desk::Desk;
use crate::ledger::error::RecordError;
use crate::ledger::record::Action;
use argon2::password_hash::SaltString;
use argon2::password_hash::rand_core::OsRng;
use argon2::{Argon2, PasswordHash, PasswordHasher, PasswordVerifier};
use domain::agent::change_password::{ChangePassword, check_password, opaque};
use domain::agent::event::{AgentKind, Profile};
use domain::agent::register::RegisterAgent;
use domain::agent::set_active::SetActive;
use domain::agent::set_scopes::SetScopes;
use domain::agent::{AgentCommand, decide};
use domain::keys::Key;
use domain::lead::attempt::DialPolicy;
use domain::principal::{Role, Scope};
use domain::stream::{StreamId, StreamKind};
use uuid::Uuid;

/// The kind of secret that a password's hash is.
pub const PASSWORD: &str = "password";

/// Hashes a password in the form in which it is compared: argon2id, a salt of its own. Takes tens of milliseconds: not
/// for an async task.
pub fn hash_password(password: &str) -> Result<String, RecordError> {
    let salt = SaltString::generate(&mut OsRng);
    let hash = Argon2::default()
        .hash_password(opaque(password).as_bytes(), &salt)
        .map_err(|error| RecordError::Internal(error.to_string()))?;
    Ok(hash.to_string())
}

/// Whether a password is the one that was hashed; hashes of earlier releases are of the form that was typed, which is
/// tried second. Takes as long where there is no such hash.
pub fn verify_password(password: &str, hash: Option<&str>) -> bool {
    // Any well-formed hash will do for unknown names: what counts is the time.
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$\
                          kpYfBjAQjqzR4CaGkXcAMjkZTSm4NKvBLEhQCfcI8no";
    let is_known = hash.is_some();
    let parsed = PasswordHash::new(hash.unwrap_or(NOBODY));
    let is_it = |password: &str, hash: &PasswordHash<'_>| {
        Argon2::default().verify_password(password.as_bytes(), hash).is_ok()
    };
    let compared = opaque(password);
    let is_right =
        parsed.is_ok_and(|hash| is_it(&compared, &hash) || (compared != password && is_it(password, &hash)));
    is_right && is_known
}

/// Registers somebody. Names that others have are refused by their keys.
#[derive(Clone, Debug)]
pub struct Register {
    /// `None`: a new one.
    pub id: Option<Uuid>,
    pub kind: AgentKind,
    pub role: Role,
    pub department: Option<String>,
    pub dialer_user_id: Option<String>,
    pub policy: DialPolicy,
    pub scopes: Vec<Scope>,
    pub person: Profile,
    /// As made by [`hash_password`]; `None`: cannot log in.
    pub password_hash: Option<String>,
}

impl Action for Register {
    type Answer = Uuid;

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<Uuid, RecordError> {
        let id = self.id.unwrap_or_else(|| desk.new_id());
        let stream = StreamId::new(StreamKind::Agent, id);
        let agent = desk.agent(id).await?;
        let command = AgentCommand::Register(Box::new(RegisterAgent {
            at: desk.now(),
            num: desk.num(StreamKind::Agent).await?,
            kind: self.kind,
            role: self.role,
            department: self.department.clone(),
            dialer_user_id: self.dialer_user_id.clone(),
            policy: self.policy,
            person: self.person.clone(),
        }));
        desk.append(stream, decide(&agent, &command)?);
        let agent = desk.agent(id).await?;
        let scopes = SetScopes { at: desk.now(), scopes: self.scopes.clone() };
        desk.append(stream, decide(&agent, &AgentCommand::SetScopes(scopes))?);
        if let Some(hash) = &self.password_hash {
            desk.secret(PASSWORD, id.to_string(), Some(hash.clone()));
        }
        Ok(id)
    }
}

/// Sets a password; every token given out before is void.
#[derive(Clone, Debug)]
pub struct SetPassword {
    pub id: Uuid,
    pub password_hash: String,
}

impl Action for SetPassword {
    type Answer = ();

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<(), RecordError> {
        let agent = desk.agent(self.id).await?;
        let command = AgentCommand::ChangePassword(ChangePassword { at: desk.now() });
        desk.append(StreamId::new(StreamKind::Agent, self.id), decide(&agent, &command)?);
        desk.secret(PASSWORD, self.id.to_string(), Some(self.password_hash.clone()));
        Ok(())
    }
}

/// Switches somebody on or off.
#[derive(Clone, Debug)]
pub struct Switch {
    pub id: Uuid,
    pub is_active: bool,
}

impl Action for Switch {
    type Answer = ();

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<(), RecordError> {
        let agent = desk.agent(self.id).await?;
        let command = AgentCommand::SetActive(SetActive { at: desk.now(), is_active: self.is_active });
        desk.append(StreamId::new(StreamKind::Agent, self.id), decide(&agent, &command)?);
        Ok(())
    }
}

/// Refuses passwords that are too short or too long before any time is spent on them.
pub fn checked_hash(password: &str) -> Result<String, RecordError> {
    check_password(password)?;
    hash_password(password)
}

impl crate::ledger::Ledger {
    /// The agent that logs in by this user name or e-mail address.
    pub async fn find_login(&self, name: &str) -> Result<Option<Uuid>, RecordError> {
        let key = if name.contains('@') { Key::email(name) } else { Key::username(name) };
        let holder: Option<String> =
            sqlx::query_scalar("SELECT holder FROM keys WHERE kind = $1 AND key = $2")
                .bind(key.kind.as_str())
                .bind(&key.key)
                .fetch_optional(self.pool())
                .await?;
        Ok(holder.and_then(|id| Uuid::try_parse(&id).ok()))
    }

    /// A secret's value.
    pub async fn find_secret(&self, kind: &str, id: &str) -> Result<Option<String>, RecordError> {
        Ok(sqlx::query_scalar("SELECT value FROM secrets WHERE kind = $1 AND id = $2")
            .bind(kind)
            .bind(id)
            .fetch_optional(self.pool())
            .await?)
    }

    /// An agent as the log has it now.
    pub async fn current_agent(&self, id: Uuid) -> Result<std::sync::Arc<domain::agent::Agent>, RecordError> {
        let folded = self.current(StreamId::new(StreamKind::Agent, id)).await?;
        Ok(folded.state.as_agent().cloned().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// K24: a password in either form of Unicode, and hashes of earlier releases.
    #[test]
    fn one_password_in_two_forms_is_one_and_old_hashes_still_count() {
        let (composed, decomposed) = ("caf\u{e9} correct", "cafe\u{301} correct");
        let hash = hash_password(decomposed).unwrap();
        assert!(verify_password(composed, Some(&hash)) && verify_password(decomposed, Some(&hash)));
        assert!(!verify_password("cafe correct", Some(&hash)) && !verify_password(composed, None));
        let salt = SaltString::generate(&mut OsRng);
        let old = Argon2::default().hash_password(decomposed.as_bytes(), &salt).unwrap().to_string();
        assert!(verify_password(decomposed, Some(&old)));
    }
}
