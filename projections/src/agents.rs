//! Who takes calls and who logs in?

use crate::Views;
use crate::change::Folded;
use crate::row::row;
use chrono::{DateTime, Utc};
use domain::agent::hours::BusinessHours;
use domain::ids::AnyId;
use domain::phone::{Phone, Region};
use domain::search::fold;
use domain::stream::StreamId;
use uuid::Uuid;

row! {
    /// An agent as people see it.
    AgentRow in "agents" {
        id: Uuid = "uuid",
        num: i64 = "bigint",
        kind: String = "text",
        role: String = "text",
        username: Option<String> = "text",
        email: Option<String> = "text",
        dialer_user_id: Option<String> = "text",
        first_name: String = "text",
        last_name: String = "text",
        phone: Option<String> = "text",
        phone_key: Option<String> = "text",
        department: Option<String> = "text",
        is_active: bool = "boolean",
        created_at: DateTime<Utc> = "timestamptz",
        updated_at: DateTime<Utc> = "timestamptz",
        deleted_at: Option<DateTime<Utc>> = "timestamptz",
        scopes: String = "text",
        max_attempts: i32 = "integer",
        retry_delay_minutes: i32 = "integer",
        hours: Option<String> = "text",
        supervisor_id: Option<Uuid> = "uuid",
        folded_name: Option<String> = "text",
    }
}

/// The row of an agent's stream; none for other streams.
pub fn rows(stream: StreamId, folded: &Folded) -> Vec<AgentRow> {
    let Some(agent) = folded.state.as_agent() else { return Vec::new() };
    let person = &agent.person;
    vec![AgentRow {
        id: stream.id,
        num: agent.num,
        kind: agent.kind.as_str().to_owned(),
        role: agent.role.as_str().to_owned(),
        username: person.username.clone(),
        email: person.email.clone(),
        dialer_user_id: agent.dialer_user_id.clone(),
        first_name: person.first_name.clone(),
        last_name: person.last_name.clone(),
        phone: person.phone.clone(),
        phone_key: person.phone.as_deref().and_then(|raw| Phone::try_new(raw, Region::default()).ok()?.key()),
        department: agent.department.clone(),
        is_active: agent.is_active,
        created_at: agent.registered_at,
        updated_at: agent.changed_at,
        deleted_at: agent.deleted_at,
        scopes: agent.scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" "),
        max_attempts: i32::try_from(agent.policy.max_attempts).unwrap_or(i32::MAX),
        retry_delay_minutes: i32::try_from(agent.policy.retry_delay_minutes).unwrap_or(i32::MAX),
        hours: agent.hours.as_ref().and_then(|hours| serde_json::to_string(hours).ok()),
        supervisor_id: agent.supervisor_id.map(|id| id.0),
        folded_name: Some(fold(&person.name())),
    }]
}

macro_rules! select_agent {
    ($condition:literal) => {
        concat!(
            "SELECT id, num, kind, role, username, email, dialer_user_id, first_name, last_name, phone, phone_key, ",
            "department, is_active, created_at, updated_at, deleted_at, scopes, max_attempts, ",
            "retry_delay_minutes, hours, supervisor_id, folded_name FROM agents ",
            $condition
        )
    };
}

impl AgentRow {
    /// First and last name, as far as known.
    pub fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name).trim().to_owned()
    }

    /// The same; of whom no name is known, the user name.
    pub fn shown_name(&self) -> String {
        let name = self.name();
        if name.is_empty() { self.username.clone().unwrap_or_default() } else { name }
    }

    /// Within which hours its leads are called; `None`: at any hour.
    pub fn business_hours(&self) -> Option<BusinessHours> {
        serde_json::from_str(self.hours.as_deref()?).ok()
    }
}

impl Views {
    /// Agents that have business hours.
    pub async fn agents_with_hours(&self) -> Result<Vec<AgentRow>, sqlx::Error> {
        sqlx::query_as(select_agent!("WHERE hours IS NOT NULL")).fetch_all(&self.by_key).await
    }

    /// Active people who take calls, by number: `active_agents` of a batch (C-19).
    pub async fn active_callers(&self) -> Result<Vec<AgentRow>, sqlx::Error> {
        sqlx::query_as(select_agent!(
            "WHERE is_active AND kind = 'human' AND role IN ('agent', 'telecaller') ORDER BY num LIMIT 1000"
        ))
        .fetch_all(&self.pool)
        .await
    }

    /// Active AI agents: whose calls a provider makes.
    pub async fn active_ai_agents(&self) -> Result<Vec<Uuid>, sqlx::Error> {
        sqlx::query_scalar("SELECT id FROM agents WHERE is_active AND kind = 'ai' ORDER BY num LIMIT 1000")
            .fetch_all(&self.pool)
            .await
    }

    /// Those whom somebody leads, by number.
    pub async fn team(&self, supervisor_id: Uuid) -> Result<Vec<AgentRow>, sqlx::Error> {
        sqlx::query_as(select_agent!(
            "WHERE supervisor_id = $1 AND deleted_at IS NULL ORDER BY num LIMIT 10000"
        ))
        .bind(supervisor_id)
        .fetch_all(&self.pool)
        .await
    }

    /// Everybody who is not deleted, by number.
    pub async fn all_agents(&self) -> Result<Vec<AgentRow>, sqlx::Error> {
        sqlx::query_as(select_agent!("WHERE deleted_at IS NULL ORDER BY num LIMIT 10000"))
            .fetch_all(&self.pool)
            .await
    }

    /// Everybody who ever was, by number: whose name an old lead shows.
    pub async fn agents_ever(&self) -> Result<Vec<AgentRow>, sqlx::Error> {
        sqlx::query_as(select_agent!("ORDER BY num LIMIT 100000")).fetch_all(&self.pool).await
    }

    /// The agents of these ids, deleted ones too: lists show who it was.
    pub async fn agents_by_id(&self, ids: &[Uuid]) -> Result<Vec<AgentRow>, sqlx::Error> {
        sqlx::query_as(select_agent!("WHERE id = ANY($1)")).bind(ids).fetch_all(&self.pool).await
    }

    /// The agent of that id, in any spelling.
    pub async fn find_agent(&self, id: AnyId) -> Result<Option<AgentRow>, sqlx::Error> {
        let query = match id {
            AnyId::Num(num) => sqlx::query_as(select_agent!("WHERE num = $1")).bind(num),
            AnyId::Uuid(id) => sqlx::query_as(select_agent!("WHERE id = $1")).bind(id),
            AnyId::Oid { first, last } => {
                sqlx::query_as(select_agent!("WHERE id BETWEEN $1 AND $2")).bind(first).bind(last)
            }
        };
        query.fetch_optional(&self.pool).await
    }

    /// The agent that a filter names; somebody who is not there is nobody's agent, so that the filter finds nothing.
    pub async fn agent_meant(&self, id: Option<AnyId>) -> Result<Option<Uuid>, sqlx::Error> {
        match id {
            None => Ok(None),
            Some(id) => Ok(Some(self.find_agent(id).await?.map_or(Uuid::max(), |row| row.id))),
        }
    }

    /// Agents with this phone; several are no answer (C-13), so two are enough.
    pub async fn agents_by_phone(&self, phone_key: &str) -> Result<Vec<AgentRow>, sqlx::Error> {
        sqlx::query_as(select_agent!("WHERE phone_key = $1 AND deleted_at IS NULL LIMIT 2"))
            .bind(phone_key)
            .fetch_all(&self.pool)
            .await
    }
}
