//! What the simulation found: a repeat that was not recognised, and two leases of one number that overlapped in the log.

use crate::support::clients::Client;
use crate::support::lock::LedgerLock;
use crate::support::{TestApp, config, history};
use chrono::{DateTime, Duration, Utc};
use serde_json::json;
use sqlx::types::Json;

/// C-17: "again" is decided by the report alone. Seed 295.
#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_recognised_though_its_lead_was_deleted_meanwhile() {
    let app = TestApp::start().await;
    let (admin, dialer) = (Client::person(&app, "admin").await, Client::dialer(&app));
    let report =
        json!({ "phone_number": "+989123450006", "status": "MISSED", "attempted_at": app.now_text() });
    // given a report that a lead has, which is deleted then, and another lead with its number
    let first = dialer.report(&report).await;
    let id = first.body["number_id"].as_i64().unwrap();
    assert_eq!(admin.delete(&format!("/api/leads/{id}")).await.status, 200);
    let head = app.app.ledger.views().head().await.unwrap();
    for _ in 0..2 {
        // when the dialer sends it again
        let again = dialer.report(&report).await;
        // then it gets the first answer and nothing is stored
        assert_eq!(again.body["attempt_id"], first.body["attempt_id"], "{again:?}");
        assert_eq!(app.count("attempt_reported").await, 1);
    }
    assert_eq!(app.app.ledger.views().head().await.unwrap(), head);
    // but another report of that number is of a new lead
    app.clock.advance(Duration::minutes(1));
    let other = json!({ "phone_number": "+989123450006", "status": "BUSY" });
    assert_ne!(dialer.report(&other).await.body["number_id"], json!(id));
    assert_eq!(dialer.report(&report).await.body["attempt_id"], first.body["attempt_id"]);
    app.rebuilt_equals_live().await;
}

/// One live lease a number, also for those who replay the log. Seed 177.
#[tokio::test(flavor = "multi_thread")]
async fn a_lease_that_ends_while_another_waits_does_not_overlap_it_in_the_log() {
    let app = TestApp::start().await;
    history::open_dialing(&app.app).await;
    let admin = Client::person(&app, "admin").await;
    // given two leads with one number, and two processes that each want to lease one of them
    for name in ["One", "Two"] {
        admin.post("/api/leads", &json!({ "name": name, "phone": "+989123450003" })).await;
    }
    let other = app.serve_with(config(&[])).await;
    let dialers = [Client::dialer(&app), Client::dialer(&other)];
    let mut lock = LedgerLock::take(&app.database_url).await;
    let batches = dialers.each_ref().map(|dialer| dialer.next_batch(1));
    let release = async {
        assert!(lock.is_awaited_by(2, std::time::Duration::from_secs(5)).await, "nothing was appended");
        // when the first lease ends before the second request is stored
        app.clock.advance(Duration::minutes(20));
        lock.release().await;
    };
    let ([one, two], ()) =
        tokio::join!(async { futures_util::future::join_all(batches).await.try_into().unwrap() }, release);
    // then no lease begins, by the log, before the one before it has ended
    let leases: Vec<(Json<serde_json::Value>,)> =
        sqlx::query_as("SELECT payload::json FROM events WHERE event_type = 'lead_leased' ORDER BY position")
            .fetch_all(&app.app.pool)
            .await
            .unwrap();
    let time = |lease: &serde_json::Value, name: &str| -> DateTime<Utc> {
        let (_, members) = lease.as_object().unwrap().iter().next().unwrap();
        members[name].as_str().unwrap().parse().unwrap()
    };
    assert!(!leases.is_empty());
    for pair in leases.windows(2) {
        let (ended, began) = (time(&pair[0].0, "expires_at"), time(&pair[1].0, "at"));
        assert!(began >= ended, "{leases:?} {:?}", [&one, &two] as [&crate::support::clients::Answer; 2]);
    }
    app.rebuilt_equals_live().await;
}
