//! What people say of their own days, beside what the ledger knows of them.

use super::Company;
use crate::support::clients::Client;
use serde_json::{Value, json};

fn said(on: &str) -> Value {
    json!({ "reportDate": on, "reportType": "daily", "totalCalls": 15, "completedCalls": 12,
        "followUpsCompleted": 8, "convertedLeads": 2, "dailyNotes": "Good day overall, converted 2 leads" })
}

/// A finished call of a new lead by this person.
async fn call(company: &Company, by: &Client, phone: &str) -> String {
    let lead = company.lead(by, phone).await;
    again(company, by, &lead, "completed").await;
    lead
}

async fn again(company: &Company, by: &Client, lead: &str, status: &str) {
    let begun = by.post("/api/calls/initiate", &json!({ "leadId": lead })).await;
    assert_eq!(begun.status, 201, "{begun:?}");
    company.app.clock.advance(chrono::Duration::minutes(3));
    let ended = by
        .put(&format!("/api/calls/{}", begun.body["callId"].as_str().unwrap()), &json!({ "status": status }))
        .await;
    assert_eq!(ended.status, 200, "{ended:?}");
}

/// B-147, B-148, B-149, C-27
#[tokio::test(flavor = "multi_thread")]
async fn a_report_stands_as_it_was_said_beside_what_the_ledger_knows() {
    let company = Company::start().await;
    let lead = call(&company, &company.alice, "9876543210").await;
    call(&company, &company.alice, "9876543211").await;
    again(&company, &company.alice, &lead, "completed").await;
    again(&company, &company.alice, &lead, "no-answer").await;
    company.alice.put(&format!("/api/leads/{lead}"), &json!({ "status": "converted" })).await;

    let filed = company.alice.post("/api/reports", &said("2025-03-01")).await;
    assert_eq!((filed.status.as_u16(), &filed.body["success"]), (201, &json!(true)), "{filed:?}");
    let report = &filed.body["report"];
    assert_eq!(
        (&report["user"], &report["reportDate"]),
        (&json!({ "_id": company.alice_id, "name": "Alice Johnson" }), &json!("2025-03-01T00:00:00Z"))
    );
    assert_eq!(
        report["ledger"],
        json!({ "totalCalls": 4, "completedCalls": 3, "followUpsCompleted": 1, "convertedLeads": 1 })
    );
    assert_eq!(
        report["variance"],
        json!({ "totalCalls": 11, "completedCalls": 9, "followUpsCompleted": 7, "convertedLeads": 1 })
    );

    // One a person, day and type.
    let twice = company.alice.post("/api/reports", &said("2025-03-01")).await;
    assert_eq!((twice.status.as_u16(), &twice.body["errors"][0]["field"]), (400, &json!("reportDate")));
    let weekly = json!({ "reportDate": "2025-03-04", "reportType": "weekly" });
    let weekly = company.alice.post("/api/reports", &weekly).await.body["report"].clone();
    assert_eq!(
        (&weekly["totalCalls"], &weekly["ledger"]["totalCalls"], &weekly["dailyNotes"]),
        (&json!(0), &json!(4), &Value::Null),
        "the seven days that end with it"
    );

    let path = format!("/api/reports/{}", report["_id"].as_str().unwrap());
    company.app.clock.advance(chrono::Duration::hours(1));
    let mut echoed = report.clone();
    echoed["totalCalls"] = json!(4);
    echoed["status"] = Value::Null;
    let edited = company.supervisor.put(&path, &echoed).await;
    assert_eq!(edited.status, 200, "{edited:?}");
    let shown = company.alice.get(&path).await.body["report"].clone();
    assert_eq!(shown["history"].as_array().unwrap().len(), 1);
    assert_eq!(shown["history"][0]["changes"], json!({ "totalCalls": { "from": 15, "to": 4 } }));
    assert_eq!(shown["history"][0]["editedBy"]["name"], "Sue Johnson");
    assert_eq!((&shown["variance"]["totalCalls"], &shown["completedCalls"]), (&json!(0), &json!(12)));
    assert_eq!(company.app.count("report_edited").await, 1);
    company.app.rebuilt_equals_live().await;
}

/// B-147, C-27, C-36
#[tokio::test(flavor = "multi_thread")]
async fn reports_are_found_by_person_type_and_day_within_ones_reach() {
    let company = Company::start().await;
    for day in ["2025-02-27", "2025-02-28", "2025-03-01"] {
        assert_eq!(company.alice.post("/api/reports", &said(day)).await.status, 201);
        assert_eq!(company.bob.post("/api/reports", &said(day)).await.status, 201);
    }
    let monthly = json!({ "reportDate": "2025-02-28", "reportType": "monthly", "userId": company.alice_id });
    assert_eq!(company.supervisor.post("/api/reports", &monthly).await.status, 201);
    let of_bob = json!({ "reportDate": "2025-02-20", "userId": company.bob_id });
    assert_eq!(company.supervisor.post("/api/reports", &of_bob).await.status, 403);
    assert_eq!(company.alice.post("/api/reports", &of_bob).await.status, 403);

    let total = async |by: &Client, query: &str| {
        let answer = by.get(&format!("/api/reports?{query}")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.body["total"], answer.body["pagination"]["total"]);
        answer.body["total"].as_i64().unwrap()
    };
    assert_eq!(total(&company.admin, "userId=&reportType=&dateFrom=&search=").await, 7);
    assert_eq!(total(&company.supervisor, "").await, 4);
    assert_eq!(total(&company.bob, "").await, 3);
    assert_eq!(total(&company.bob, &format!("userId={}", company.alice_id)).await, 0);
    assert_eq!(total(&company.admin, "reportType=monthly").await, 1);
    assert_eq!(total(&company.admin, "dateFrom=2025-02-28&dateTo=2025-02-28").await, 3);
    assert_eq!(total(&company.admin, &format!("userId={}&reportType=daily", company.bob_id)).await, 3);
    let page = company.admin.get("/api/reports?page=2&limit=5").await.body;
    assert_eq!(page["reports"].as_array().unwrap().len(), 2);
    assert_eq!(page["reports"][1]["reportDate"], "2025-02-27T00:00:00Z", "the latest first");

    for query in ["reportType=yearly", "dateFrom=soon", "dateFrom=2025-03-02&dateTo=2025-03-01"] {
        assert_eq!(company.admin.get(&format!("/api/reports?{query}")).await.status, 400, "{query}");
    }
    let bad = json!({ "reportDate": "soon", "totalCalls": -1, "completedCalls": "many" });
    let refused = company.alice.post("/api/reports", &bad).await;
    let fields: Vec<_> =
        refused.body["errors"].as_array().unwrap().iter().map(|error| error["field"].clone()).collect();
    assert_eq!(fields, ["totalCalls", "completedCalls", "reportDate"]);
    let id = company.bob.get("/api/reports").await.body["reports"][0]["_id"].clone();
    let path = format!("/api/reports/{}", id.as_str().unwrap());
    assert_eq!(company.alice.get(&path).await.status, 404);
    assert_eq!(company.alice.put(&path, &json!({ "totalCalls": 1 })).await.status, 404);
    company.app.rebuilt_equals_live().await;
}
