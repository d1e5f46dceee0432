//! `POST /api/numbers/bulk`, `/bulk-status`, `/bulk-delete`

use crate::support::TestApp;
use crate::support::clients::{Client, report};
use serde_json::json;

/// B-114
#[tokio::test(flavor = "multi_thread")]
async fn each_number_of_a_selection_is_changed_or_rejected_by_itself() {
    let phones: Vec<String> = (0..500).map(|n| format!("09123456{n:03}")).collect();
    let app = TestApp::with_numbers(&phones.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let dialer = Client::dialer(&app);
    for (number, status) in [(1, "CONNECTED"), (2, "BUSY"), (3, "HANGUP")] {
        assert_eq!(dialer.report(&report(number, status, 1)).await.status, 200);
    }
    let admin = Client::person(&app, "admin").await;
    let body =
        json!({ "action": "update_status", "status": "MISSED", "ids": [1, 2, 3, 4, 9999], "dry_run": true });
    let events = app.app.ledger.views().head().await.unwrap();
    let preview = admin.post("/api/numbers/bulk", &body).await.body;
    assert_eq!(app.app.ledger.views().head().await.unwrap(), events, "a dry run stores nothing");
    let body = json!({ "status": "MISSED", "ids": [1, 2, 3, 4, 9999] });
    let done = admin.post("/api/numbers/bulk-status", &body).await;
    assert_eq!(done.status, 200, "{done:?}");
    for field in ["matched", "changed", "unchanged", "rejected", "rejections"] {
        assert_eq!(preview[field], done.body[field], "{field}");
    }
    assert_eq!((&done.body["changed"], &done.body["rejected"]), (&json!(2), &json!(3)));
    let rejected = json!([
        { "id": 1, "code": "immutable_status", "detail": "Status CONNECTED is immutable" },
        { "id": 3, "code": "immutable_status", "detail": "Status HANGUP is immutable" },
        { "id": 9999, "code": "not_found", "detail": "Number not found" },
    ]);
    assert_eq!(done.body["rejections"], rejected);

    let all = json!({ "action": "reset", "select_all": true, "excluded_ids": [2], "status": "MISSED" });
    let reset = admin.post("/api/numbers/bulk", &all).await.body;
    assert_eq!((&reset["matched"], &reset["changed"]), (&json!(1), &json!(1)));
    let rest = json!({ "select_all": true, "status": "IN_QUEUE", "excluded_ids": [4] });
    let deleted = admin.post("/api/numbers/bulk-delete", &rest).await.body;
    assert_eq!((&deleted["changed"], &deleted["rejected"]), (&json!(496), &json!(0)));
    assert_eq!(admin.get("/api/v1/numbers").await.body["total"], 4);
    assert_eq!(app.count("lead_deleted").await, 496, "one event for each number");
    let path = format!("/api/numbers/bulk/{}", deleted["job_id"].as_str().unwrap());
    assert_eq!(admin.get(&path).await.body["state"], "done");
    app.rebuilt_equals_live().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_selection_is_refused() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    let admin = Client::person(&app, "admin").await;
    for body in [
        json!({}),
        json!({ "action": "paint", "ids": [1] }),
        json!({ "action": "reset" }),
        json!({ "action": "reset", "ids": [1], "select_all": true }),
        json!({ "action": "reset", "ids": [1], "excluded_ids": [1] }),
        json!({ "action": "reset", "ids": "all" }),
        json!({ "action": "update_status", "ids": [1] }),
        json!({ "action": "update_status", "ids": [1], "status": "LOUD" }),
        json!({ "action": "delete", "select_all": "maybe" }),
    ] {
        let answer = admin.post("/api/numbers/bulk", &body).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.body["code"]),
            (422, &json!("validation_error")),
            "{body}"
        );
    }
    assert_eq!(admin.get("/api/numbers/bulk/none").await.status, 404);
    assert_eq!(admin.get("/api/v1/numbers").await.body["total"], 1);
}
