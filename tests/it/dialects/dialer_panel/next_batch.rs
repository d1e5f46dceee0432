//! `GET /api/dialer/next-batch`

use crate::support::TestApp;
use crate::support::clients::Client;
use crate::support::history;
use chrono::Duration;
use serde_json::json;
use std::collections::HashSet;

/// B-092, B-093: the token opens these paths only, and nothing else opens them.
#[tokio::test(flavor = "multi_thread")]
async fn only_the_dialers_token_opens_it() {
    let app = TestApp::with_numbers(&[]).await;
    let admin = Client::person(&app, "admin").await;
    for stranger in [Client::nobody(&app), Client::nobody(&app).with_token("guess"), admin] {
        let answer = stranger.next_batch(1).await;
        assert_eq!(answer.status, 401);
        assert_eq!(answer.body["detail"], "Not authenticated");
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    }
    let answer = Client::dialer(&app).get("/api/auth/profile").await;
    assert_eq!(answer.status, 401);
}

/// B-094, B-095, B-098, B-120
#[tokio::test(flavor = "multi_thread")]
async fn an_allowed_poll_gets_numbers_and_the_active_agents() {
    let app = TestApp::with_numbers(&["09123456789", "09123456780"]).await;
    app.register("ali", domain::principal::Role::Agent, Some("09121111111")).await;
    let answer = Client::dialer(&app).next_batch(100).await;
    let body = &answer.body;
    assert_eq!(body["call_allowed"], true);
    assert_eq!(body["timezone"], "Asia/Tehran");
    assert_eq!(body["server_time"], "2025-03-01T12:00:00.000000+03:30");
    assert_eq!(body["schedule_version"], 2);
    assert_eq!(body["active_agents"][0]["full_name"], "Ali Ahmadi");
    assert_eq!(body["active_agents"][0]["phone_number"], "09121111111");
    assert_eq!((&body["batch"]["size_requested"], &body["batch"]["size_returned"]), (&json!(100), &json!(2)));
    let numbers = json!([
        { "id": 1, "phone_number": "09123456789" }, { "id": 2, "phone_number": "09123456780" }
    ]);
    assert_eq!(body["batch"]["numbers"], numbers);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

/// B-096, B-097, B-100
#[tokio::test(flavor = "multi_thread")]
async fn a_closed_gate_says_why_and_for_how_long() {
    let app = TestApp::start().await;
    let (dialer, admin) = (Client::dialer(&app), Client::person(&app, "admin").await);
    let reason = async |change: serde_json::Value| {
        assert_eq!(admin.put("/api/schedule", &change).await.status, 200);
        let answer = dialer.next_batch(1).await;
        assert_eq!((answer.status.as_u16(), &answer.body["call_allowed"]), (200, &json!(false)));
        assert_eq!(answer.header("retry-after").unwrap(), answer.body["retry_after_seconds"].to_string());
        assert!(answer.body.get("batch").is_none());
        (
            answer.body["reason"].as_str().unwrap().to_owned(),
            answer.body["retry_after_seconds"].as_i64().unwrap(),
        )
    };
    assert_eq!(reason(json!({})).await, ("no_window".to_owned(), 3_600));
    let later = json!({ "intervals": [{ "day_of_week": 0, "start_time": "12:10", "end_time": "17:00" }] });
    assert_eq!(reason(later).await, ("outside_allowed_time_window".to_owned(), 601));
    assert_eq!(reason(json!({ "holidays": ["2025-03-01"] })).await.0, "holiday");
    assert_eq!(reason(json!({ "enabled": false })).await, ("disabled".to_owned(), 600));
}

/// B-099
#[tokio::test(flavor = "multi_thread")]
async fn a_leased_number_comes_back_when_its_lease_expires_and_the_late_report_fences_nobody() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    let dialer = Client::dialer(&app);
    let first = dialer.next_batch(5).await.body["batch"].clone();
    assert_eq!(first["size_returned"], 1);
    assert_eq!(dialer.next_batch(5).await.body["batch"]["numbers"], json!([]));
    app.clock.advance(Duration::minutes(15));
    let second = dialer.next_batch(5).await.body["batch"].clone();
    assert_eq!(second["size_returned"], 1);

    let mut report = json!({
        "number_id": 1, "phone_number": "09123456789", "status": "BUSY", "batch_id": first["batch_id"],
        "attempted_at": "2025-03-01T08:40:00+00:00"
    });
    assert_eq!(dialer.report(&report).await.body["lease"], "expired");
    report["batch_id"] = second["batch_id"].clone();
    report["attempted_at"] = json!("2025-03-01T08:46:00+00:00");
    assert_eq!(dialer.report(&report).await.body["lease"], "matched");
    app.rebuilt_equals_live().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_queue_is_an_empty_batch_and_no_event() {
    let app = TestApp::with_numbers(&[]).await;
    let answer = Client::dialer(&app).next_batch(5).await;
    assert_eq!(
        (&answer.body["call_allowed"], &answer.body["batch"]["size_returned"]),
        (&json!(true), &json!(0))
    );
    assert_eq!(app.count("batch_issued").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_size_that_is_none_is_refused_and_a_large_one_is_capped() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    let dialer = Client::dialer(&app);
    for size in ["0", "-1", "ten", "1.5", "99999999999"] {
        let answer = dialer.get(&format!("/api/dialer/next-batch?size={size}")).await;
        assert_eq!(answer.status, 422, "{size}");
        assert_eq!(answer.body["detail"][0]["loc"], json!(["query", "size"]));
    }
    let answer = dialer.get("/api/dialer/next-batch/?size=100000&unknown=1").await;
    assert_eq!(answer.body["batch"]["size_requested"], 100_000);
    assert_eq!(dialer.get("/api/dialer/next-batch?size=").await.body["batch"]["size_requested"], 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_idempotency_key_gets_the_same_batch_while_the_lease_lasts() {
    let app = TestApp::with_numbers(&["09123456789", "09123456780"]).await;
    let dialer = Client::dialer(&app);
    let poll = async || {
        dialer
            .send(reqwest::Method::GET, "/api/dialer/next-batch?size=1", None, &[("idempotency-key", "k1")])
            .await
    };
    let (first, second) = (poll().await, poll().await);
    assert_eq!(first.body["batch"], second.body["batch"]);
    assert_eq!(second.header("idempotent-replayed"), Some("true"));
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_pollers_never_get_the_same_number() {
    let app = TestApp::with_numbers(&[]).await;
    history::capture(&app.app, (0..2_000).map(|n| format!("0912{n:07}"))).await;
    let mut pollers = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let dialer = Client::dialer(&app);
        pollers.spawn(async move {
            let mut got = Vec::new();
            loop {
                let answer = dialer.next_batch(17).await;
                assert_eq!(answer.status, 200, "{answer:?}");
                let numbers = answer.body["batch"]["numbers"].as_array().unwrap().clone();
                if numbers.is_empty() {
                    return got;
                }
                got.extend(numbers.iter().map(|number| number["id"].as_i64().unwrap()));
            }
        });
    }
    let all: Vec<i64> = pollers.join_all().await.into_iter().flatten().collect();
    let distinct: HashSet<i64> = all.iter().copied().collect();
    assert_eq!((all.len(), distinct.len()), (2_000, 2_000));
    app.rebuilt_equals_live().await;
}
