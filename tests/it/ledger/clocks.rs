//! Clocks that are wrong: the database's.

use crate::cli::run;
use crate::support::TestApp;
use crate::support::clients::Client;
use sqlx::Executor;

/// 2.6: everything recorded after it would be given its time.
#[tokio::test(flavor = "multi_thread")]
async fn a_newest_event_of_the_far_future_is_an_alarm_and_verify_names_it() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(run(&app, dir.path(), &["verify"]).status.code(), Some(0));
    app.app.pool.execute("ALTER TABLE events DISABLE TRIGGER USER").await.unwrap();
    let position: i64 = sqlx::query_scalar(
        "UPDATE events e SET recorded_at = f.at, hash = sha256(f.hash || int8send(e.position) \
         || int8send(ledger_micros(f.at)) || ledger_leaf(e.event_id, e.aggregate_type, e.aggregate_id, e.sequence, \
         e.event_type, e.event_version, e.payload, e.metadata)) \
         FROM (SELECT position + 1 AS position, hash, date_trunc('second', now()) + interval '3 years' AS at \
               FROM events ORDER BY position DESC OFFSET 1 LIMIT 1) f \
         WHERE e.position = f.position RETURNING e.position",
    )
    .fetch_one(&app.app.pool)
    .await
    .unwrap();
    app.app.pool.execute("ALTER TABLE events ENABLE TRIGGER USER").await.unwrap();
    let verified = run(&app, dir.path(), &["verify"]);
    let told =
        format!("{}{}", String::from_utf8_lossy(&verified.stdout), String::from_utf8_lossy(&verified.stderr));
    assert_eq!(verified.status.code(), Some(1), "verify finds nothing: {told}");
    assert!(told.contains(&position.to_string()), "position {position} is not named: {told}");
    let ready = Client::nobody(&app).get("/readyz").await;
    assert_ne!(ready.body["status"], "ready", "{ready:?}");
}
