//! Who gets a lead that nobody was chosen for (C-35)? The one who takes calls and has the fewest open leads; of several, who
//! was given one the longest ago. Who was weighed is recorded.

use crate::ledger::desk::Desk;
use crate::ledger::error::RecordError;
use domain::Refusal;
use domain::ids::AgentId;
use domain::lead::LeadCommand;
use domain::lead::assign::AssignLead;
use domain::lead::event::{AssignmentCause, Candidate};
use domain::rights::Reach;
use domain::status::Stage;
use domain::stream::{StreamId, StreamKind};
use std::collections::HashMap;
use uuid::Uuid;

/// How many of those who were weighed are recorded.
const CANDIDATES_MAX: usize = 20;

/// Whom a lead is given to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Assignee {
    /// This one, as somebody chose.
    Chosen(Uuid),
    /// Whoever is next.
    Next,
}

/// Gives the lead to somebody within `reach`; answers to whom. Nobody there takes calls: it stays nobody's.
pub async fn assign(
    desk: &mut Desk<'_>,
    lead_id: Uuid,
    to: Assignee,
    reach: &Reach,
) -> Result<Option<Uuid>, RecordError> {
    let at = desk.now();
    let (agent_id, cause, candidates) = match to {
        Assignee::Chosen(agent_id) => {
            let agent = desk.agent(agent_id).await?;
            if !agent.is_there() || !reach.covers(Some(AgentId(agent_id))) {
                return Err(Refusal::AgentIsUnknown.into());
            }
            if !agent.is_active || !agent.role.takes_calls() {
                return Err(Refusal::AgentIsInactive.into());
            }
            (agent_id, AssignmentCause::Person, Vec::new())
        }
        Assignee::Next => {
            let candidates = candidates(desk, reach).await?;
            let Some(next) = candidates.first() else { return Ok(None) };
            (next.agent_id.0, AssignmentCause::Automatic, candidates)
        }
    };
    let command = AssignLead { at, agent_id: Some(AgentId(agent_id)), cause, candidates };
    desk.decide_lead(lead_id, &LeadCommand::Assign(command)).await?;
    Ok(Some(agent_id))
}

/// Those who take calls now, the next one first.
async fn candidates(desk: &mut Desk<'_>, reach: &Reach) -> Result<Vec<Candidate>, RecordError> {
    let mut rows = desk.views().active_callers().await?;
    rows.retain(|row| reach.covers(Some(AgentId(row.id))));
    let streams: Vec<_> = rows.iter().map(|row| StreamId::new(StreamKind::Agent, row.id)).collect();
    desk.load_all(&streams).await?;
    let mut ids = Vec::new();
    for row in rows {
        // The row may be behind.
        if desk.agent(row.id).await?.is_active {
            ids.push((row.num, row.id));
        }
    }
    let agents: Vec<Uuid> = ids.iter().map(|(_, id)| *id).collect();
    let mut open: HashMap<Uuid, i64> = HashMap::new();
    for (agent_id, stage, leads) in desk.views().leads_by_agent(&agents).await? {
        if !matches!(Stage::from_word(&stage), Some(Stage::Converted | Stage::Lost)) {
            *open.entry(agent_id).or_default() += leads;
        }
    }
    let open = |id: &Uuid| open.get(id).copied().unwrap_or(0);
    let fewest = agents.iter().map(open).min().unwrap_or(0);
    let tied: Vec<Uuid> = agents.iter().copied().filter(|id| open(id) == fewest).collect();
    let last: HashMap<_, _> = if tied.len() > 1 {
        desk.views().last_assigned(&tied).await?.into_iter().collect()
    } else {
        HashMap::new()
    };
    ids.sort_by_key(|(num, id)| (open(id), last.get(id).copied().flatten(), *num));
    let weighed = ids.into_iter().take(CANDIDATES_MAX).map(|(_, id)| Candidate {
        agent_id: AgentId(id),
        open_leads: open(&id),
        last_assigned_at: last.get(&id).copied().flatten(),
    });
    Ok(weighed.collect())
}
