//! Document 004: what its clients are promised.

mod callbacks;
mod calls;
mod dashboards;
mod day;
mod exports;
mod field_values;
mod leads;
mod limits;
mod log_in;
mod log_in_limits;
mod matrix;
mod meta;
mod meta_field;
mod pages;
mod planned_calls;
mod reports;
mod traced;
mod twilio_field;
mod users;

use crate::support::clients::Client;
use crate::support::{PASSWORD, TestApp, history};
use serde_json::{Value, json};

/// A small company: an admin, a supervisor with one telecaller, and a telecaller of nobody's.
struct Company {
    app: TestApp,
    admin: Client,
    supervisor: Client,
    /// In the supervisor's team.
    alice: Client,
    bob: Client,
    alice_id: String,
    bob_id: String,
    supervisor_id: String,
}

impl Company {
    async fn start() -> Self {
        Self::start_with(&[]).await
    }

    async fn start_with(settings: &[(&str, &str)]) -> Self {
        let app = TestApp::start_with(settings).await;
        history::open_dialing(&app.app).await;
        let admin = Client::person(&app, "admin").await;
        let register = async |name: &str, role: &str, supervisor: Value| {
            let email = format!("{}@example.com", name.to_lowercase());
            let body = json!({ "name": format!("{name} Johnson"), "email": email, "password": PASSWORD, "role": role,
                "department": "sales", "phone": "9876543210", "supervisor": supervisor });
            let answer = admin.post("/api/auth/register", &body).await;
            assert_eq!(answer.status, 201, "{answer:?}");
            let id = answer.body["user"]["_id"].as_str().unwrap().to_owned();
            (id, Client::person(&app, &email).await)
        };
        let (supervisor_id, supervisor) = register("Sue", "supervisor", Value::Null).await;
        let (alice_id, alice) = register("Alice", "telecaller", json!(supervisor_id)).await;
        let (bob_id, bob) = register("Bob", "telecaller", Value::Null).await;
        Self { app, admin, supervisor, alice, bob, alice_id, bob_id, supervisor_id }
    }

    /// A report that this person files; answers its id.
    async fn report(&self, by: &Client) -> String {
        let filed = by.post("/api/reports", &json!({ "reportDate": "2025-03-01" })).await;
        filed.body["report"]["_id"].as_str().unwrap().to_owned()
    }

    /// A lead that this person makes; answers its id.
    async fn lead(&self, by: &Client, phone: &str) -> String {
        let body = json!({ "name": "John Doe", "phone": phone, "email": "john.doe@example.com" });
        let answer = by.post("/api/leads", &body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.body["lead"]["_id"].as_str().unwrap().to_owned()
    }
}
