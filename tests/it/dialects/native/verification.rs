//! `GET` and `POST /api/v1/ledger/verify`

use crate::support::TestApp;
use crate::support::clients::{Client, report};
use domain::principal::Role;
use serde_json::{Value, json};
use std::time::Duration;

/// Seen as a new user: an auditor starts a verification, and its report says how far it looked, when, and how far behind it
/// is by now.
#[tokio::test(flavor = "multi_thread")]
async fn an_auditor_starts_a_verification_and_reads_how_old_it_is() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    for role in [Role::Auditor, Role::Analyst] {
        app.register(role.as_str(), role, None).await;
    }
    let auditor = Client::person(&app, "auditor").await;
    let path = "/api/v1/ledger/verify";
    assert_eq!(auditor.get(path).await.status, 404, "there was none");
    assert_eq!(Client::person(&app, "analyst").await.post(path, &json!({})).await.status, 403);
    let started = auditor.post(path, &json!({})).await;
    assert_eq!((started.status.as_u16(), &started.body["state"]), (202, &json!("running")), "{started:?}");
    let report_of = async || loop {
        let told = auditor.get(path).await.body;
        if told["run"]["state"] != "running" {
            break told;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let head = app.app.ledger.views().head().await.unwrap();
    let told = report_of().await;
    assert_eq!((&told["run"]["state"], &told["is_clean"]), (&json!("done"), &json!(true)), "{told}");
    assert_eq!((&told["head"], &told["log_head"], &told["behind"]), (&json!(head), &json!(head), &json!(0)));
    assert!(told["verified_at"].as_str().unwrap().ends_with('Z'), "{told}");

    Client::dialer(&app).report(&report(1, "BUSY", 1)).await;
    let now = app.app.ledger.views().head().await.unwrap();
    let later = auditor.get(path).await.body;
    assert_eq!(
        (&later["head"], &later["log_head"], &later["behind"]),
        (&json!(head), &json!(now), &json!(now - head))
    );
    assert_eq!(later["verified_at"], told["verified_at"]);
    assert_eq!(auditor.post(path, &json!({})).await.status, 202);
    assert_eq!(report_of().await["behind"], Value::from(0));
}
