//! Whatever is thrown at it: the dialect's own error shape, no 5xx, nothing written.

use crate::support::TestApp;
use crate::support::clients::Client;
use reqwest::Method;

#[tokio::test(flavor = "multi_thread")]
async fn broken_bodies_are_refused_in_shape_and_change_nothing() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    let dialer = Client::dialer(&app);
    let deep = format!("{}{}", "[".repeat(500), "]".repeat(500));
    let nested = format!("{{\"number_id\":1,\"status\":\"BUSY\",\"reason\":{deep}}}");
    let large = format!("{{\"number_id\":1,\"status\":\"BUSY\",\"reason\":\"{}\"}}", "x".repeat(10 << 20));
    let before = app.app.ledger.views().head().await.unwrap();
    for (body, status) in [
        ("", 422),
        ("{", 422),
        ("null", 422),
        ("[]", 422),
        ("\"text\"", 422),
        ("{\"status\":\"BUSY\"}", 422),
        ("{\"number_id\":1}", 422),
        ("{\"number_id\":1,\"status\":\"busy\"}", 422),
        (nested.as_str(), 422),
        (large.as_str(), 413),
    ] {
        let answer = dialer.send(Method::POST, "/api/dialer/report-result", Some(body), &[]).await;
        assert_eq!(answer.status, status, "{body:.60}");
        assert!(answer.body["detail"].is_array() || answer.body["detail"].is_string(), "{answer:?}");
        assert_eq!(answer.body["request_id"].as_str(), answer.header("x-request-id"));
    }
    assert_eq!(app.app.ledger.views().head().await.unwrap(), before);
    let good = dialer
        .send(Method::POST, "/api/dialer/report-result", Some("{\"number_id\":1,\"status\":\"BUSY\"}"), &[])
        .await;
    assert_eq!(good.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_values_are_read_as_far_as_they_can_be() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    let dialer = Client::dialer(&app);
    let long = "ن".repeat(5_000);
    for body in [
        "{\"number_id\":1,\"status\":\"BUSY\",\"reason\":\"nul \\u0000 inside\",\"user_message\":\"\\u0000\"}".to_owned(),
        "{\"number_id\":\"1\",\"status\":\"BUSY\",\"attempted_at\":\"soon\",\"agent_id\":{}}".to_owned(),
        "{\"number_id\":1,\"number_id\":1,\"status\":\"MISSED\",\"extra\":[1,2,3]}".to_owned(),
        "{\"number_id\":1,\"status\":\"BUSY\",\"attempted_at\":1740816000.25,\"call_allowed\":\"yes\"}".to_owned(),
        format!("{{\"number_id\":1,\"status\":\"BUSY\",\"reason\":\"{long}\"}}"),
    ] {
        let answer = dialer.send(Method::POST, "/api/dialer/report-result", Some(&body), &[]).await;
        assert_eq!((answer.status.as_u16(), answer.body["id"].as_i64()), (200, Some(1)), "{body:.80} {answer:?}");
    }
    app.rebuilt_equals_live().await;
}

/// Fault 14, C-50: what is unknown under this dialect's folders is refused in its shape, whoever asks.
#[tokio::test(flavor = "multi_thread")]
async fn unknown_paths_and_methods_are_refused_in_the_panels_shape() {
    let app = TestApp::start().await;
    let (admin, nobody) = (Client::person(&app, "admin").await, Client::nobody(&app));
    for path in [
        "/api/dialer",
        "/api/dialer/nothing",
        "/api/dialer/next-batch/x",
        "/api/numbers/1/x",
        "/api/numbers/x/y/",
        "/api/admins/1/x",
        "/api/admins/1/activate/x",
        "/api/schedule/x",
        "/api/schedule/x/y/z",
        "/api/stats",
        "/api/stats/nothing",
    ] {
        for method in [Method::GET, Method::POST, Method::DELETE] {
            for client in [&admin, &nobody] {
                let answer = client.send(method.clone(), path, None, &[]).await;
                let told = (answer.status.as_u16(), &answer.body["detail"], &answer.body["success"]);
                assert_eq!(told, (404, &"Not Found".into(), &serde_json::Value::Null), "{method} {path}");
                assert_eq!(answer.body["request_id"].as_str(), answer.header("x-request-id"));
            }
        }
    }
    for (method, path) in [
        (Method::DELETE, "/api/numbers"),
        (Method::GET, "/api/numbers/1"),
        (Method::GET, "/api/numbers/1/status"),
        (Method::PUT, "/api/admins"),
        (Method::POST, "/api/schedule"),
        (Method::POST, "/api/stats/attempt-trend"),
        (Method::POST, "/api/dialer/next-batch"),
    ] {
        let answer = admin.send(method.clone(), path, None, &[]).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.body["detail"]),
            (405, &"Method Not Allowed".into()),
            "{method} {path}"
        );
        assert!(answer.header("allow").is_some(), "{method} {path}");
    }
    for others in ["/api/numbersx", "/api/nothing", "/api/scheduled"] {
        assert_eq!(admin.get(others).await.body["success"], false, "{others}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_methods_and_media_types_are_refused_in_shape() {
    let app = TestApp::start().await;
    let dialer = Client::dialer(&app);
    let answer = dialer.get("/api/dialer/report-result").await;
    assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, Some("POST")));
    assert_eq!(answer.body["detail"], "Method Not Allowed");
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let answer = dialer.send(Method::POST, "/api/dialer/report-result", None, &form).await;
    assert_eq!(answer.status, 415);
}
