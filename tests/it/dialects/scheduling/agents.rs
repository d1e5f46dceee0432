//! Agents: their policy, their hours, on and off.

use super::start;
use crate::support::clients::Client;
use crate::support::{PASSWORD, TestApp, history};
use serde_json::json;

/// B-055, B-056
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_told_to_nobody_and_only_those_who_lead_change_agents() {
    let app = TestApp::start().await;
    let nobody = Client::nobody(&app);
    let id = "00000000-0000-7000-8000-000000000000";
    for path in ["/api/v1/agents/", "/api/v1/leads/", "/api/v1/calls/history", "/api/v1/calls/metrics"] {
        for client in [&nobody, &nobody.with_token("x.y.z"), &Client::dialer(&app)] {
            let answer = client.get(path).await;
            assert_eq!((answer.status.as_u16(), &answer.body["detail"]), (401, &json!("Not authenticated")));
        }
    }
    assert_eq!(nobody.post("/api/v1/calls/schedule", &json!({ "lead_id": id })).await.status, 401);
    let admin = Client::person(&app, "admin").await;
    for (username, role) in [("ali", "agent"), ("ana", "analyst")] {
        let body = json!({ "username": username, "password": PASSWORD, "role": role });
        assert_eq!(admin.post("/api/admins", &body).await.status, 200);
    }
    let (agent, analyst) = (Client::person(&app, "ali").await, Client::person(&app, "ana").await);
    assert_eq!(agent.post("/api/v1/agents", &json!({ "name": "x" })).await.status, 403);
    assert_eq!(analyst.get("/api/v1/calls/metrics").await.status, 200);
    assert_eq!(analyst.post("/api/v1/calls/schedule", &json!({ "lead_id": id })).await.status, 403);
    assert_eq!(analyst.delete(&format!("/api/v1/leads/{id}")).await.status, 403);
}

/// B-057, C-03
#[tokio::test(flavor = "multi_thread")]
async fn agents_are_listed_added_changed_and_switched() {
    let (app, admin, id) = start().await;
    let body = json!({ "name": "Night Shift", "business_hours_start": "22:00", "business_hours_end": "06:00",
        "timezone": "America/New_York", "max_attempts": 5, "retry_delay_minutes": 15 });
    let added = admin.post("/api/v1/agents/", &body).await.body;
    let shown = admin.get(&format!("/api/v1/agents/{}", added["id"].as_str().unwrap())).await.body;
    assert_eq!(shown, added);
    assert_eq!(
        (&shown["business_hours_start"], &shown["timezone"]),
        (&json!("22:00"), &json!("America/New_York"))
    );
    assert_eq!(
        shown["business_hours"],
        json!({ "start": "22:00", "end": "06:00", "timezone": "America/New_York" })
    );
    let listed = admin.get("/api/v1/agents/?per_page=100").await.body;
    assert_eq!((&listed["total"], listed["agents"].as_array().unwrap().len()), (&json!(2), 2));
    let path = format!("/api/v1/agents/{}", id.as_str().unwrap());
    let changed = admin.put(&path, &json!({ "max_attempts": 7, "name": "Sales Team" })).await.body;
    assert_eq!((&changed["max_attempts"], &changed["retry_delay_minutes"]), (&json!(7), &json!(30)));
    assert_eq!((&changed["name"], &changed["business_hours"]), (&json!("Sales Team"), &json!(null)));
    let off = admin
        .send(reqwest::Method::PATCH, &format!("{path}/status"), Some("{\"status\":\"inactive\"}"), &[])
        .await;
    assert_eq!((&off.body["status"], &off.body["is_active"]), (&json!("inactive"), &json!(false)));
    let boss = admin.get("/api/admins").await.body[0]["id"].clone();
    let off = admin.put(&format!("/api/v1/agents/{boss}"), &json!({ "is_active": false })).await;
    assert_eq!(off.status, 404, "whoever leads others is no agent here");
    for wrong in [
        json!({ "timezone": "Mars" }),
        json!({ "max_attempts": 0 }),
        json!({ "business_hours_start": "9am" }),
    ] {
        assert_eq!(admin.put(&path, &wrong).await.status, 422, "{wrong}");
    }
    app.rebuilt_equals_live().await;
}

/// B-087: an agent's leads wait for the agent's hours; others' do not.
#[tokio::test(flavor = "multi_thread")]
async fn leads_are_handed_out_within_their_agents_hours_only() {
    let (app, admin, always) = start().await;
    history::open_dialing(&app.app).await;
    // 08:30 UTC is half past three at night in New York.
    let body = json!({ "name": "Office", "business_hours_start": "09:00", "business_hours_end": "17:00", "timezone": "America/New_York" });
    let office = admin.post("/api/v1/agents/", &body).await.body["id"].clone();
    for (agent, phone) in [(&office, "+14155552671"), (&always, "+14155552672")] {
        assert_eq!(admin.post("/api/v1/leads/", &super::lead(agent, phone)).await.status, 201);
    }
    let dialer = Client::dialer(&app);
    let numbers = async || {
        let batch = dialer.next_batch(10).await.body;
        let numbers = batch["batch"]["numbers"].as_array().unwrap().clone();
        numbers.iter().map(|number| number["phone_number"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(numbers().await, ["+14155552672"]);
    app.clock.advance(chrono::Duration::hours(5) + chrono::Duration::minutes(30));
    assert_eq!(numbers().await, ["+14155552671", "+14155552672"], "nine o'clock");
}
