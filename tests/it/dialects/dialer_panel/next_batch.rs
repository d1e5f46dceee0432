//! `GET /api/dialer/next-batch`

use crate::support::TestApp;
use crate::support::clients::Client;
use crate::support::history;
use chrono::Duration;
use reqwest::Method;
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
    for size in ["0", "-1", "ten", "1.5", "0x10"] {
        let answer = dialer.get(&format!("/api/dialer/next-batch?size={size}")).await;
        assert_eq!(answer.status, 422, "{size}");
        assert_eq!(answer.body["detail"][0]["loc"], json!(["query", "size"]));
    }
    // Fault 11: what no 32 bits hold is capped too.
    for size in [100_000, 4_294_967_295, 4_294_967_296, 99_999_999_999, i64::MAX] {
        let answer = dialer.get(&format!("/api/dialer/next-batch/?size={size}&unknown=1")).await;
        assert_eq!((answer.status.as_u16(), &answer.body["batch"]["size_requested"]), (200, &json!(size)));
    }
    let beyond = dialer.get(&format!("/api/dialer/next-batch?size={}", "9".repeat(30))).await;
    assert_eq!(beyond.body["batch"]["size_requested"], i64::MAX);
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

/// Fault 5, K26, C-50: `curl -I`, a proxy or a link checker takes no number away.
#[tokio::test(flavor = "multi_thread")]
async fn head_leases_nothing() {
    let app = TestApp::with_numbers(&["09123456789", "09123456780"]).await;
    let (dialer, nobody) = (Client::dialer(&app), Client::nobody(&app));
    let before = app.app.ledger.views().head().await.unwrap();
    for path in [
        "/api/dialer/next-batch?size=2",
        "/api/dialer/next-batch",
        "/api/dialer/next-batch/?size=99999999999",
    ] {
        for _ in 0..2 {
            let answer = dialer.send(Method::HEAD, path, None, &[("idempotency-key", "k")]).await;
            assert_eq!((answer.status.as_u16(), &answer.body), (200, &json!("")), "{path}");
        }
        assert_eq!(nobody.send(Method::HEAD, path, None, &[]).await.status, 401);
    }
    assert_eq!(dialer.send(Method::HEAD, "/api/dialer/next-batch?size=x", None, &[]).await.status, 422);
    assert_eq!(app.app.ledger.views().head().await.unwrap(), before);
    assert_eq!(dialer.next_batch(2).await.body["batch"]["size_returned"], 2, "they are all there still");
}

/// Fault 10, C-19
#[tokio::test(flavor = "multi_thread")]
async fn batches_are_asked_for_by_post_as_well() {
    let app = TestApp::with_numbers(&["09123456780", "09123456781", "09123456782", "09123456783"]).await;
    let dialer = Client::dialer(&app);
    let path = "/api/v1/dialer/batches";
    let answer = dialer.post(path, &json!({ "size": 1 })).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.body["batch"]["numbers"], json!([{ "id": 1, "phone_number": "09123456780" }]));
    assert!(answer.body["active_agents"].is_array() && answer.body["server_time"].is_string());
    let keyed = async || {
        dialer.send(Method::POST, path, Some("{\"size\":\"1\"}"), &[("idempotency-key", "k1")]).await
    };
    let (first, again) = (keyed().await, keyed().await);
    assert_eq!(
        (&first.body["batch"], again.header("idempotent-replayed")),
        (&again.body["batch"], Some("true"))
    );
    let by_query = dialer.send(Method::POST, "/api/v1/dialer/batches/?size=1", None, &[]).await;
    assert_eq!(by_query.body["batch"]["size_returned"], 1, "{by_query:?}");
    assert_eq!(dialer.post(path, &json!({})).await.body["batch"]["size_requested"], 100);
    for body in
        [json!({ "size": 0 }), json!({ "size": 1.5 }), json!({ "size": "ten" }), json!({ "size": [1] })]
    {
        let answer = dialer.post(path, &body).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.body["detail"][0]["loc"]),
            (422, &json!(["body", "size"]))
        );
    }
    assert_eq!(dialer.send(Method::POST, path, Some("{"), &[]).await.status, 422);
    let admin = Client::person(&app, "admin").await;
    for stranger in [&Client::nobody(&app), &admin] {
        assert_eq!(stranger.post(path, &json!({ "size": 1 })).await.status, 401);
    }
    let answer = dialer.get(path).await;
    assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, Some("POST")));
    app.rebuilt_equals_live().await;
}
