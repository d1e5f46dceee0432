//! People change people: names, roles, passwords, the switch, deletion. Somebody is always left to let others in.

use crate::actions::people::register::PASSWORD;
use crate::ledger::desk::Desk;
use crate::ledger::error::RecordError;
use crate::ledger::record::Action;
use domain::Refusal;
use domain::agent::change::ChangeAgent;
use domain::agent::change_password::ChangePassword;
use domain::agent::delete::DeleteAgent;
use domain::agent::event::ProfileChange;
use domain::agent::set_active::SetActive;
use domain::agent::set_scopes::SetScopes;
use domain::agent::{AgentCommand, decide};
use domain::principal::{Role, Scope};
use domain::stream::{StreamId, StreamKind};
use uuid::Uuid;

/// What is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct ChangePerson {
    pub id: Uuid,
    /// Who asks, if a person does.
    pub actor: Option<Uuid>,
    pub role: Option<Role>,
    pub person: ProfileChange,
    pub is_active: Option<bool>,
    pub scopes: Option<Vec<Scope>>,
    /// As made by [`crate::actions::people::register::hash_password`].
    pub password_hash: Option<String>,
}

impl Action for ChangePerson {
    type Answer = ();

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<(), RecordError> {
        let at = desk.now();
        let is_demoted = self.role.is_some_and(|role| role != Role::Admin);
        if is_demoted || self.is_active == Some(false) {
            keep_an_admin(desk, self.id, self.actor).await?;
        }
        let change = ChangeAgent { at, role: self.role, person: self.person.clone() };
        append(desk, self.id, &AgentCommand::Change(Box::new(change))).await?;
        if let Some(is_active) = self.is_active {
            append(desk, self.id, &AgentCommand::SetActive(SetActive { at, is_active })).await?;
        }
        if let Some(scopes) = self.scopes.clone() {
            append(desk, self.id, &AgentCommand::SetScopes(SetScopes { at, scopes })).await?;
        }
        if let Some(hash) = &self.password_hash {
            append(desk, self.id, &AgentCommand::ChangePassword(ChangePassword { at })).await?;
            desk.secret(PASSWORD, self.id.to_string(), Some(hash.clone()));
        }
        Ok(())
    }
}

/// Deletes somebody, and their password.
#[derive(Clone, Debug)]
pub struct DeletePerson {
    pub id: Uuid,
    /// Who asks, if a person does.
    pub actor: Option<Uuid>,
}

impl Action for DeletePerson {
    type Answer = ();

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<(), RecordError> {
        if self.actor == Some(self.id) {
            return Err(Refusal::AgentIsSelf.into());
        }
        keep_an_admin(desk, self.id, self.actor).await?;
        append(desk, self.id, &AgentCommand::Delete(DeleteAgent { at: desk.now() })).await?;
        desk.secret(PASSWORD, self.id.to_string(), None);
        Ok(())
    }
}

async fn append(desk: &mut Desk<'_>, id: Uuid, command: &AgentCommand) -> Result<(), RecordError> {
    let agent = desk.agent(id).await?;
    desk.append(StreamId::new(StreamKind::Agent, id), decide(&agent, command)?);
    Ok(())
}

/// Refuses to take away an admin's own rights and the last admin's. The other admin is looked at, so that two who
/// take each other away at once do not both succeed.
async fn keep_an_admin(desk: &mut Desk<'_>, id: Uuid, actor: Option<Uuid>) -> Result<(), RecordError> {
    let agent = desk.agent(id).await?;
    if agent.role != Role::Admin || !agent.is_active {
        return Ok(());
    }
    if actor == Some(id) {
        return Err(Refusal::AgentIsSelf.into());
    }
    let known = desk.views().all_agents().await?;
    for row in known.iter().filter(|row| row.id != id && row.role == Role::Admin.as_str()) {
        let other = desk.agent(row.id).await?;
        if other.role == Role::Admin && other.is_active {
            return Ok(());
        }
    }
    Err(Refusal::AgentIsLastAdmin.into())
}
