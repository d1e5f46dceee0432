//! Calls that people mean to make, calls that are deleted, and recordings (F16).

use super::Company;
use crate::support::clients::Client;
use crate::support::web_app::WebApp;
use serde_json::{Value, json};

/// F16: a planned call is a fact, and no attempt until it happens.
#[tokio::test(flavor = "multi_thread")]
async fn a_planned_call_counts_when_it_happens() {
    let company = Company::start().await;
    let lead = company.lead(&company.alice, "9876543210").await;
    let wish = json!({ "leadId": lead, "callType": "outbound", "scheduledAt": "2025-03-02T10:00:00Z",
        "notes": "ask for the bill" });
    let made = company.alice.post("/api/calls", &wish).await;
    assert_eq!(made.status, 201, "{made:?}");
    let call = WebApp::read(&made, "call");
    assert_eq!((&call["status"], &call["duration"]), (&json!("planned"), &Value::Null));
    assert_eq!((&call["scheduledAt"], &call["endTime"]), (&json!("2025-03-02T10:00:00Z"), &Value::Null));
    assert_eq!(
        (&call["telecaller"]["name"], &call["notes"]),
        (&json!("Alice Johnson"), &json!("ask for the bill"))
    );
    let path = format!("/api/calls/{}", call["_id"].as_str().unwrap());
    assert_eq!(WebApp(&company.alice).detail(&path, "call").await, call);
    let listed =
        async |query: &str| WebApp(&company.alice).rows(&format!("/api/calls?{query}"), "calls").await;
    for (query, count) in
        [("status=planned", 1), ("status=scheduled", 1), ("status=completed", 0), ("page=1", 1)]
    {
        assert_eq!(listed(query).await.len(), count, "{query}");
    }
    // It is in no figure, moves no lead, and leaves the lead to the dialer.
    let figures = company.admin.get("/api/dashboard/overview").await.body["overview"].clone();
    assert_eq!(figures["totalCalls"], 0);
    assert_eq!(company.admin.get("/api/v1/calls/metrics").await.body["total_calls"], 0);
    assert_eq!(company.admin.get("/api/v1/calls/history").await.body["total"], 0);
    assert_eq!(company.alice.get(&format!("/api/leads/{lead}")).await.body["lead"]["status"], "new");

    let moved = company.alice.put(&path, &json!({ "scheduledAt": "2025-03-03T10:00:00Z" })).await;
    assert_eq!(WebApp::read(&moved, "call")["scheduledAt"], "2025-03-03T10:00:00Z");
    assert_eq!(moved.body["notes"], "ask for the bill", "what is not said stays");
    assert_eq!(company.bob.get(&path).await.status, 404);
    assert_eq!(company.bob.put(&path, &json!({ "status": "completed" })).await.status, 404);

    let happened = company.alice.put(&path, &json!({ "status": "completed", "duration": 90 })).await;
    let over = WebApp::read(&happened, "call");
    assert_eq!(
        (&over["_id"], &over["status"], &over["duration"]),
        (&call["_id"], &json!("completed"), &json!(90))
    );
    assert_eq!(over["scheduledAt"], Value::Null);
    assert_eq!(WebApp(&company.alice).detail(&path, "call").await, over);
    assert_eq!(listed("status=planned").await.len(), 0);
    assert_eq!(company.admin.get("/api/v1/calls/metrics").await.body["total_calls"], 1);
    assert_eq!(company.alice.get(&format!("/api/leads/{lead}")).await.body["lead"]["status"], "contacted");
    let back = company.alice.put(&path, &json!({ "status": "planned" })).await;
    assert_eq!(back.status, 400, "what was made cannot be planned");
    company.app.rebuilt_equals_live().await;
}

/// F16: other ways of saying it.
#[tokio::test(flavor = "multi_thread")]
async fn a_plan_ends_by_any_word_and_what_is_wrong_with_one_is_told() {
    let company = Company::start().await;
    let lead = company.lead(&company.alice, "9876543210").await;
    let plan = async |more: Value| {
        let mut body = json!({ "leadId": lead });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        company.alice.post("/api/calls", &body).await
    };
    let first = plan(json!({ "callType": "inbound" })).await.body["call"].clone();
    let ended = company.alice.post("/api/calls/end", &json!({ "callId": first["_id"], "duration": 5 })).await;
    assert_eq!(
        (&ended.body["call"]["status"], &ended.body["call"]["callType"]),
        (&json!("completed"), &json!("inbound"))
    );
    let second = plan(json!({ "startTime": "2025-03-05T10:00:00+03:30" })).await.body["call"].clone();
    assert_eq!(second["scheduledAt"], "2025-03-05T06:30:00Z");
    let path = format!("/api/calls/{}", second["_id"].as_str().unwrap());
    let canceled = company.alice.put(&path, &json!({ "status": "canceled" })).await;
    assert_eq!((canceled.status.as_u16(), &canceled.body["call"]["status"]), (200, &json!("canceled")));
    assert_eq!(company.alice.get(&path).await.status, 404, "it will not be made");
    // A call that was made by other means is noted at once.
    let noted = plan(json!({ "status": "no-answer", "notes": "rang out" })).await;
    assert_eq!((noted.status.as_u16(), &noted.body["call"]["status"]), (201, &json!("no-answer")));
    assert_eq!(company.admin.get("/api/v1/calls/metrics").await.body["total_calls"], 2);
    let events = company.app.app.ledger.views().head().await.unwrap();
    for (more, field) in [
        (json!({ "leadId": null }), "leadId"),
        (json!({ "leadId": "x" }), "leadId"),
        (json!({ "scheduledAt": "soon" }), "scheduledAt"),
        (json!({ "callType": "video" }), "callType"),
        (json!({ "status": "gone" }), "status"),
        (json!({ "duration": -1 }), "duration"),
        (json!({ "telecallerId": company.bob_id }), "telecallerId"),
    ] {
        let refused = plan(more.clone()).await;
        assert_eq!(
            (refused.status.as_u16(), &refused.body["errors"][0]["field"]),
            (400, &json!(field)),
            "{more}"
        );
    }
    let strange = company.bob.post("/api/calls", &json!({ "leadId": lead })).await;
    assert_eq!(strange.status, 404);
    assert_eq!(company.app.app.ledger.views().head().await.unwrap(), events, "nothing was changed");
    company.app.rebuilt_equals_live().await;
}

/// F16: a deleted call is in no list; its history and what metrics count stay.
#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_call_is_out_of_lists_and_still_counted() {
    let company = Company::start().await;
    let lead = company.lead(&company.alice, "9876543210").await;
    let mut calls = Vec::new();
    for status in ["completed", "no-answer", "busy"] {
        company.app.clock.advance(chrono::Duration::minutes(1));
        let body = json!({ "leadId": lead, "status": status });
        calls.push(company.alice.post("/api/calls", &body).await.body["call"]["_id"].clone());
    }
    let path = format!("/api/calls/{}", calls[0].as_str().unwrap());
    assert_eq!(company.alice.delete(&path).await.status, 403);
    let gone = company.admin.delete(&path).await;
    assert_eq!((gone.status.as_u16(), &gone.body["message"]), (200, &json!("Call deleted successfully")));
    assert_eq!(company.admin.get(&path).await.status, 404);
    assert_eq!(company.admin.delete(&path).await.status, 404);
    let listed = company.admin.get("/api/calls").await.body;
    assert_eq!((&listed["total"], listed["calls"].as_array().unwrap().len()), (&json!(2), 2));
    for (query, total) in [
        ("status=completed", 0),
        ("dateFrom=2025-03-01&dateTo=2025-03-01", 2),
        ("callType=outbound", 2),
        ("status=busy", 1),
    ] {
        assert_eq!(company.admin.get(&format!("/api/calls?{query}")).await.body["total"], total, "{query}");
    }
    assert_eq!(company.admin.get("/api/v1/calls/history").await.body["total"], 2);
    assert_eq!(company.admin.get("/api/v1/calls/metrics").await.body["total_calls"], 3, "it was made");
    assert_eq!(company.app.count("call_deleted").await, 1);
    let planned =
        company.alice.post("/api/calls", &json!({ "leadId": lead })).await.body["call"]["_id"].clone();
    let path = format!("/api/calls/{}", planned.as_str().unwrap());
    assert_eq!(company.admin.delete(&path).await.status, 200);
    assert_eq!(company.alice.get("/api/calls?status=planned").await.body["total"], 0);
    company.app.rebuilt_equals_live().await;
}

/// F16: planned calls come first, and pages go on with those that were made.
#[tokio::test(flavor = "multi_thread")]
async fn pages_of_planned_and_made_calls_have_each_of_them_once() {
    let company = Company::start().await;
    let lead = company.lead(&company.alice, "9876543210").await;
    for n in 0..7 {
        company.app.clock.advance(chrono::Duration::minutes(1));
        let body =
            if n < 3 { json!({ "leadId": lead }) } else { json!({ "leadId": lead, "status": "busy" }) };
        assert_eq!(company.alice.post("/api/calls", &body).await.status, 201);
    }
    let mut seen = Vec::new();
    for page in 1..=4 {
        let answer = company.alice.get(&format!("/api/calls?page={page}&limit=2")).await.body;
        assert_eq!(answer["pagination"]["total"], 7);
        seen.extend(answer["calls"].as_array().unwrap().clone());
    }
    let statuses: Vec<&str> = seen.iter().map(|call| call["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["planned", "planned", "planned", "busy", "busy", "busy", "busy"]);
    let ids: std::collections::BTreeSet<String> = seen.iter().map(|call| call["_id"].to_string()).collect();
    assert_eq!(ids.len(), 7);
}

/// F16
#[tokio::test(flavor = "multi_thread")]
async fn a_recording_is_where_it_lies_and_null_where_there_is_none() {
    let company = Company::start().await;
    let lead = company.lead(&company.alice, "9876543210").await;
    let begun = company.alice.post("/api/calls/initiate", &json!({ "leadId": lead })).await.body;
    let path = format!("/api/calls/{}/recording", begun["callId"].as_str().unwrap());
    let none = company.alice.get(&path).await;
    assert_eq!((none.status.as_u16(), &none.body["recordingUrl"]), (200, &Value::Null));
    let url = "https://api.twilio.com/recordings/RE123";
    let form: String = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("CallSid", begun["twilioCall"]["sid"].as_str().unwrap()), ("RecordingUrl", url)])
        .finish();
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let told = Client::nobody(&company.app).form("/api/calls/recording-status", &form, &headers).await;
    assert_eq!(told.status, 200, "{told:?}");
    let there = company.alice.get(&path).await.body;
    assert_eq!((&there["recordingUrl"], &there["url"]), (&json!(url), &json!(url)));
    assert_eq!(company.bob.get(&path).await.status, 404);
}
