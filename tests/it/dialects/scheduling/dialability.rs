//! Why is a lead not dialed? Every gate, and the same answer as next-batch gives.

use super::{lead, start};
use crate::support::clients::{Client, report};
use crate::support::history;
use serde_json::json;

/// B-087, B-088, C-20
#[tokio::test(flavor = "multi_thread")]
async fn every_gate_is_told_and_agrees_with_next_batch() {
    let (app, admin, agent) = start().await;
    let dialer = Client::dialer(&app);
    let id = admin.post("/api/v1/leads/", &lead(&agent, "+14155552671")).await.body["id"].clone();
    let path = format!("/api/v1/leads/{}/dialability", id.as_str().unwrap());
    let closed = async |query: &str| {
        let answer = admin.get(&format!("{path}{query}")).await.body;
        let gates = answer["gates"].as_array().unwrap().clone();
        assert_eq!(gates.len(), 10);
        let closed: Vec<String> = gates
            .iter()
            .filter(|gate| gate["passes"] == false)
            .map(|gate| gate["gate"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(answer["is_dialable"], closed.is_empty());
        closed
    };
    let given = async || dialer.next_batch(5).await.body["batch"]["size_returned"].as_u64().unwrap_or(0);
    assert_eq!((closed("").await, given().await), (vec!["window".to_owned()], 0), "no window yet");
    history::open_dialing(&app.app).await;
    assert_eq!(closed("").await, Vec::<String>::new());
    assert_eq!(given().await, 1);
    assert_eq!((closed("").await, given().await), (vec!["lease".to_owned()], 0));
    assert_eq!(closed("?at=2025-03-01T08:45:00Z").await, Vec::<String>::new(), "the lease is over then");
    assert_eq!(dialer.report(&report(1, "MISSED", 1)).await.status, 200);
    assert_eq!((closed("").await, given().await), (vec!["due".to_owned()], 0));
    let office = json!({ "business_hours_start": "09:00", "business_hours_end": "17:00", "timezone": "America/New_York" });
    let set = admin.put(&format!("/api/v1/agents/{}", agent.as_str().unwrap()), &office).await;
    assert_eq!(set.status, 200, "{set:?}");
    app.clock.advance(chrono::Duration::minutes(31));
    assert_eq!((closed("").await, given().await), (vec!["business_hours".to_owned()], 0));
    assert_eq!(dialer.report(&report(1, "BANNED", 1)).await.status, 200);
    assert_eq!(closed("").await, ["suppression", "attempts", "business_hours"]);
    assert_eq!(admin.get(&format!("{path}?at=soon")).await.status, 422);
    assert_eq!(Client::nobody(&app).get(&path).await.status, 401);
}
