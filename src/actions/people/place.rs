//! People join, and stand somewhere: department and supervisor (S4).

use crate::actions::people::change::ChangePerson;
use crate::actions::people::register::{Register, Switch};
use crate::ledger::Ledger;
use crate::ledger::desk::Desk;
use crate::ledger::error::RecordError;
use crate::ledger::record::Action;
use domain::Refusal;
use domain::agent::place::PlaceAgent;
use domain::agent::{AgentCommand, decide};
use domain::ids::AgentId;
use domain::principal::Role;
use domain::rights::Reach;
use domain::stream::{StreamId, StreamKind};
use uuid::Uuid;

/// Somebody joins.
#[derive(Clone, Debug)]
pub struct Join {
    pub register: Register,
    pub supervisor_id: Option<Uuid>,
    /// `Some(false)`: the account is switched off from the beginning.
    pub is_active: Option<bool>,
}

impl Action for Join {
    type Answer = Uuid;

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<Uuid, RecordError> {
        let id = self.register.decide(desk).await?;
        let supervisor_id = self.supervisor_id.map(|id| Some(AgentId(id)));
        place(desk, id, PlaceAgent { at: desk.now(), department: None, supervisor_id }).await?;
        if let Some(is_active) = self.is_active {
            Switch { id, is_active }.decide(desk).await?;
        }
        Ok(id)
    }
}

/// Somebody's details change, and where they stand; what is `None` stays.
#[derive(Clone, Debug)]
pub struct Move {
    pub change: ChangePerson,
    pub department: Option<Option<String>>,
    pub supervisor_id: Option<Option<Uuid>>,
    /// Only if this supervisor leads them when it is stored.
    pub led_by: Option<Uuid>,
}

impl Action for Move {
    type Answer = ();

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<(), RecordError> {
        let agent = desk.agent(self.change.id).await?;
        if self.led_by.is_some_and(|supervisor| agent.supervisor_id != Some(AgentId(supervisor))) {
            return Err(Refusal::AgentIsUnknown.into());
        }
        self.change.decide(desk).await?;
        let supervisor_id = self.supervisor_id.map(|supervisor| supervisor.map(AgentId));
        let department = self.department.clone();
        place(desk, self.change.id, PlaceAgent { at: desk.now(), department, supervisor_id }).await
    }
}

async fn place(desk: &mut Desk<'_>, id: Uuid, command: PlaceAgent) -> Result<(), RecordError> {
    if let Some(Some(AgentId(supervisor))) = command.supervisor_id {
        let leads = desk.agent(supervisor).await?;
        let may_lead = leads.is_there() && matches!(leads.role, Role::Admin | Role::Supervisor);
        if !may_lead || supervisor == id {
            return Err(Refusal::AgentIsNoSupervisor.into());
        }
    }
    let agent = desk.agent(id).await?;
    desk.append(StreamId::new(StreamKind::Agent, id), decide(&agent, &AgentCommand::Place(command))?);
    Ok(())
}

impl Ledger {
    /// Whose leads and calls this person sees.
    pub async fn reach(&self, id: Uuid, role: Role) -> Result<Reach, RecordError> {
        let team = match role {
            Role::Supervisor => self.views().team(id).await?,
            Role::Admin | Role::Telecaller | Role::Agent | Role::Auditor | Role::Analyst => Vec::new(),
        };
        Ok(Reach::of(AgentId(id), role, team.into_iter().map(|row| AgentId(row.id))))
    }
}
