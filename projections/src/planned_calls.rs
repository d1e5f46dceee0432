//! Which calls do people mean to make? One row a plan, until it happens or is deleted; names are those of leads and agents now.

use crate::Views;
use crate::call_list::{Call, Filter, JOINED};
use crate::change::Folded;
use crate::row::row;
use chrono::{DateTime, Utc};
use domain::agent::Agent;
use domain::ids::AnyId;
use domain::lead::Lead;
use domain::lead::plan_call::PlannedCall;
use domain::stream::StreamId;
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

/// The outcome of a call that is only planned, in [`Call::outcome`].
pub const PLANNED: &str = "planned";

row! {
    /// A call that somebody means to make.
    PlannedRow in "planned_calls" {
        id: Uuid = "uuid",
        lead_id: Uuid = "uuid",
        agent_id: Option<Uuid> = "uuid",
        direction: String = "text",
        note: Option<String> = "text",
        due_at: DateTime<Utc> = "timestamptz",
        planned_at: DateTime<Utc> = "timestamptz",
    }
}

/// The rows of a lead's plans; none for other streams and for deleted leads.
pub fn rows(stream: StreamId, folded: &Folded) -> Vec<PlannedRow> {
    let Some(lead) = folded.state.as_lead().filter(|lead| lead.deleted_at.is_none()) else {
        return Vec::new();
    };
    rows_of(stream.id, lead)
}

fn rows_of(lead_id: Uuid, lead: &Lead) -> Vec<PlannedRow> {
    let row = |planned: &PlannedCall| PlannedRow {
        id: planned.id.0,
        lead_id,
        agent_id: planned.agent_id.map(|id| id.0),
        direction: planned.direction.as_str().to_owned(),
        note: planned.note.as_ref().map(|note| note.text.clone()),
        due_at: planned.due_at,
        planned_at: planned.planned_at,
    };
    lead.planned.iter().map(row).collect()
}

/// A plan in the shape of a call, with the names of its lead and agent.
pub fn call(lead_id: Uuid, planned: &PlannedCall, lead: &Lead, agent: Option<&Agent>) -> Call {
    let person = &lead.person;
    Call {
        id: planned.id.0,
        lead_id,
        agent_id: planned.agent_id.map(|id| id.0),
        lead_name: person.first_name.clone().or_else(|| person.full_name.clone()),
        lead_phone: lead.phone_key(),
        agent_name: agent.map(|agent| agent.person.name()),
        lead_full_name: person.full_name.clone(),
        lead_raw_phone: person.phone.as_ref().map(|phone| phone.raw.clone()),
        outcome: PLANNED.to_owned(),
        duration_seconds: None,
        reason: None,
        user_message: planned.note.as_ref().map(|note| note.text.clone()),
        recording_url: None,
        direction: planned.direction.as_str().to_owned(),
        provider: None,
        provider_call_id: None,
        transcript_url: None,
        summary: None,
        occurred_at: planned.due_at,
    }
}

/// A plan in the shape of a call: nothing has come of it, and its time is when it is due.
const SELECT: &str = "SELECT c.id, c.lead_id, c.agent_id, COALESCE(l.first_name, l.full_name) AS lead_name, \
    COALESCE(l.phone_key, l.phone) AS lead_phone, l.full_name AS lead_full_name, l.phone AS lead_raw_phone, \
    a.first_name || ' ' || a.last_name AS agent_name, 'planned' AS outcome, NULL::integer AS duration_seconds, \
    NULL AS reason, c.note AS user_message, NULL AS recording_url, NULL AS transcript_url, NULL AS summary, \
    c.due_at AS occurred_at, c.direction, NULL AS provider, NULL AS provider_call_id FROM planned_calls c";

fn push_filter(sql: &mut QueryBuilder<'_, Postgres>, filter: &Filter) {
    sql.push(" WHERE true");
    if let Some(agent_id) = filter.agent_id {
        sql.push(" AND c.agent_id = ").push_bind(agent_id);
    }
    if let Some(agents) = &filter.agents {
        sql.push(" AND c.agent_id = ANY(").push_bind(agents.clone()).push(")");
    }
    if let Some(direction) = filter.direction {
        sql.push(" AND c.direction = ").push_bind(direction.as_str());
    }
    if let Some(from) = filter.from {
        sql.push(" AND c.due_at >= ").push_bind(from);
    }
    if let Some(before) = filter.before {
        sql.push(" AND c.due_at < ").push_bind(before);
    }
}

impl Views {
    /// Up to `limit` planned calls after the first `skip`, the one that is due last first, as lists of calls go. Of the
    /// filter, agents, direction and times are looked at.
    pub async fn list_planned_calls(
        &self,
        filter: &Filter,
        skip: i64,
        limit: i64,
    ) -> Result<Vec<Call>, sqlx::Error> {
        let mut sql = QueryBuilder::new(SELECT);
        sql.push(JOINED);
        push_filter(&mut sql, filter);
        sql.push(" ORDER BY c.due_at DESC, c.id DESC LIMIT ").push_bind(limit);
        sql.push(" OFFSET ").push_bind(skip);
        sql.build_query_as().fetch_all(&self.pool).await
    }

    /// How many planned calls there are.
    pub async fn total_planned_calls(&self, filter: &Filter) -> Result<i64, sqlx::Error> {
        let mut sql = QueryBuilder::new("SELECT count(*) FROM planned_calls c");
        push_filter(&mut sql, filter);
        sql.build_query_scalar().fetch_one(&self.pool).await
    }

    /// The planned call of that id, in any spelling but a number: calls are not numbered.
    pub async fn find_planned_call(&self, id: AnyId) -> Result<Option<Call>, sqlx::Error> {
        let (first, last) = match id {
            AnyId::Uuid(id) => (id, id),
            AnyId::Oid { first, last } => (first, last),
            AnyId::Num(_) => return Ok(None),
        };
        let mut sql = QueryBuilder::new(SELECT);
        sql.push(JOINED).push(" WHERE c.id BETWEEN ").push_bind(first).push(" AND ").push_bind(last);
        sql.push(" LIMIT 1").build_query_as().fetch_optional(&self.pool).await
    }
}
