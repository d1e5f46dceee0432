//! What is no request of this dialect changes nothing and is told so in its shape.

use super::start;
use serde_json::json;

/// B-084
#[tokio::test(flavor = "multi_thread")]
async fn broken_bodies_are_refused_in_shape_and_change_nothing() {
    let (app, admin, agent) = start().await;
    let events = app.app.ledger.views().head().await.unwrap();
    let deep = format!("{{\"custom_fields\":{}1{}}}", "[".repeat(200), "]".repeat(200));
    let nested = |depth: usize| {
        let inside = format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        format!(
            "{{\"agent_id\":{agent},\"first_name\":\"A\",\"phone_e164\":\"+14155552671\",\"custom_fields\":{{\"a\":{inside}}}}}"
        )
    };
    for depth in [32, 100, 120, 124, 126] {
        let answer = admin.send(reqwest::Method::POST, "/api/v1/leads/", Some(&nested(depth)), &[]).await;
        assert_eq!(answer.status, 422, "{depth}");
    }
    let large = format!("{{\"first_name\":\"{}\"}}", "x".repeat(70_000));
    let nul = json!({ "agent_id": agent, "first_name": "Jo\0hn", "phone_e164": "+14155552671" }).to_string();
    let inner = json!({ "agent_id": agent, "first_name": "John", "phone_e164": "+14155552671", "custom_fields": { "a": "b\0" } }).to_string();
    let long = json!({ "agent_id": agent, "first_name": "x".repeat(1_001), "phone_e164": "+14155552671" })
        .to_string();
    let bodies = ["", "{", "[]", "7", "null", deep.as_str(), nul.as_str(), inner.as_str(), long.as_str()];
    for path in ["/api/v1/leads/", "/api/v1/calls/schedule", "/api/v1/agents/"] {
        for body in bodies {
            let answer = admin.send(reqwest::Method::POST, path, Some(body), &[]).await;
            assert_eq!(answer.status, 422, "{path} {body}: {answer:?}");
            assert!(answer.body["detail"].is_array() && answer.body["request_id"].is_string(), "{answer:?}");
        }
        assert_eq!(admin.send(reqwest::Method::POST, path, Some(&large), &[]).await.status, 413);
        let wrong = admin.send(reqwest::Method::DELETE, path, None, &[]).await;
        assert_eq!((wrong.status.as_u16(), &wrong.body["detail"]), (405, &json!("Method Not Allowed")));
    }
    for (method, path, status) in [
        (reqwest::Method::GET, "/api/v1/leads/%FF", 422),
        (reqwest::Method::POST, "/api/v1/calls/%FF/result", 422),
        (reqwest::Method::DELETE, "/api/numbers/%FF", 404),
    ] {
        let answer = admin.send(method, path, Some("{\"outcome\":\"failed\"}"), &[]).await;
        assert_eq!(answer.status, status, "{path}: {answer:?}");
        assert!(answer.body["code"].is_string(), "{answer:?}");
    }
    let nobodys = admin.get("/api/v1/nothing").await;
    assert_eq!((nobodys.status.as_u16(), &nobodys.body["detail"]), (404, &json!("Not Found")));
    assert_eq!(app.app.ledger.views().head().await.unwrap(), events);
}
