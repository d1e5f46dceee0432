//! Which calls does a list show? Rows of [`crate::call_history`]; names are those of leads and agents now.

use crate::Views;
use crate::call_history::CallRow;
use crate::call_sums::outcomes;
use crate::lead_list::LEAD_NAME;
use crate::starts::Starts;
use chrono::{DateTime, Utc};
use domain::agent::Agent;
use domain::ids::AnyId;
use domain::lead::Lead;
use domain::lead::event::Direction;
use domain::outcome::{CallResult, Outcome};
use domain::search::{folded_pattern, like, phone_digits};
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

/// Which calls are meant.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Filter {
    pub agent_id: Option<Uuid>,
    /// By these agents: what somebody may see (C-36).
    pub agents: Option<Vec<Uuid>>,
    pub result: Option<CallResult>,
    /// With one of these outcomes.
    pub outcomes: Vec<Outcome>,
    pub direction: Option<Direction>,
    /// Made then or later; a quarter of an hour, as days begin in every zone.
    pub from: Option<DateTime<Utc>>,
    /// Made before then.
    pub before: Option<DateTime<Utc>>,
    /// Of the lead with this whole number, as the ledger compares it.
    pub phone_key: Option<String>,
    /// In the lead's name or number, or in the agent's name, in any spelling.
    pub search: Option<String>,
}

/// A call in a list.
#[derive(Clone, PartialEq, Debug, sqlx::FromRow)]
pub struct Call {
    pub id: Uuid,
    pub lead_id: Uuid,
    pub agent_id: Option<Uuid>,
    pub lead_name: Option<String>,
    pub lead_phone: Option<String>,
    pub agent_name: Option<String>,
    /// All of the lead's name, and its number as it was first written.
    pub lead_full_name: Option<String>,
    pub lead_raw_phone: Option<String>,
    pub outcome: String,
    pub duration_seconds: Option<i32>,
    pub reason: Option<String>,
    pub user_message: Option<String>,
    pub recording_url: Option<String>,
    pub direction: String,
    pub provider: Option<String>,
    pub provider_call_id: Option<String>,
    pub transcript_url: Option<String>,
    pub summary: Option<String>,
    pub occurred_at: DateTime<Utc>,
}

impl Call {
    /// A call with the names of its lead and agent.
    pub fn of(row: CallRow, lead: &Lead, agent: Option<&Agent>) -> Self {
        let person = &lead.person;
        Self {
            id: row.id,
            lead_id: row.lead_id,
            agent_id: row.agent_id,
            lead_name: person.first_name.clone().or_else(|| person.full_name.clone()),
            lead_phone: lead.phone_key(),
            agent_name: agent.map(|agent| agent.person.name()),
            lead_full_name: person.full_name.clone(),
            lead_raw_phone: person.phone.as_ref().map(|phone| phone.raw.clone()),
            outcome: row.outcome,
            duration_seconds: row.duration_seconds,
            reason: row.reason,
            user_message: row.user_message,
            recording_url: row.recording_url,
            direction: row.direction,
            provider: row.provider,
            provider_call_id: row.provider_call_id,
            transcript_url: row.transcript_url,
            summary: row.summary,
            occurred_at: row.occurred_at,
        }
    }
}

pub(crate) fn push_filter(sql: &mut QueryBuilder<'_, Postgres>, filter: &Filter, time: &str) {
    sql.push(" WHERE true");
    if let Some(agent_id) = filter.agent_id {
        sql.push(" AND c.agent_id = ").push_bind(agent_id);
    }
    if let Some(agents) = &filter.agents {
        sql.push(" AND c.agent_id = ANY(").push_bind(agents.clone()).push(")");
    }
    if !filter.outcomes.is_empty() {
        let outcomes: Vec<&str> = filter.outcomes.iter().map(|outcome| outcome.as_str()).collect();
        sql.push(" AND c.outcome = ANY(").push_bind(outcomes).push(")");
    }
    if let Some(result) = filter.result {
        sql.push(" AND c.outcome = ANY(").push_bind(outcomes(result)).push(")");
    }
    if let Some(from) = filter.from {
        sql.push(format!(" AND {time} >= ")).push_bind(from);
    }
    if let Some(before) = filter.before {
        sql.push(format!(" AND {time} < ")).push_bind(before);
    }
}

/// What the sums do not know.
pub(crate) fn push_own(sql: &mut QueryBuilder<'_, Postgres>, filter: &Filter) {
    sql.push(" AND c.deleted_at IS NULL");
    if let Some(direction) = filter.direction {
        sql.push(" AND c.direction = ").push_bind(direction.as_str());
    }
    if let Some(phone_key) = &filter.phone_key {
        sql.push(" AND c.lead_id = ANY(ARRAY(SELECT id FROM lead WHERE phone_key = ")
            .push_bind(phone_key.clone());
        sql.push("))");
    }
}

/// What only the lead's and the agent's names tell.
pub(crate) fn push_search(sql: &mut QueryBuilder<'_, Postgres>, filter: &Filter) {
    let Some(search) = &filter.search else { return };
    let folded = folded_pattern(search);
    sql.push(format!(" AND ({LEAD_NAME} LIKE ")).push_bind(folded.clone());
    sql.push(" OR COALESCE(a.folded_name, lower(a.first_name || ' ' || a.last_name)) LIKE ")
        .push_bind(folded);
    if let Some(digits) = phone_digits(search) {
        sql.push(" OR l.phone_key LIKE ").push_bind(like(&digits));
    }
    sql.push(")");
}

const SELECT: &str = "SELECT c.id, c.lead_id, c.agent_id, COALESCE(l.first_name, l.full_name) AS lead_name, \
    COALESCE(l.phone_key, l.phone) AS lead_phone, l.full_name AS lead_full_name, l.phone AS lead_raw_phone, \
    a.first_name || ' ' || a.last_name AS agent_name, c.outcome, c.duration_seconds, c.reason, \
    c.user_message, c.recording_url, c.transcript_url, c.summary, c.occurred_at, c.direction, c.provider, \
    c.provider_call_id FROM ";
pub(crate) const JOINED: &str = " JOIN lead l ON l.id = c.lead_id LEFT JOIN agents a ON a.id = c.agent_id";

/// Where pages begin: after which call, by its time and id.
pub(crate) type CallStarts = Starts<Filter, (DateTime<Utc>, Uuid)>;

impl Views {
    /// The lead and the full id of a call, by any spelling of its id; deleted ones too: machines still tell of them.
    pub async fn find_call(&self, id: AnyId) -> Result<Option<(Uuid, Uuid)>, sqlx::Error> {
        let (first, last) = match id {
            AnyId::Uuid(id) => (id, id),
            AnyId::Oid { first, last } => (first, last),
            // Calls are not numbered.
            AnyId::Num(_) => return Ok(None),
        };
        sqlx::query_as("SELECT lead_id, id FROM call_history WHERE id BETWEEN $1 AND $2 LIMIT 1")
            .bind(first)
            .bind(last)
            .fetch_optional(&self.pool)
            .await
    }

    /// One call, with the names of its lead and agent; none if it is deleted.
    pub async fn get_call(&self, id: Uuid) -> Result<Option<Call>, sqlx::Error> {
        let mut sql = QueryBuilder::new(SELECT);
        sql.push("call_history c").push(JOINED).push(" WHERE c.deleted_at IS NULL AND c.id = ").push_bind(id);
        sql.build_query_as().fetch_optional(&self.pool).await
    }

    /// Up to `limit` calls after the first `skip`, the latest first.
    pub async fn list_calls(&self, filter: &Filter, skip: i64, limit: i64) -> Result<Vec<Call>, sqlx::Error> {
        let start = self.call_starts.find(filter, skip);
        let mut sql = QueryBuilder::new(SELECT);
        // Names are joined to the calls that are shown; only a search has to look at all of them.
        let is_search = filter.search.is_some();
        sql.push(if is_search { "call_history c" } else { "(SELECT * FROM call_history c" });
        if is_search {
            sql.push(JOINED);
        }
        push_filter(&mut sql, filter, "c.occurred_at");
        push_own(&mut sql, filter);
        push_search(&mut sql, filter);
        if let Some((occurred_at, id)) = start {
            sql.push(" AND (c.occurred_at, c.id) < (")
                .push_bind(occurred_at)
                .push(", ")
                .push_bind(id)
                .push(")");
        }
        sql.push(" ORDER BY c.occurred_at DESC, c.id DESC LIMIT ").push_bind(limit);
        sql.push(" OFFSET ").push_bind(if start.is_some() { 0 } else { skip });
        if !is_search {
            sql.push(") c").push(JOINED).push(" ORDER BY c.occurred_at DESC, c.id DESC");
        }
        let calls: Vec<Call> = sql.build_query_as().fetch_all(&self.pool).await?;
        if let Some(last) = calls.last() {
            let next = skip.saturating_add(i64::try_from(calls.len()).unwrap_or(0));
            self.call_starts.put(filter, next, (last.occurred_at, last.id));
        }
        Ok(calls)
    }
}
