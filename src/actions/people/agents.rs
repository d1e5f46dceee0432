//! Agents as schedulers know them: added and changed with their policy, hours and switch, by what they are when that is
//! stored (S2).

use crate::actions::people::register::Register;
use crate::ledger::Ledger;
use crate::ledger::desk::Desk;
use crate::ledger::error::RecordError;
use crate::ledger::record::Action;
use chrono::NaiveTime;
use domain::Refusal;
use domain::agent::change::ChangeAgent;
use domain::agent::event::{ProfileChange, split_name};
use domain::agent::hours::BusinessHours;
use domain::agent::set_active::SetActive;
use domain::agent::set_dial_policy::SetDialPolicy;
use domain::agent::set_extra::SetExtra;
use domain::agent::{Agent, AgentCommand, decide};
use domain::lead::attempt::DialPolicy;
use domain::stream::{StreamId, StreamKind};
use projections::agents::AgentRow;
use serde_json::{Map, Value};
use uuid::Uuid;

/// What is said of an agent's policy, hours, switch and name; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct AgentSaid {
    pub max_attempts: Option<u32>,
    pub retry_delay_minutes: Option<u32>,
    pub start_time: Option<NaiveTime>,
    pub end_time: Option<NaiveTime>,
    pub timezone: Option<String>,
    pub is_active: Option<bool>,
    /// Where `is_active` is not said: on if it is off, off if it is on.
    pub is_toggled: bool,
    /// First name and last name.
    pub name: Option<String>,
    /// What no rule uses, by the client's own names: kept as it is.
    pub extra: Map<String, Value>,
}

/// An agent as it is after a change: its row, and what clients say of it that no rule uses.
#[derive(Clone, Debug)]
pub struct ScheduledAgent {
    pub row: AgentRow,
    pub extra: Map<String, Value>,
}

impl AgentSaid {
    /// The hours with what was said over what is; a zone alone: at any hour there.
    fn hours(&self, agent: &Agent, ledgers_zone: &str) -> Result<Option<BusinessHours>, Refusal> {
        let known = agent.hours.as_ref();
        if self.start_time.is_none() && self.end_time.is_none() && self.timezone.is_none() {
            return Ok(known.cloned());
        }
        let start = self.start_time.or_else(|| known.map(|hours| hours.start_time)).unwrap_or_default();
        let end = self.end_time.or_else(|| known.map(|hours| hours.end_time)).unwrap_or_default();
        let zone = self.timezone.as_deref().or_else(|| known.map(|hours| hours.timezone.as_str()));
        BusinessHours::try_new(start, end, zone.unwrap_or(ledgers_zone)).map(Some)
    }
}

/// Changes an agent, by what it is when this is stored.
#[derive(Clone, Debug)]
pub struct ChangeScheduledAgent {
    pub id: Uuid,
    pub said: AgentSaid,
}

impl Action for ChangeScheduledAgent {
    type Answer = ScheduledAgent;

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<ScheduledAgent, RecordError> {
        let (at, said) = (desk.now(), &self.said);
        let stream = StreamId::new(StreamKind::Agent, self.id);
        let agent = desk.agent(self.id).await?;
        let zone = desk.dialing().await?.timezone.clone();
        let policy = DialPolicy {
            max_attempts: said.max_attempts.unwrap_or(agent.policy.max_attempts),
            retry_delay_minutes: said.retry_delay_minutes.unwrap_or(agent.policy.retry_delay_minutes),
        };
        let set = SetDialPolicy { at, policy, hours: said.hours(&agent, &zone)? };
        let mut commands = vec![AgentCommand::SetDialPolicy(Box::new(set))];
        if let Some(name) = &said.name {
            let (first, last) = split_name(name);
            let person =
                ProfileChange { first_name: Some(first), last_name: Some(last), ..ProfileChange::default() };
            commands.push(AgentCommand::Change(Box::new(ChangeAgent { at, role: None, person })));
        }
        let toggled = said.is_toggled.then_some(!agent.is_active);
        if let Some(is_active) = said.is_active.or(toggled) {
            commands.push(AgentCommand::SetActive(SetActive { at, is_active }));
        }
        commands.push(AgentCommand::SetExtra(SetExtra { at, extra: said.extra.clone() }));
        for command in commands {
            let agent = desk.agent(self.id).await?;
            desk.append(stream, decide(&agent, &command)?);
        }
        let folded = desk.stream(stream).await?;
        let row = projections::agents::rows(stream, &folded).pop().ok_or(Refusal::AgentIsUnknown)?;
        let extra = folded.state.as_agent().map(|agent| agent.extra.clone()).unwrap_or_default();
        Ok(ScheduledAgent { row, extra })
    }
}

/// Registers an agent with its policy: both or nothing.
#[derive(Clone, Debug)]
pub struct AddScheduledAgent {
    pub register: Register,
    pub said: AgentSaid,
}

impl Action for AddScheduledAgent {
    type Answer = ScheduledAgent;

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<ScheduledAgent, RecordError> {
        let id = self.register.decide(desk).await?;
        ChangeScheduledAgent { id, said: self.said.clone() }.decide(desk).await
    }
}

impl Ledger {
    /// These agents with what clients say of them that no rule uses, in the same order.
    pub async fn scheduled_agents(&self, rows: Vec<AgentRow>) -> Result<Vec<ScheduledAgent>, RecordError> {
        let agents = rows.iter().map(|row| self.current_agent(row.id));
        let agents = futures_util::future::try_join_all(agents).await?;
        let known = rows.into_iter().zip(agents);
        Ok(known.map(|(row, agent)| ScheduledAgent { row, extra: agent.extra.clone() }).collect())
    }
}
