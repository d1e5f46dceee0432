//! Calls that the ledger asks a provider for, by the minute.

use super::{lead, start};
use crate::support::clients::Client;
use crate::support::{TestApp, history};
use chrono::Duration;
use domain::phone::Region;
use futures_util::future::{BoxFuture, FutureExt, ready};
use lead_ledger::call_provider::{CallProvider, OutboundCall, ProviderError, Simulated};
use lead_ledger::ledger::Context;
use lead_ledger::work::calls::Calls;
use lead_ledger::work::tick::tick;
use serde_json::{Value, json};
use std::sync::Arc;

fn calls(app: &TestApp, provider: impl CallProvider + 'static) -> Calls {
    Calls::new(app.app.ledger.clone(), Arc::new(provider), Duration::minutes(15), Region::default())
}

/// B-085, B-087, B-088, B-089, C-21
#[tokio::test(flavor = "multi_thread")]
async fn due_calls_of_ai_agents_are_placed_once_whoever_ticks() {
    let (app, admin, agent) = start().await;
    admin.post("/api/v1/leads/", &lead(&agent, "+14155552671")).await;
    let calls = calls(&app, Simulated);
    tick(&app.app.ledger, Some(&calls)).await.unwrap();
    let history = async || admin.get("/api/v1/calls/history").await.body;
    assert_eq!(history().await["total"], 0, "dialing is not open");
    history::open_dialing(&app.app).await;
    history::capture(&app.app, ["09120000001".to_owned()]).await;
    let second = TestApp::join(&app.database_url, app.clock.clone()).await;
    let seconds =
        Calls::new(second.app.ledger.clone(), Arc::new(Simulated), Duration::minutes(15), Region::default());
    let (one, other) =
        tokio::join!(tick(&app.app.ledger, Some(&calls)), tick(&second.app.ledger, Some(&seconds)));
    one.and(other).unwrap();
    let placed = history().await;
    assert_eq!((&placed["total"], &placed["calls"][0]["status"]), (&json!(1), &json!("in_progress")));
    assert_eq!((&placed["calls"][0]["outcome"], app.count("call_placed").await), (&Value::Null, 1));
    assert_eq!(admin.get("/api/v1/leads/1").await.body["status"], "in_progress");
    // Its number is nobody else's, and the one without an agent is for who pulls.
    let batch = Client::dialer(&app).next_batch(5).await.body;
    assert_eq!(batch["batch"]["numbers"][0]["phone_number"], "09120000001", "{batch}");
    assert_eq!(batch["batch"]["size_returned"], 1);
    let path = format!("/api/v1/calls/{}/result", placed["calls"][0]["id"].as_str().unwrap());
    assert_eq!(admin.post(&path, &json!({ "outcome": "no_answer" })).await.status, 200);
    tick(&app.app.ledger, Some(&calls)).await.unwrap();
    assert_eq!(history().await["total"], 1, "the retry delay is not over");
    app.clock.advance(Duration::minutes(31));
    tick(&app.app.ledger, Some(&calls)).await.unwrap();
    assert_eq!(history().await["total"], 2);
    app.rebuilt_equals_live().await;
}

struct Refusing;

impl CallProvider for Refusing {
    fn name(&self) -> &'static str {
        "refusing"
    }

    fn place<'a>(&'a self, _: &'a OutboundCall) -> BoxFuture<'a, Result<String, ProviderError>> {
        ready(Err(ProviderError::Refused { status: 400 })).boxed()
    }
}

/// C-31: what a provider does not do is a fact too.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_the_provider_refuses_has_failed() {
    let (app, admin, agent) = start().await;
    history::open_dialing(&app.app).await;
    admin.post("/api/v1/leads/", &lead(&agent, "+14155552671")).await;
    let placed = calls(&app, Refusing).place_due(&Context::system("test"), 5).await.unwrap();
    let call = admin.get("/api/v1/calls/history").await.body["calls"][0].clone();
    assert_eq!((placed, &call["status"], &call["outcome"]), (1, &json!("failed"), &json!("failed")));
    let lead = admin.get("/api/v1/leads/1").await.body;
    assert_eq!((&lead["attempts_count"], &lead["status"]), (&json!(1), &json!("in_progress")));
    app.rebuilt_equals_live().await;
}
