//! A full day: what one dialect does, all others see.

use crate::support::TestApp;
use crate::support::clients::Client;
use crate::support::{PASSWORD, history};
use serde_json::json;

/// B-124, B-143, B-145, B-152: people join, an advertisement brings a lead, a call goes wrong in the wires and well in the end.
#[tokio::test(flavor = "multi_thread")]
async fn a_lead_goes_through_the_day_and_is_the_same_in_every_dialect() {
    let app = TestApp::start().await;
    history::open_dialing(&app.app).await;
    let admin = Client::person(&app, "admin").await;
    let join = json!({ "name": "Alice Johnson", "email": "alice@example.com", "password": PASSWORD, "role": "telecaller" });
    assert_eq!(admin.post("/api/auth/register", &join).await.status, 201);
    let alice = Client::person(&app, "alice@example.com").await;
    let nobody = Client::nobody(&app);
    let lead = json!({ "full_name": "John Doe", "phone_number": "+919876543210", "email": "john.doe@example.com",
        "campaign_id": "1", "lead_id": "789", "created_time": 1_740_817_800, "field_data": [] });
    let came = nobody.post("/api/meta/webhook", &lead).await.body;
    assert_eq!(came["assignment"]["telecaller"]["name"], "Alice Johnson");
    let id = came["lead"]["_id"].as_str().unwrap();
    let begun =
        alice.post("/api/calls/initiate", &json!({ "leadId": id, "callType": "outbound" })).await.body;
    let sid = begun["twilioCall"]["sid"].as_str().unwrap();
    let form = [("content-type", "application/x-www-form-urlencoded")];
    for said in [
        "CallStatus=completed&CallDuration=61&SequenceNumber=3",
        "CallStatus=ringing&SequenceNumber=1",
        "CallStatus=in-progress&SequenceNumber=2",
    ] {
        let answer = nobody.form("/api/calls/status-callback", &format!("CallSid={sid}&{said}"), &form).await;
        assert_eq!(answer.status, 200);
    }
    app.clock.advance(chrono::Duration::minutes(5));
    let path = format!("/api/leads/{id}");
    alice.put(&path, &json!({ "notes": "Wants an offer by Friday", "status": "interested" })).await;
    alice.put(&path, &json!({ "status": "converted", "value": 2000 })).await;

    seen_alike(&alice, &admin, id).await;
    // A click of the same number is news of the same lead, and does not undo the sale.
    let click = json!({ "user": "alice", "dialer_user_id": "alice", "phone": "+919876543210" });
    assert_eq!(nobody.click(&click).await.status, 404, "the dialer knows nobody of that name");
    history::documents_agents(&app.app).await;
    let click = json!({ "dialer_user_id": "CalebG", "phone": "+919876543210" });
    let clicked = nobody.click(&click).await.body;
    assert_eq!(
        (&clicked["message"], &clicked["lead"]["status"]),
        (&json!("Lead updated successfully"), &json!("converted"))
    );
    assert_eq!(clicked["lead"]["id"], 1);
    let events = admin.get(&format!("/api/v1/ledger/leads/{id}/events")).await.body;
    assert!(events["events"].as_array().unwrap().len() > 10, "{events}");
    let verified = projections::rebuild::run(
        &app.app.pool,
        &projections::rebuild::Targets::all(),
        false,
        std::sync::Arc::new(|_, _| {}),
    )
    .await
    .unwrap();
    assert!(verified.is_clean(), "{verified:#?}");
    assert_eq!(alice.get(&path).await.status, 404, "it is CalebG's now");
    assert_eq!(admin.get(&path).await.body["lead"]["assignedTo"]["name"], "Caleb Galloway");
}

/// The lead and its call, as each dialect shows them.
async fn seen_alike(alice: &Client, admin: &Client, id: &str) {
    let path = format!("/api/leads/{id}");
    let crm = alice.get(&path).await.body["lead"].clone();
    assert_eq!(
        (&crm["status"], &crm["value"], &crm["notes"]),
        (&json!("converted"), &json!(2000), &json!("Wants an offer by Friday"))
    );
    let scheduling = admin.get(&format!("/api/v1/leads/{id}")).await.body;
    assert_eq!((&scheduling["phone_e164"], &scheduling["status"]), (&json!("+919876543210"), &json!("done")));
    assert_eq!((&scheduling["disposition"], &scheduling["attempts_count"]), (&json!("completed"), &json!(1)));
    let history = admin.get("/api/v1/calls/history").await.body["calls"][0].clone();
    assert_eq!(
        (&history["outcome"], &history["duration_seconds"], &history["agent_name"]),
        (&json!("answered"), &json!(61), &json!("Alice Johnson"))
    );
    let number = admin.get("/api/v1/numbers?search=%2B919876543210").await.body["items"][0].clone();
    assert_eq!(
        (&number["status"], &number["total_attempts"], &number["assigned_agent_name"]),
        (&json!("CONNECTED"), &json!(1), &json!("Alice Johnson"))
    );
}
