//! `GET /api/numbers`, `POST /api/numbers`, `GET /api/numbers/stats`

use crate::support::TestApp;
use crate::support::clients::{Client, report};
use domain::principal::Role;
use serde_json::{Value, json};
use std::collections::HashSet;

fn ids(body: &Value) -> Vec<i64> {
    body["items"].as_array().unwrap().iter().map(|item| item["id"].as_i64().unwrap()).collect()
}

/// B-115
#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_added_once_and_what_is_no_number_is_told() {
    let app = TestApp::start().await;
    let admin = Client::person(&app, "admin").await;
    let body =
        json!({ "phone_numbers": ["09121112222", "+98 912 111 2222", "0912 333 4444", "hello", "12"] });
    let answer = admin.post("/api/numbers", &body).await;
    let expected = json!({ "inserted": 2, "duplicates": 1, "invalid": 2,
        "samples": { "duplicates": ["+98 912 111 2222"], "invalid": ["hello", "12"] } });
    assert_eq!((answer.status.as_u16(), &answer.body), (200, &expected));
    let again = admin.post("/api/numbers", &json!({ "numbers": "09121112222\n09125556666\n" })).await;
    assert_eq!((&again.body["inserted"], &again.body["duplicates"]), (&json!(1), &json!(1)), "{again:?}");
    let listed = admin.get("/api/numbers?sort_by=created_at&sort_order=asc&status=&search=").await.body;
    assert_eq!(
        (listed["total"].as_i64(), listed["items"][0]["status"].as_str()),
        (Some(3), Some("IN_QUEUE"))
    );
    assert_eq!(listed["items"][0]["phone_number"], "09121112222");
    for body in [json!({}), json!({ "phone_numbers": 7 })] {
        assert_eq!(admin.post("/api/numbers", &body).await.status, 422);
    }
    app.rebuilt_equals_live().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_numbers_added_at_once_are_added_once() {
    let app = TestApp::start().await;
    let admin = Client::person(&app, "admin").await;
    let phones: Vec<String> = (0..600).map(|n| format!("0912{n:07}")).collect();
    let body = json!({ "phone_numbers": phones });
    let adds = (0..4).map(|_| admin.post("/api/numbers", &body));
    let answers = futures_util::future::join_all(adds).await;
    let sum = |field: &str| answers.iter().map(|a| a.body[field].as_i64().unwrap()).sum::<i64>();
    assert_eq!((sum("inserted"), sum("duplicates")), (600, 1_800), "{answers:?}");
    assert_eq!(app.count("lead_captured").await, 600);
    app.rebuilt_equals_live().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_filtered_searched_sorted_and_paged() {
    let phones: Vec<String> = (0..30).map(|n| format!("09123456{n:03}")).collect();
    let app = TestApp::with_numbers(&phones.iter().map(String::as_str).collect::<Vec<_>>()).await;
    app.register("ali", Role::Agent, Some("09120000000")).await;
    let admin = Client::person(&app, "admin").await;
    let dialer = Client::dialer(&app);
    for number in 1..=5 {
        let mut body = report(number, if number < 4 { "BUSY" } else { "CONNECTED" }, 1);
        body["agent_phone"] = json!("09120000000");
        body["user_message"] = json!("call me");
        assert_eq!(dialer.report(&body).await.status, 200);
    }
    let listed = admin.get("/api/numbers?status=BUSY&sort_by=phone_number&sort_order=asc").await;
    assert_eq!(listed.status, 200, "{listed:?}");
    let busy = admin.get("/api/numbers?status=BUSY&sort_by=phone_number&sort_order=asc").await.body;
    assert_eq!((ids(&busy), &busy["total"]), (vec![1, 2, 3], &json!(3)));
    let item = &busy["items"][0];
    assert_eq!(
        (&item["total_attempts"], &item["assigned_agent_name"], &item["last_user_message"]),
        (&json!(1), &json!("Ali Ahmadi"), &json!("call me"))
    );
    assert!(item["created_at"].as_str().unwrap().ends_with("+03:30"), "{item}");
    let found = admin.get("/api/numbers?search=0912345602").await.body;
    assert_eq!(found["skip"], 0, "{found}");
    assert_eq!((ids(&found).len(), found["total_is_exact"].as_bool()), (10, Some(true)));
    assert_eq!(admin.get("/api/numbers?search=%25").await.body["total"], 0);

    let mut seen = Vec::new();
    for skip in (0..30).step_by(7) {
        let page = admin.get(&format!("/api/numbers?skip={skip}&limit=7&sort_by=attempts")).await.body;
        assert_eq!(page["total"], 30, "{page}");
        seen.extend(ids(&page));
    }
    assert_eq!((seen.len(), seen.iter().collect::<HashSet<_>>().len()), (30, 30));
    assert_eq!(seen[..5], [5, 4, 3, 2, 1]);
    let beyond = admin.get("/api/numbers?skip=100").await.body;
    assert!(ids(&beyond).is_empty());
    for query in [
        "status=GONE",
        "sort_by=password",
        "sort_order=up",
        "skip=-1",
        "limit=x",
        "start_date=soon",
        "start_date=-9999-01-01",
    ] {
        let answer = admin.get(&format!("/api/numbers?{query}")).await;
        assert_eq!(answer.status, 422, "{query}");
    }
    assert_eq!(admin.get("/api/numbers?end_date=2025-03-01").await.body["total"], 30);
    assert_eq!(admin.get("/api/numbers?start_date=2025-03-02").await.body["total"], 0);

    let ali = Client::person(&app, "ali").await;
    assert_eq!(ids(&ali.get("/api/numbers?sort_order=asc&agent_id=1").await.body), [1, 2, 3, 4, 5]);
    let stats = ali.get("/api/numbers/stats").await.body;
    assert_eq!((&stats["total"], &stats["by_status"]["BUSY"]), (&json!(5), &json!(3)));
    assert_eq!(admin.get("/api/numbers/stats").await.body["by_status"]["IN_QUEUE"], 25);
    app.rebuilt_equals_live().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_sees_nothing() {
    let app = TestApp::start().await;
    app.register("ali", Role::Agent, None).await;
    app.register("audit", Role::Auditor, None).await;
    let (ali, auditor) = (Client::person(&app, "ali").await, Client::person(&app, "audit").await);
    let (dialer, nobody) = (Client::dialer(&app), Client::nobody(&app));
    let body = json!({ "select_all": true, "phone_numbers": [], "action": "reset" });
    for path in ["/api/numbers", "/api/numbers/stats"] {
        for (client, status) in [(&ali, 200), (&auditor, 403), (&dialer, 401), (&nobody, 401)] {
            assert_eq!(client.get(path).await.status, status, "{path}");
        }
    }
    for path in ["", "/upload", "/export", "/bulk", "/bulk-status", "/bulk-delete"] {
        let path = format!("/api/numbers{path}");
        for (client, status) in [(&ali, 403), (&auditor, 403), (&dialer, 401), (&nobody, 401)] {
            assert_eq!(client.post(&path, &body).await.status, status, "{path}");
        }
    }
}
