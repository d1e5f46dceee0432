//! What is no click changes nothing and is told so in this dialect's shape.

use crate::support::clients::{Client, FROM_DIALER};
use crate::support::{FROM_DIALER_KEY, TestApp, history};
use reqwest::Method;
use serde_json::json;

/// B-043
#[tokio::test(flavor = "multi_thread")]
async fn broken_requests_are_refused_in_shape_and_change_nothing() {
    let app = TestApp::start().await;
    history::documents_agents(&app.app).await;
    let client = Client::nobody(&app);
    let events = app.app.ledger.views().head().await.unwrap();
    let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    let large = format!("{{\"user\":\"{}\"}}", "x".repeat(70_000));
    let many = (0..301).map(|n| format!("\"f{n}\":1")).collect::<Vec<_>>().join(",");
    let long = json!({ "user": "CalebG", "comments": "x".repeat(1_001) }).to_string();
    let bodies = [
        (String::new(), 400),
        ("{".to_owned(), 400),
        ("[]".to_owned(), 400),
        ("\"text\"".to_owned(), 400),
        (format!("{{\"user\":{deep}}}"), 400),
        (format!("{{{many}}}"), 400),
        (json!({ "user": "Caleb\0G" }).to_string(), 400),
        (json!({ "user": "CalebG", "energy_bill_amount": "lots" }).to_string(), 400),
        (long, 400),
        (large, 413),
    ];
    for (body, status) in bodies {
        let headers = [("x-dialer-api-key", FROM_DIALER_KEY)];
        let answer = client.send(Method::POST, FROM_DIALER, Some(&body), &headers).await;
        let start: String = body.chars().take(40).collect();
        assert_eq!(answer.status, status, "{start}: {answer:?}");
        assert!(answer.body["error"].is_string() && answer.body["request_id"].is_string(), "{answer:?}");
    }
    for (method, status) in [(Method::PUT, 405), (Method::DELETE, 405), (Method::HEAD, 200)] {
        let answer = client.send(method, FROM_DIALER, None, &[("x-dialer-api-key", FROM_DIALER_KEY)]).await;
        assert_eq!(answer.status, status);
    }
    let prefetch = [("x-dialer-api-key", FROM_DIALER_KEY), ("sec-purpose", "prefetch;prerender")];
    let path = format!("{FROM_DIALER}?user=CalebG");
    assert_eq!(client.send(Method::GET, &path, None, &prefetch).await.status, 403);
    assert_eq!(app.app.ledger.views().head().await.unwrap(), events);
}
