//! Calls: put before all others, listed, summed up, whatever dialect reported them.

use super::{lead, start};
use crate::support::clients::Client;
use crate::support::history;
use serde_json::{Value, json};

/// B-060, B-079, B-085, B-088, B-091, C-21
#[tokio::test(flavor = "multi_thread")]
async fn a_lead_made_here_is_dialed_by_the_panel_and_its_calls_are_seen_here() {
    let (app, admin, agent) = start().await;
    history::open_dialing(&app.app).await;
    let dialer = Client::dialer(&app);
    let mut body = lead(&agent, "+14155552671");
    body["schedule_at"] = json!("2025-03-02T08:00:00Z");
    let id = admin.post("/api/v1/leads/", &body).await.body["id"].clone();
    assert_eq!(dialer.next_batch(5).await.body["batch"]["size_returned"], 0, "not due yet");
    let now = json!({ "lead_id": id });
    for is_repeat in [false, true] {
        let scheduled = admin.post("/api/v1/calls/schedule", &now).await;
        assert_eq!(scheduled.status, 200, "{scheduled:?}");
        assert_eq!(scheduled.body, json!({ "message": "Lead scheduled successfully" }));
        assert_eq!(scheduled.header("idempotent-replayed").is_some(), is_repeat);
    }
    let status = async || {
        let lead = admin.get(&format!("/api/v1/leads/{}", id.as_str().unwrap())).await.body;
        (lead["status"].clone(), lead["attempts_count"].clone(), lead["disposition"].clone())
    };
    app.clock.advance(chrono::Duration::seconds(1));
    // Two attempts by the agent's policy, half an hour apart.
    for attempt in 1..=2 {
        let batch = dialer.next_batch(5).await.body;
        assert_eq!(batch["batch"]["size_returned"], 1, "{batch}");
        assert_eq!(status().await.0, "in_progress", "being called");
        let number = &batch["batch"]["numbers"][0];
        let report = json!({ "number_id": number["id"], "phone_number": number["phone_number"], "status": "MISSED",
            "batch_id": batch["batch"]["batch_id"], "attempted_at": app.now_text() });
        assert_eq!(dialer.report(&report).await.status, 200);
        let expected = if attempt == 1 { ("in_progress", Value::Null) } else { ("done", json!("no_answer")) };
        assert_eq!(status().await, (json!(expected.0), json!(attempt), expected.1));
        assert_eq!(
            dialer.next_batch(5).await.body["batch"]["size_returned"],
            0,
            "the delay is not over, or all is"
        );
        app.clock.advance(chrono::Duration::minutes(31));
    }
    let count = async |search: &str| {
        admin.get(&format!("/api/v1/calls/history?search={search}")).await.body["total"].clone()
    };
    for search in ["john", "%2B14155552671", "555267", "415-555"] {
        assert_eq!(count(search).await, 2, "{search}");
    }
    assert_eq!((count("%2B14155552672").await, count("nobody").await), (json!(0), json!(0)));
    let call = &admin.get("/api/v1/calls/history?search=John").await.body["calls"][0];
    assert_eq!((&call["lead_name"], &call["lead_phone"]), (&json!("John"), &json!("+14155552671")));
    assert_eq!(
        (&call["status"], &call["outcome"], &call["lead_id"]),
        (&json!("no_answer"), &json!("no_answer"), &id)
    );
    app.rebuilt_equals_live().await;
}

/// B-080, B-081, B-082, B-083, B-086
#[tokio::test(flavor = "multi_thread")]
async fn history_and_metrics_agree_whatever_is_asked_for() {
    let (app, admin, agent) = start().await;
    let dialer = Client::dialer(&app);
    for n in 1..=4 {
        let phone = format!("+1415555267{n}");
        assert_eq!(admin.post("/api/v1/leads/", &lead(&agent, &phone)).await.status, 201);
    }
    // Three answered, one missed, one failed; one of them two days later, and one revised.
    for (number, word, at) in [
        (1, "CONNECTED", "2025-03-01T08:00:00Z"),
        (2, "NOT_INTERESTED", "2025-03-01T08:05:00Z"),
        (3, "BUSY", "2025-03-01T08:10:00Z"),
        (3, "HANGUP", "2025-03-01T08:10:00Z"),
        (4, "MISSED", "2025-03-01T20:31:00Z"),
        (4, "FAILED", "2025-03-02T20:31:00Z"),
    ] {
        app.clock.advance(chrono::Duration::hours(12));
        let report = json!({ "number_id": number, "phone_number": null, "status": word, "attempted_at": at });
        assert_eq!(dialer.report(&report).await.status, 200);
    }
    // Three days later: everybody has to log in again.
    let admin = Client::person(&app, "admin").await;
    let ask = async |query: &str| {
        let metrics = admin.get(&format!("/api/v1/calls/metrics?{query}")).await.body;
        let history = admin.get(&format!("/api/v1/calls/history?{query}")).await.body;
        assert_eq!(metrics["total_calls"], history["total"], "{query}");
        assert_eq!(json!(history["calls"].as_array().unwrap().len()), history["total"]);
        metrics
    };
    // A call that no agent is named for is the lead's AI agent's.
    let all = ask("").await;
    let expected = json!({ "total_calls": 5, "answered_calls": 3, "no_answer_calls": 1, "failed_calls": 1,
        "pickup_rate": 60.0, "average_attempts_per_lead": 1.3, "active_agents": 1 });
    assert_eq!(all, expected);
    // Days are the ledger's, which is in Tehran: 20:31 UTC is the next day there.
    assert_eq!(ask("start_date=2025-03-01&end_date=2025-03-01").await["total_calls"], 3);
    assert_eq!(ask("start_date=2025-03-02&end_date=2025-03-03").await["total_calls"], 2);
    assert_eq!(ask("start_date=2025-03-02&end_date=2025-03-02&tz=UTC").await["total_calls"], 1);
    assert_eq!(ask("agent_id=00000000-0000-7000-8000-000000000000").await["total_calls"], 0);
    let answered = admin.get("/api/v1/calls/history?outcome=answered&per_page=2").await.body;
    assert_eq!((&answered["total"], answered["calls"].as_array().unwrap().len()), (&json!(3), 2));
    assert_eq!(answered["calls"][0]["outcome"], "answered");
    for wrong in
        ["outcome=busy", "start_date=yesterday", "start_date=2025-03-02&end_date=2025-03-01", "tz=Mars"]
    {
        let answer = admin.get(&format!("/api/v1/calls/history?{wrong}")).await;
        assert_eq!(answer.status, 422, "{wrong}");
    }
    app.rebuilt_equals_live().await;
    assert_eq!(ask("").await, expected, "and the same when everything was folded anew");
}

/// B-089, C-21: there is nothing to schedule that is not there, and a closed lead is open again.
#[tokio::test(flavor = "multi_thread")]
async fn a_closed_lead_is_opened_by_scheduling_and_an_unknown_one_is_404() {
    let (app, admin, agent) = start().await;
    let id = admin.post("/api/v1/leads/", &lead(&agent, "+14155552671")).await.body["id"].clone();
    let path = format!("/api/v1/leads/{}", id.as_str().unwrap());
    admin.put(&path, &json!({ "status": "done" })).await;
    assert_eq!(admin.post("/api/v1/calls/schedule", &json!({ "lead_id": id })).await.status, 200);
    assert_eq!(admin.get(&path).await.body["status"], "new");
    admin.delete(&path).await;
    for unknown in [id, json!(uuid::Uuid::nil()), json!(99)] {
        let answer = admin.post("/api/v1/calls/schedule", &json!({ "lead_id": unknown })).await;
        assert_eq!((answer.status.as_u16(), &answer.body["detail"]), (404, &json!("Lead not found")));
    }
    assert_eq!(admin.post("/api/v1/calls/schedule", &json!({})).await.status, 422);
    app.rebuilt_equals_live().await;
}

/// C-21: a ban outlasts whatever this dialect does to the lead, and does not stand in the way of others.
#[tokio::test(flavor = "multi_thread")]
async fn a_banned_number_is_not_dialed_for_anybody_and_starves_nobody() {
    let (app, admin, agent) = start().await;
    history::open_dialing(&app.app).await;
    let other = admin.post("/api/v1/agents", &json!({ "name": "Other" })).await.body["id"].clone();
    let dialer = Client::dialer(&app);
    let mut leads = Vec::new();
    for n in 0..3 {
        let id =
            admin.post("/api/v1/leads/", &lead(&agent, &format!("+1415555267{n}"))).await.body["id"].clone();
        let report = json!({ "number_id": n + 1, "phone_number": null, "status": "BANNED", "attempted_at": app.now_text() });
        assert_eq!(dialer.report(&report).await.status, 200);
        leads.push(id);
    }
    // The other agent has leads of the same numbers, older than the good one.
    for n in 0..4 {
        app.clock.advance(chrono::Duration::seconds(1));
        assert_eq!(admin.post("/api/v1/leads/", &lead(&other, &format!("+1415555267{n}"))).await.status, 201);
    }
    let refused = admin.post("/api/v1/calls/schedule", &json!({ "lead_id": leads[0] })).await;
    assert_eq!(refused.status, 400, "{refused:?}");
    for body in [json!({ "status": "done" }), json!({ "disposition": "not_interested" })] {
        let path = format!("/api/v1/leads/{}", leads[0].as_str().unwrap());
        assert_eq!(admin.put(&path, &body).await.status, 200);
    }
    let batch = dialer.next_batch(2).await.body;
    let numbers = batch["batch"]["numbers"].as_array().unwrap();
    assert_eq!((numbers.len(), &numbers[0]["phone_number"]), (1, &json!("+14155552673")), "{batch}");
    app.rebuilt_equals_live().await;
}

/// B-087, C-21: whoever leads others may have a lead called outside its agent's hours, and says why.
#[tokio::test(flavor = "multi_thread")]
async fn an_override_of_business_hours_is_for_one_call_and_is_recorded() {
    let (app, admin, agent) = start().await;
    history::open_dialing(&app.app).await;
    let hours = json!({ "business_hours_start": "09:00", "business_hours_end": "17:00", "timezone": "America/New_York" });
    admin.put(&format!("/api/v1/agents/{}", agent.as_str().unwrap()), &hours).await;
    let id = admin.post("/api/v1/leads/", &lead(&agent, "+14155552671")).await.body["id"].clone();
    let dialer = Client::dialer(&app);
    let given = async || dialer.next_batch(5).await.body["batch"]["size_returned"].clone();
    admin.post("/api/v1/calls/schedule", &json!({ "lead_id": id })).await;
    assert_eq!(given().await, 0, "scheduling alone does not open them");
    let mut body = json!({ "lead_id": id, "override_business_hours": true });
    let answer = admin.post("/api/v1/calls/schedule", &body).await;
    assert_eq!((answer.status.as_u16(), &answer.body["detail"][0]["loc"][1]), (422, &json!("reason")));
    body["reason"] = json!("asked to be called before work");
    app.register("telecaller", domain::principal::Role::Telecaller, None).await;
    let telecaller = Client::person(&app, "telecaller").await;
    assert_eq!(telecaller.post("/api/v1/calls/schedule", &body).await.status, 403);
    for _ in 0..2 {
        assert_eq!(admin.post("/api/v1/calls/schedule", &body).await.status, 200);
    }
    assert_eq!((given().await, app.count("hours_overridden").await), (json!(1), 1));
    app.rebuilt_equals_live().await;
}

/// C-13: an agent may come to have two leads of one number; that is said, and nothing is lost.
#[tokio::test(flavor = "multi_thread")]
async fn a_lead_that_comes_to_an_agent_with_the_same_number_is_suspected() {
    let (app, admin, agent) = start().await;
    let other = admin.post("/api/v1/agents", &json!({ "name": "Other" })).await.body["id"].clone();
    let first = admin.post("/api/v1/leads/", &lead(&agent, "+14155552671")).await.body["id"].clone();
    admin.post("/api/v1/leads/", &lead(&other, "+14155552671")).await;
    let num = app.app.ledger.views().all_agents().await.unwrap();
    let num = num.iter().find(|row| json!(row.id) == other).unwrap().num;
    let report = json!({ "number_id": 1, "phone_number": null, "status": "CONNECTED", "agent_id": num,
        "attempted_at": app.now_text() });
    assert_eq!(Client::dialer(&app).report(&report).await.status, 200);
    let lead = admin.get(&format!("/api/v1/leads/{}", first.as_str().unwrap())).await.body;
    assert_eq!((&lead["agent_id"], app.count("duplicate_suspected").await), (&other, 1));
    app.rebuilt_equals_live().await;
}
