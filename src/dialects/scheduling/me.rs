//! `GET /api/v1/auth/me`: who is logged in. The client asks before it shows anything else (F9).

use super::caller::Member;
use axum::Json;
use domain::agent::Agent;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A person as this dialect's client shows one.
#[derive(Serialize, ToSchema)]
#[schema(as = Me)]
pub struct Me {
    id: Uuid,
    email: Option<String>,
    name: String,
    phone: Option<String>,
    username: Option<String>,
    role: &'static str,
    is_active: bool,
    /// Always true: there is nothing that a person would have to add before the client lets them work.
    is_profile_complete: bool,
    /// Always true: one ledger is kept by one organisation, which the settings name.
    has_company: bool,
}

impl Me {
    pub fn of(id: Uuid, agent: &Agent) -> Self {
        let person = &agent.person;
        let name = Some(person.name()).filter(|name| !name.is_empty());
        Self {
            id,
            email: person.email.clone(),
            name: name.or_else(|| person.username.clone()).unwrap_or_default(),
            phone: person.phone.clone(),
            username: person.username.clone(),
            role: agent.role.as_str(),
            is_active: agent.is_active,
            is_profile_complete: true,
            has_company: true,
        }
    }
}

#[utoipa::path(
    get, path = "/api/v1/auth/me", operation_id = "me", tag = "people",
    summary = "Who is logged in",
    responses((status = 200, body = Me)),
)]
pub async fn handler(member: Member) -> Json<Me> {
    Json(Me::of(member.person.id, &member.person.agent))
}
