//! Calls: initiated through a provider, told of by people, seen by those who may.

use super::Company;
use crate::support::clients::Client;
use serde_json::{Value, json};

/// B-141, B-142, B-143, B-144, C-31, C-43
#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_initiated_and_people_say_how_it_went() {
    let company = Company::start().await;
    let lead = company.lead(&company.alice, "9876543210").await;
    let wish = json!({ "leadId": lead, "callType": "outbound", "phoneNumber": "9876543210" });
    let begun = company.alice.post("/api/calls/initiate", &wish).await;
    assert_eq!(begun.status, 201, "{begun:?}");
    let (call, sid) = (&begun.body["call"], begun.body["twilioCall"]["sid"].as_str().unwrap());
    assert!(sid.starts_with("CA") && sid.len() == 34, "{sid}");
    assert_eq!((&call["status"], &call["twilioCallSid"]), (&json!("initiated"), &json!(sid)));
    assert_eq!(
        (&call["telecaller"]["name"], &call["callType"]),
        (&json!("Alice Johnson"), &json!("outbound"))
    );
    assert_eq!((&call["endTime"], &begun.body["callId"]), (&Value::Null, &call["_id"]));
    // While it goes on nobody calls the number.
    let again = company.alice.post("/api/calls/initiate", &wish).await;
    assert_eq!((again.status.as_u16(), &again.body["errors"][0]["gate"]), (400, &json!("lease")));
    assert_eq!(Client::dialer(&company.app).next_batch(5).await.body["batch"]["size_returned"], 0);
    let path = format!("/api/calls/{}", call["_id"].as_str().unwrap());
    let end = json!({ "callId": call["_id"], "duration": 300 });
    let ended = company.alice.post("/api/calls/end", &end).await.body["call"].clone();
    assert_eq!((&ended["status"], &ended["duration"]), (&json!("completed"), &json!(300)));
    assert_eq!(ended["endTime"], "2025-03-01T08:35:00Z");
    let noted =
        company.alice.put(&path, &json!({ "notes": "Customer showed interest" })).await.body["call"].clone();
    assert_eq!((&noted["notes"], &noted["duration"]), (&json!("Customer showed interest"), &json!(300)));
    assert_eq!(company.alice.get(&path).await.body["call"], noted);
    let detail = company.alice.get(&format!("/api/leads/{lead}")).await.body["lead"].clone();
    assert_eq!(
        (&detail["status"], &detail["lastContactDate"]),
        (&json!("contacted"), &json!("2025-03-01T08:30:00Z"))
    );
    for (query, total) in [
        ("", 1),
        ("status=completed&callType=outbound", 1),
        ("status=no-answer", 0),
        ("callType=inbound", 0),
        ("dateFrom=2025-03-01&dateTo=2025-03-01", 1),
    ] {
        assert_eq!(company.alice.get(&format!("/api/calls?{query}")).await.body["total"], total, "{query}");
    }
    assert_eq!(company.bob.get("/api/calls").await.body["total"], 0);
    assert_eq!(company.bob.get(&path).await.status, 404);
    assert_eq!(
        company.supervisor.get(&format!("/api/calls?telecaller={}", company.alice_id)).await.body["total"],
        1
    );
    for (body, field) in [(json!({}), "leadId"), (json!({ "leadId": lead, "callType": "video" }), "callType")]
    {
        let answer = company.alice.post("/api/calls/initiate", &body).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.body["errors"][0]["field"]),
            (400, &json!(field)),
            "{body}"
        );
    }
    assert_eq!(
        company.alice.put(&path, &json!({ "status": "gone", "duration": -1 })).await.body["errors"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(company.bob.post("/api/calls/initiate", &wish).await.status, 404);
    company.app.rebuilt_equals_live().await;
}

/// B-144, C-21, C-31, C-43: what comes of a call is newer than the wish to make it.
#[tokio::test(flavor = "multi_thread")]
async fn a_follow_up_reopens_a_lead_and_its_end_closes_it() {
    let company = Company::start().await;
    let lead = company.lead(&company.alice, "9876543210").await;
    let wish = json!({ "leadId": lead });
    let first = company.alice.post("/api/calls/initiate", &wish).await.body["callId"].clone();
    company.alice.post("/api/calls/end", &json!({ "callId": first, "duration": 5 })).await;
    // A later call to somebody who answered is a follow-up.
    company.app.clock.advance(chrono::Duration::hours(1));
    let second = company.alice.post("/api/calls/initiate", &wish).await.body["call"]["_id"].clone();
    // A note while it rings is no verdict, and what comes of it closes the lead again.
    let path = format!("/api/calls/{}", second.as_str().unwrap());
    assert_eq!(
        company.alice.put(&path, &json!({ "notes": "ringing" })).await.body["call"]["status"],
        "initiated"
    );
    assert_eq!(company.bob.put(&path, &json!({ "notes": "mine" })).await.status, 404);
    assert_eq!(company.bob.post("/api/calls/end", &json!({ "callId": second })).await.status, 404);
    for (word, panel, status) in [
        ("no-answer", "MISSED", "in_progress"),
        ("completed", "CONNECTED", "done"),
        ("no-answer", "MISSED", "in_progress"),
    ] {
        company.app.clock.advance(chrono::Duration::seconds(1));
        assert_eq!(company.alice.put(&path, &json!({ "status": word })).await.body["call"]["status"], word);
        assert_eq!(company.admin.get("/api/v1/numbers?limit=1").await.body["items"][0]["status"], panel);
        assert_eq!(company.admin.get(&format!("/api/v1/leads/{lead}")).await.body["status"], status);
    }
    assert_eq!(
        Client::dialer(&company.app).next_batch(5).await.body["batch"]["size_returned"],
        0,
        "the delay holds"
    );
    company.app.rebuilt_equals_live().await;
}

/// C-12: the page sends the whole lead back; a number as it was shown is no other number.
#[tokio::test(flavor = "multi_thread")]
async fn a_number_of_another_region_survives_being_sent_back() {
    let company = Company::start().await;
    crate::support::history::capture(&company.app.app, ["09120000001".to_owned()]).await;
    let lead = company.admin.get("/api/leads").await.body["leads"][0].clone();
    let path = format!("/api/leads/{}", lead["_id"].as_str().unwrap());
    let mut whole = lead.clone();
    whole["notes"] = json!("called twice");
    whole["name"] = json!("Known Now");
    assert_eq!(company.admin.put(&path, &whole).await.status, 200);
    assert_eq!(company.admin.get("/api/v1/leads/1").await.body["phone_e164"], "+989120000001");
    let supervisor =
        company.admin.get(&format!("/api/users/{}", company.alice_id)).await.body["user"].clone();
    let back = company.admin.put(&format!("/api/users/{}", company.alice_id), &supervisor).await;
    assert_eq!((back.status.as_u16(), back.header("idempotent-replayed")), (200, Some("true")));
}

/// C-20, C-21, C-31: what a person's "now" does not open.
#[tokio::test(flavor = "multi_thread")]
async fn a_gate_in_the_way_is_named() {
    let company = Company::start().await;
    let lead = company.lead(&company.alice, "9876543210").await;
    let call = json!({ "leadId": lead });
    let off = company.admin.put("/api/schedule", &json!({ "enabled": false })).await;
    assert_eq!(off.status, 200);
    let refused = company.alice.post("/api/calls/initiate", &call).await;
    assert_eq!((refused.status.as_u16(), &refused.body["errors"][0]["gate"]), (400, &json!("switch")));
    company.admin.put("/api/schedule", &json!({ "enabled": true })).await;
    let report = json!({ "number_id": 1, "phone_number": null, "status": "BANNED", "attempted_at": company.app.now_text() });
    Client::dialer(&company.app).report(&report).await;
    let refused = company.alice.post("/api/calls/initiate", &call).await;
    assert_eq!((refused.status.as_u16(), &refused.body["errors"][0]["gate"]), (400, &json!("suppression")));
    assert_eq!(company.app.count("call_placed").await, 0);
    // Somebody who calls us is heard all the same.
    let inbound =
        company.alice.post("/api/calls/initiate", &json!({ "leadId": lead, "callType": "inbound" })).await;
    assert_eq!((inbound.status.as_u16(), &inbound.body["call"]["status"]), (201, &json!("in-progress")));
    let still = company.alice.post("/api/calls/initiate", &call).await;
    assert_eq!(still.body["errors"][0]["gate"], "suppression", "calling us lifts no ban");
    assert_eq!(
        (&inbound.body["twilioCall"], &inbound.body["call"]["callType"]),
        (&Value::Null, &json!("inbound"))
    );
    company.app.rebuilt_equals_live().await;
}
