//! `/readyz`: is it ready, and if not, does it say why?

use super::TestApp;
use super::clients::Client;
use serde_json::Value;
use std::time::{Duration, Instant};

/// Why the service says it is not ready; `None`: it says that it is.
pub async fn unready(app: &TestApp) -> Option<String> {
    let answer = Client::nobody(app).get("/readyz").await;
    if answer.status == 200 {
        return None;
    }
    assert_eq!(answer.status, 503, "{answer:?}");
    assert_ne!(answer.body["status"], "ready", "{answer:?}");
    assert!(has_words(&answer.body), "503 without a reason: {answer:?}");
    Some(answer.body.to_string())
}

/// Waits until the service says that it is not ready; answers why.
pub async fn until_unready(app: &TestApp, patience: Duration) -> String {
    let until = Instant::now() + patience;
    loop {
        if let Some(why) = unready(app).await {
            return why;
        }
        assert!(Instant::now() < until, "it says that it is ready");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Waits until the service says that it is ready.
pub async fn until_ready(app: &TestApp, patience: Duration) {
    let until = Instant::now() + patience;
    while let Some(why) = unready(app).await {
        assert!(Instant::now() < until, "not ready: {why}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Whether a sentence is somewhere in it.
fn has_words(body: &Value) -> bool {
    match body {
        Value::String(text) => text.trim().contains(' '),
        Value::Array(all) => all.iter().any(has_words),
        Value::Object(all) => all.values().any(has_words),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
