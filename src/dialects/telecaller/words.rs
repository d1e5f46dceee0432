//! The telecaller CRM's words and ours.

use domain::agent::Agent;
use domain::ids::oid;
use serde::Serialize;
use uuid::Uuid;

/// A person as this dialect shows one; `id` and `username` are for the panel's pages.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    #[serde(rename = "_id")]
    oid: String,
    id: i64,
    username: Option<String>,
    name: String,
    #[serde(rename = "first_name")]
    first_name: String,
    #[serde(rename = "last_name")]
    last_name: String,
    email: Option<String>,
    phone: Option<String>,
    role: &'static str,
    department: Option<String>,
    is_active: bool,
}

/// Words a person.
pub fn user(id: Uuid, agent: &Agent) -> User {
    let person = &agent.person;
    User {
        oid: oid(id),
        id: agent.num,
        username: person.username.clone(),
        name: person.name(),
        first_name: person.first_name.clone(),
        last_name: person.last_name.clone(),
        email: person.email.clone(),
        phone: person.phone.clone(),
        role: agent.role.as_str(),
        department: agent.department.clone(),
        is_active: agent.is_active,
    }
}
