//! What can be asked of an agent?

use super::{
    Agent, AgentEvent, change::ChangeAgent, change_password::ChangePassword, delete::DeleteAgent,
    note_failures::NoteFailures, place::PlaceAgent, register::RegisterAgent, set_active::SetActive,
    set_dial_policy::SetDialPolicy, set_extra::SetExtra, set_scopes::SetScopes,
};
use crate::Refusal;

#[derive(Clone, Debug)]
pub enum AgentCommand {
    Register(Box<RegisterAgent>),
    ChangePassword(ChangePassword),
    SetActive(SetActive),
    Change(Box<ChangeAgent>),
    Delete(DeleteAgent),
    SetScopes(SetScopes),
    SetDialPolicy(Box<SetDialPolicy>),
    Place(PlaceAgent),
    SetExtra(SetExtra),
    NoteFailures(NoteFailures),
}

/// What follows from a command: the events, none where all is so already.
pub fn decide(agent: &Agent, command: &AgentCommand) -> Result<Vec<AgentEvent>, Refusal> {
    match command {
        AgentCommand::Register(c) => c.decide(agent),
        AgentCommand::ChangePassword(c) => c.decide(agent),
        AgentCommand::SetActive(c) => c.decide(agent),
        AgentCommand::Change(c) => c.decide(agent),
        AgentCommand::Delete(c) => c.decide(agent),
        AgentCommand::SetScopes(c) => c.decide(agent),
        AgentCommand::SetDialPolicy(c) => c.decide(agent),
        AgentCommand::Place(c) => c.decide(agent),
        AgentCommand::SetExtra(c) => c.decide(agent),
        AgentCommand::NoteFailures(c) => c.decide(agent),
    }
}
