//! An event that nobody can read is set aside by an operator: everything goes on behind it, and it is shown ever after.

use crate::cli::run;
use crate::support::clients::{Client, report};
use crate::support::readiness::{until_ready, until_unready};
use crate::support::{TestApp, log};
use domain::ids::AnyId;
use serde_json::json;
use std::time::{Duration, Instant};

/// 1.3
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_set_aside_with_a_reason_and_has_no_effect() {
    let app = TestApp::with_numbers(&["09123456789", "09123456780"]).await;
    let lead = app.app.ledger.views().find_lead(AnyId::Num(1)).await.unwrap().unwrap().id;
    let position = log::insert(&app.app.pool, lead, "note_added", r#"{"note_added":{}}"#).await.unwrap();
    until_unready(&app, Duration::from_secs(8)).await;
    // The lead itself cannot be read, and its siblings can.
    let dialer = Client::dialer(&app);
    assert_eq!(dialer.report(&report(2, "BUSY", 1)).await.status, 200);
    let dir = tempfile::tempdir().unwrap();
    let set_aside = |position: i64, because: &str| {
        let position = position.to_string();
        run(&app, dir.path(), &["set-aside", &position, "--because", because]).status.code()
    };
    assert_eq!(set_aside(position, " "), Some(2), "without a reason");
    assert_eq!(set_aside(position - 1, "it can be read"), Some(2));
    assert_eq!(set_aside(position + 1_000, "it is not there"), Some(2));
    assert_eq!(set_aside(position, "a trial of another program"), Some(0));
    assert_eq!(set_aside(position, "said again"), Some(0));
    until_ready(&app, Duration::from_secs(10)).await;
    // The lead goes on behind it, in memory, in the read models and in a fold of the whole log.
    let answer = dialer.report(&report(1, "BUSY", 2)).await;
    assert_eq!(answer.body["attempts"], json!(1), "{answer:?}");
    let head = app.app.ledger.views().head().await.unwrap();
    let asked = Instant::now();
    while !app.app.ledger.wait_followed(head).await {
        assert!(asked.elapsed() < Duration::from_secs(10), "the read models do not go on");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    app.rebuilt_equals_live().await;
    let verified = run(&app, dir.path(), &["verify"]);
    let told = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert_eq!(verified.status.code(), Some(0), "{told}");
    assert!(told.contains(&format!("position {position}: set aside")), "{told}");
    let shown = Client::person(&app, "admin").await.get("/api/v1/ledger/projections").await;
    let set_aside = &shown.body["set_aside"];
    assert_eq!((set_aside[0]["position"].as_i64(), set_aside.as_array().unwrap().len()), (Some(position), 1));
    assert_eq!(app.count("position_set_aside").await, 1);
}
