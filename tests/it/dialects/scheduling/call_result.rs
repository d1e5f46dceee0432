//! `POST /api/v1/calls/{id}/result`: one more fact about a call, judged with the others.

use super::{lead, start};
use crate::support::clients::{Client, report};
use domain::principal::Role;
use serde_json::{Value, json};

/// B-080, B-081, C-25, C-43
#[tokio::test(flavor = "multi_thread")]
async fn a_result_is_a_fact_beside_the_dialers_and_the_greatest_holds() {
    let (app, admin, agent) = start().await;
    admin.post("/api/v1/leads/", &lead(&agent, "+14155552671")).await;
    assert_eq!(Client::dialer(&app).report(&report(1, "BUSY", 1)).await.status, 200);
    let call = admin.get("/api/v1/calls/history").await.body["calls"][0].clone();
    let path = format!("/api/v1/calls/{}/result", call["id"].as_str().unwrap());
    let result = json!({ "status": "completed", "outcome": "answered", "duration_seconds": 180,
        "transcript_url": "https://example.com/transcript/123", "summary": "Interested, demo next week" });
    for is_repeat in [false, true] {
        let answer = admin.post(&path, &result).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.header("idempotent-replayed").is_some(), is_repeat);
        for name in ["status", "outcome", "duration_seconds", "transcript_url", "summary"] {
            assert_eq!(answer.body[name], result[name], "{name}");
        }
        assert_eq!(answer.body, admin.get("/api/v1/calls/history").await.body["calls"][0]);
    }
    // What outranks it changes the verdict, what does not is kept all the same.
    for (body, outcome, disposition) in [
        (json!({ "status": "failed" }), "answered", "completed"),
        (json!({ "status": "busy", "disposition": "no_answer" }), "answered", "completed"),
        (json!({ "outcome": "answered", "disposition": "not_interested" }), "answered", "not_interested"),
        (json!({ "status": "in_progress" }), "answered", "not_interested"),
    ] {
        assert_eq!(admin.post(&path, &body).await.body["outcome"], outcome, "{body}");
        assert_eq!(admin.get("/api/v1/leads/1").await.body["disposition"], disposition, "{body}");
    }
    let metrics = admin.get("/api/v1/calls/metrics").await.body;
    assert_eq!((&metrics["total_calls"], &metrics["answered_calls"]), (&json!(1), &json!(1)));
    assert_eq!(app.count("attempt_revised").await, 4);
    app.rebuilt_equals_live().await;
}

/// B-084
#[tokio::test(flavor = "multi_thread")]
async fn what_says_nothing_or_contradicts_itself_changes_nothing() {
    let (app, admin, agent) = start().await;
    admin.post("/api/v1/leads/", &lead(&agent, "+14155552671")).await;
    Client::dialer(&app).report(&report(1, "BUSY", 1)).await;
    let id = admin.get("/api/v1/calls/history").await.body["calls"][0]["id"].clone();
    let path = format!("/api/v1/calls/{}/result", id.as_str().unwrap());
    for (body, name) in [
        (json!({}), "status"),
        (json!({ "status": "done" }), "status"),
        (json!({ "outcome": "busy" }), "outcome"),
        (json!({ "status": "completed", "outcome": "failed" }), "outcome"),
        (json!({ "outcome": "failed", "disposition": "hung_up" }), "outcome"),
        (json!({ "outcome": "answered", "disposition": "no_answer" }), "outcome"),
        (json!({ "outcome": "failed", "duration_seconds": -1 }), "duration_seconds"),
        (json!({ "outcome": "failed", "summary": "x".repeat(4_001) }), "summary"),
        (json!({ "outcome": "failed", "transcript_url": 7 }), "transcript_url"),
    ] {
        let answer = admin.post(&path, &body).await;
        assert_eq!(answer.status, 422, "{body}");
        assert_eq!(answer.body["detail"][0]["loc"], json!(["body", name]), "{body}");
    }
    let result = json!({ "outcome": "answered" });
    for (id, status) in [(uuid::Uuid::nil().to_string(), 404), ("17".to_owned(), 404), ("x".to_owned(), 422)]
    {
        assert_eq!(admin.post(&format!("/api/v1/calls/{id}/result"), &result).await.status, status, "{id}");
    }
    app.register("auditor", Role::Auditor, None).await;
    assert_eq!(Client::person(&app, "auditor").await.post(&path, &result).await.status, 403);
    assert_eq!(app.count("attempt_revised").await, 0);
    let history = admin.get("/api/v1/calls/history").await.body;
    assert_eq!(
        (&history["calls"][0]["status"], &history["calls"][0]["summary"]),
        (&json!("busy"), &Value::Null)
    );
}
