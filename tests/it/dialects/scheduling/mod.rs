//! Document 002: what its clients are promised.

mod agents;
mod ai_calls;
mod as_of;
mod autodial;
mod call_result;
mod calls;
mod dialability;
mod field_values;
mod hostile;
mod import;
mod leads;
mod names_and_order;
mod people;

use crate::support::TestApp;
use crate::support::clients::Client;
use serde_json::{Value, json};

/// A service, its admin, and an agent to make leads for.
async fn start() -> (TestApp, Client, Value) {
    let app = TestApp::start().await;
    let admin = Client::person(&app, "admin").await;
    let body = json!({ "name": "Sales Agent", "max_attempts": 2, "retry_delay_minutes": 30 });
    let agent = admin.post("/api/v1/agents/", &body).await;
    assert_eq!(agent.status, 201, "{agent:?}");
    let id = agent.body["id"].clone();
    (app, admin, id)
}

/// The document's own body.
fn lead(agent_id: &Value, phone: &str) -> Value {
    json!({ "agent_id": agent_id, "first_name": "John", "phone_e164": phone })
}
