//! Decided: a call of an AI agent's lead that is reported without an agent belongs to the lead's agent, in history and metrics.

use super::{lead, start};
use crate::support::clients::Client;
use crate::support::history;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_call_without_an_agent_is_the_ai_agents() {
    let (app, admin, agent) = start().await;
    history::open_dialing(&app.app).await;
    let dialer = Client::dialer(&app);
    for (n, more) in (1..).zip([
        json!({}),
        json!({ "agent_id": null }),
        json!({ "agent_id": "", "agent_phone": "" }),
        json!({ "agent_phone": null }),
        json!({ "agent_id": null, "agent_phone": null, "reason": "no ring" }),
    ]) {
        let phone = format!("+1415555267{n}");
        assert_eq!(admin.post("/api/v1/leads/", &lead(&agent, &phone)).await.status, 201);
        app.clock.advance(chrono::Duration::minutes(1));
        let mut report = json!({ "number_id": null, "phone_number": phone, "status": "MISSED",
            "attempted_at": app.now_text() });
        report.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let first = dialer.report(&report).await;
        assert_eq!((first.status.as_u16(), &first.body["warnings"]), (200, &json!([])), "{more}");
        let again = dialer.report(&report).await;
        assert_eq!(again.body, first.body, "the same report is the same again: {more}");
        let of_agent =
            admin.get(&format!("/api/v1/calls/history?agent_id={}", agent.as_str().unwrap())).await.body;
        assert_eq!(of_agent["total"], n, "{more}");
        assert_eq!(of_agent["calls"][0]["agent_id"], agent);
        let metrics =
            admin.get(&format!("/api/v1/calls/metrics?agent_id={}", agent.as_str().unwrap())).await.body;
        assert_eq!((&metrics["total_calls"], &metrics["active_agents"]), (&json!(n), &json!(1)), "{more}");
    }
    // Who is named and not known is not the lead's agent.
    app.clock.advance(chrono::Duration::minutes(1));
    let phone = "+14155552679";
    assert_eq!(admin.post("/api/v1/leads/", &lead(&agent, phone)).await.status, 201);
    let named = json!({ "number_id": null, "phone_number": phone, "status": "BUSY", "agent_id": 999,
        "attempted_at": app.now_text() });
    assert_eq!(dialer.report(&named).await.body["warnings"], json!(["agent_unresolved"]));
    let all = admin.get("/api/v1/calls/history").await.body;
    assert_eq!((&all["total"], &all["calls"][0]["agent_id"]), (&json!(6), &Value::Null));
    app.rebuilt_equals_live().await;
}

/// A person's lead is not: a dialer that names nobody may have connected anybody.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_without_an_agent_is_nobodys_where_a_person_has_the_lead() {
    let (app, admin, _) = start().await;
    app.register("dora", domain::principal::Role::Agent, Some("09120000009")).await;
    let made = admin.post("/api/leads", &json!({ "name": "John", "phone": "9876543210" })).await;
    assert!(made.body["lead"]["assignedTo"].is_object(), "{made:?}");
    let report =
        json!({ "number_id": 1, "phone_number": null, "status": "MISSED", "attempted_at": app.now_text() });
    assert_eq!(Client::dialer(&app).report(&report).await.status, 200);
    assert_eq!(admin.get("/api/v1/calls/history").await.body["calls"][0]["agent_id"], Value::Null);
}
