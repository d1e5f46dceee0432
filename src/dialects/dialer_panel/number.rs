//! A number as the panel shows it.

use super::words;
use crate::ledger::RecordError;
use crate::state::App;
use chrono_tz::Tz;
use domain::status::PanelStatus;
use projections::agents::AgentRow;
use projections::lead::LeadRow;
use serde::Serialize;
use std::collections::HashMap;
use utoipa::ToSchema;
use uuid::Uuid;

#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the panel's own names")]
pub struct Number {
    id: i64,
    phone_number: Option<String>,
    status: &'static str,
    total_attempts: i32,
    created_at: String,
    updated_at: String,
    last_attempt_at: Option<String>,
    assigned_agent_id: Option<i64>,
    assigned_agent_name: Option<String>,
    /// The same agent as the web application reads it (F7).
    assigned_agent: Option<AssignedAgent>,
    last_user_message: Option<String>,
}

/// Whose a number is.
#[derive(Serialize, ToSchema)]
struct AssignedAgent {
    id: i64,
    username: Option<String>,
    first_name: String,
    last_name: String,
    phone_number: Option<String>,
}

impl From<&AgentRow> for AssignedAgent {
    fn from(row: &AgentRow) -> Self {
        Self {
            id: row.num,
            username: row.username.clone(),
            first_name: row.first_name.clone(),
            last_name: row.last_name.clone(),
            phone_number: row.phone.clone(),
        }
    }
}

/// Something is gone.
#[derive(Serialize, ToSchema)]
pub struct Gone {
    ok: bool,
    id: i64,
    deleted: bool,
}

impl Gone {
    /// The one of that number.
    pub const fn of(id: i64) -> Self {
        Self { ok: true, id, deleted: true }
    }
}

/// Words leads, with the names of their agents.
pub async fn numbers(app: &App, leads: &[LeadRow], zone: Tz) -> Result<Vec<Number>, RecordError> {
    let mut ids: Vec<Uuid> = leads.iter().filter_map(|lead| lead.agent_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let agents = if ids.is_empty() { Vec::new() } else { app.ledger.views().agents_by_id(&ids).await? };
    let agents: HashMap<Uuid, AgentRow> = agents.into_iter().map(|agent| (agent.id, agent)).collect();
    Ok(leads.iter().map(|lead| number(lead, lead.agent_id.and_then(|id| agents.get(&id)), zone)).collect())
}

fn number(lead: &LeadRow, agent: Option<&AgentRow>, zone: Tz) -> Number {
    Number {
        id: lead.num,
        phone_number: lead.phone.clone(),
        status: status(lead),
        total_attempts: lead.attempts,
        created_at: words::instant(lead.created_at, zone),
        updated_at: words::instant(lead.updated_at, zone),
        last_attempt_at: lead.last_attempt_at.map(|at| words::instant(at, zone)),
        assigned_agent_id: agent.map(|agent| agent.num),
        assigned_agent_name: agent.map(AgentRow::name),
        assigned_agent: agent.map(AssignedAgent::from),
        last_user_message: lead.last_message.clone(),
    }
}

/// The panel's word for a lead's status.
pub fn status(lead: &LeadRow) -> &'static str {
    PanelStatus::from_word(&lead.panel_status).map_or("UNKNOWN", words::status)
}
