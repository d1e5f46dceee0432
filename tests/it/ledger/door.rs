//! What nobody can read does not get into the log; what got in all the same holds up nobody silently.

use crate::support::clients::{Client, report};
use crate::support::readiness::until_unready;
use crate::support::{TestApp, history, log};
use domain::ids::AnyId;
use sqlx::Executor;
use std::time::{Duration, Instant};

/// Tries to insert an event, as stock code does; answers whether it was refused.
async fn is_refused(app: &TestApp, stream: [&str; 2], sequence: i64, name: [&str; 2], payload: &str) -> bool {
    let [aggregate_type, aggregate_id] = stream;
    let [event_type, version] = name;
    let inserted = sqlx::query(
        "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata) \
         VALUES ($1, $2, $3, $4, $5, $6::json, '{}')",
    )
    .bind(aggregate_type)
    .bind(aggregate_id)
    .bind(sequence)
    .bind(event_type)
    .bind(version)
    .bind(payload)
    .execute(&app.app.pool)
    .await;
    inserted.is_err()
}

/// 1.3
#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_this_release_does_not_know_is_refused_at_the_door() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    let lead = app.app.ledger.views().find_lead(AnyId::Num(1)).await.unwrap().unwrap().id.to_string();
    let note = r#"{"note_added":{"at":"2025-03-01T08:30:00Z","person":{"text":"x"}}}"#;
    let lead = ["lead", &*lead];
    for (why, stream, sequence, name, payload) in [
        ("unknown kind", ["order", "1"], 1, ["order_placed", "1.0"], r#"{"order_placed":{}}"#),
        ("unknown type", lead, 2, ["lead_teleported", "1.0"], r#"{"lead_teleported":{}}"#),
        ("another kind's type", ["batch", lead[1]], 1, ["note_added", "1.0"], note),
        ("unknown version", lead, 2, ["note_added", "9.9"], note),
        ("a payload without its type", lead, 2, ["note_added", "1.0"], "{}"),
        ("another type's payload", lead, 2, ["lead_requeued", "1.0"], note),
        ("a gap in the stream", lead, 3, ["note_added", "1.0"], note),
        (
            "a stream that does not begin with 1",
            ["lead", "0190f0de-dd29-7a6b-9450-b6556ef3e623"],
            2,
            ["note_added", "1.0"],
            note,
        ),
    ] {
        assert!(is_refused(&app, stream, sequence, name, payload).await, "{why} got in");
    }
    assert!(!is_refused(&app, lead, 2, ["note_added", "1.0"], note).await, "what is as it should be gets in");
    app.rebuilt_equals_live().await;
}

/// 1.3
#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_cannot_be_read_is_named_and_writes_do_not_wait_for_it() {
    let app = TestApp::with_numbers(&["09123456789", "09123456780", "09123456781"]).await;
    let lead = app.app.ledger.views().find_lead(AnyId::Num(1)).await.unwrap().unwrap().id;
    let Ok(position) = log::insert(&app.app.pool, lead, "note_added", r#"{"note_added":{}}"#).await else {
        // A door that looks into the payload lets nothing in that cannot be read.
        return;
    };
    let why = until_unready(&app, Duration::from_secs(8)).await;
    assert!(why.contains(&position.to_string()), "position {position} is not named: {why}");
    let dialer = Client::dialer(&app);
    for second in 1..=3 {
        let asked = Instant::now();
        let answer = dialer.report(&report(2, "BUSY", second)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("ledger-followed")),
            (200, Some("false")),
            "{answer:?}"
        );
        assert!(asked.elapsed() < Duration::from_millis(1_500), "a write waited {:?}", asked.elapsed());
    }
    // A process that starts now serves as well, and says the same.
    let other = TestApp::join(&app.database_url, app.clock.clone()).await;
    assert_eq!(Client::dialer(&other).report(&report(2, "BUSY", 4)).await.body["attempts"], 4);
    let why = until_unready(&other, Duration::from_secs(8)).await;
    assert!(why.contains(&position.to_string()), "position {position} is not named: {why}");
}

/// 1.3
#[tokio::test(flavor = "multi_thread")]
async fn closed_leads_at_the_head_of_the_queue_do_not_hide_those_behind_them() {
    let app = TestApp::with_numbers(&[]).await;
    history::capture(&app.app, (1..=50).map(|n| format!("09123456{n:03}"))).await;
    let dialer = Client::dialer(&app);
    app.app.pool.execute("CREATE TABLE kept AS SELECT * FROM live.dial_queue").await.unwrap();
    for number in 1..=40 {
        assert_eq!(dialer.report(&report(number, "CONNECTED", 1)).await.status, 200);
    }
    // The rows are behind, as those of a read model that stands still.
    app.app
        .pool
        .execute("DELETE FROM live.dial_queue; INSERT INTO live.dial_queue SELECT * FROM kept")
        .await
        .unwrap();
    let batch = dialer.next_batch(10).await;
    assert_eq!(batch.body["batch"]["size_returned"], 10, "{batch:?}");
}
