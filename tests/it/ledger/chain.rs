//! Is the log what it was?

use crate::support::TestApp;
use crate::support::history;
use lead_ledger::audit::chain;
use sqlx::Executor;

#[tokio::test(flavor = "multi_thread")]
async fn one_flipped_byte_is_found_and_its_position_named() {
    let app = TestApp::with_numbers(&["09123456789", "09123456780"]).await;
    history::random(&app, 1, 20).await;
    let mut conn = app.app.pool.acquire().await.unwrap();
    let whole = chain::check(&app.app.pool, |_, _| {}).await.unwrap();
    assert_eq!(whole.faults, []);
    conn.execute("ALTER TABLE events DISABLE TRIGGER events_append_only").await.unwrap();
    let position: i64 = sqlx::query_scalar(
        "UPDATE events SET metadata = replace(metadata::text, 'test', 'tesT')::json WHERE position = \
         (SELECT max(position) FROM events WHERE metadata ->> 'dialect' = 'test') RETURNING position",
    )
    .fetch_one(&mut *conn)
    .await
    .unwrap();
    let flipped = chain::check(&app.app.pool, |_, _| {}).await.unwrap();
    assert_eq!(flipped.faults.iter().map(|fault| fault.position).collect::<Vec<_>>(), [position]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_position_is_found() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    let mut conn = app.app.pool.acquire().await.unwrap();
    conn.execute("ALTER TABLE events DISABLE TRIGGER events_append_only").await.unwrap();
    conn.execute("DELETE FROM events WHERE position = 3").await.unwrap();
    let report = chain::check(&app.app.pool, |_, _| {}).await.unwrap();
    assert!(report.faults[0].problem.contains("position 3 is missing"), "{report:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_refuses_every_change() {
    let app = TestApp::start().await;
    for statement in ["UPDATE events SET sequence = 9", "DELETE FROM events", "TRUNCATE events"] {
        let refused = app.app.pool.execute(statement).await.unwrap_err().to_string();
        assert!(refused.contains("append-only"), "{refused}");
    }
}
