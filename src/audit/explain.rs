//! Which events are behind a number? Of each lead, call or person that it counts, those that made it count as it does.

use crate::ledger::Ledger;
use crate::ledger::error::RecordError;
use domain::ids::AttemptId;
use domain::lead::Lead;
use domain::stream::{State, StreamId, StreamKind};
use projections::behind::{Behind, Counted, Metric};
use projections::steps::{self, Step};
use uuid::Uuid;

/// Something that is counted, and the events that made it so, in order.
#[derive(Clone, Debug)]
pub struct Explained {
    pub id: Uuid,
    pub stream: StreamId,
    pub events: Vec<Step>,
}

impl Ledger {
    /// What a number is, and up to `limit` of what it counts after that one.
    pub async fn explain(
        &self,
        behind: &Behind,
        after: Option<Uuid>,
        limit: i64,
    ) -> Result<(i64, Vec<Explained>), RecordError> {
        let (value, counted) = self.views().behind(behind, after, limit).await?;
        let kind = match behind.metric {
            Metric::ActiveTelecallers => StreamKind::Agent,
            Metric::Leads(_) | Metric::Came | Metric::Conversions | Metric::Calls(_) | Metric::FollowUps => {
                StreamKind::Lead
            }
        };
        let ids: Vec<Uuid> = counted.iter().map(|counted| counted.stream_id).collect();
        let mut conn = self.pool().acquire().await?;
        let steps = steps::load_all(&mut conn, kind, &ids).await?;
        let explained = counted.into_iter().map(|counted| {
            let stream = StreamId::new(kind, counted.stream_id);
            let steps = steps.get(&counted.stream_id).map_or(&[][..], Vec::as_slice);
            Explained { id: counted.id, stream, events: deciding(&behind.metric, stream, counted, steps) }
        });
        Ok((value, explained.collect()))
    }
}

/// The last events that changed what is counted, each once.
fn deciding(metric: &Metric, stream: StreamId, counted: Counted, steps: &[Step]) -> Vec<Step> {
    let decided = match metric {
        Metric::Calls(_) | Metric::FollowUps => {
            let id = AttemptId(counted.id);
            steps::deciding(stream, steps, |state| of_call(&lead(state), id))
        }
        Metric::ActiveTelecallers => steps::deciding(stream, steps, of_agent),
        Metric::Leads(_) | Metric::Came | Metric::Conversions => {
            steps::deciding(stream, steps, |state| of_lead(&lead(state)))
        }
    };
    let mut decided: Vec<&Step> = decided.into_iter().flatten().collect();
    decided.sort_by_key(|step| step.position);
    decided.dedup_by_key(|step| step.position);
    decided.into_iter().cloned().collect()
}

fn lead(state: &State) -> std::sync::Arc<Lead> {
    state.as_lead().cloned().unwrap_or_default()
}

fn of_call(lead: &Lead, id: AttemptId) -> [String; 4] {
    let attempt = lead.attempts.find(id);
    let said = attempt.map(|attempt| (attempt.ordered_at(), attempt.outcome, attempt.verdict().agent_id));
    let told = |part: Option<String>| part.unwrap_or_default();
    [
        told(said.map(|(at, ..)| at.to_string())),
        told(said.map(|(_, outcome, _)| outcome.to_string())),
        told(said.and_then(|(.., agent)| agent).map(|agent| agent.to_string())),
        String::new(),
    ]
}

fn of_lead(lead: &Lead) -> [String; 4] {
    [
        format!("{} {:?} {}", lead.exists(), lead.deleted_at, lead.source),
        format!("{} {:?}", lead.stage, lead.conversion().map(|sale| sale.at)),
        format!("{:?}", lead.agent_id),
        lead.grade().quality.to_string(),
    ]
}

fn of_agent(state: &State) -> [String; 4] {
    let agent = state.as_agent().cloned().unwrap_or_default();
    let is_there = format!("{} {}", agent.is_active, agent.is_there());
    [is_there, agent.role.to_string(), String::new(), String::new()]
}
