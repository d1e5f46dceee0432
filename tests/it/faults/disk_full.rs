//! The database has no room left: 503 in the caller's dialect, nothing acknowledged, and it goes on by itself.

use crate::support::TestApp;
use crate::support::clients::{Client, report};
use sqlx::Executor;

/// What PostgreSQL says when the disk is full, said by a trigger: the state is the same, the disk is not harmed.
const FULL: &str = "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
    CREATE TRIGGER no_room BEFORE INSERT ON events FOR EACH STATEMENT EXECUTE FUNCTION no_room();";

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_a_503_and_nothing_is_acknowledged_until_there_is_room() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    let dialer = Client::dialer(&app);
    let before = app.count("attempt_reported").await;
    app.app.pool.execute(FULL).await.unwrap();
    for path in ["/api/dialer/report-result", "/api/dialer/next-batch?size=5"] {
        let answer = if path.ends_with('5') {
            dialer.get(path).await
        } else {
            dialer.report(&report(1, "BUSY", 1)).await
        };
        assert_eq!(answer.status, 503, "{answer:?}");
        assert!(answer.header("retry-after").is_some(), "{answer:?}");
        assert!(!answer.body.to_string().contains("No space"), "{answer:?}");
    }
    assert_eq!(app.count("attempt_reported").await, before);
    app.app.pool.execute("DROP TRIGGER no_room ON events").await.unwrap();
    let answer = dialer.report(&report(1, "BUSY", 1)).await;
    assert_eq!((answer.status.as_u16(), &answer.body["attempts"]), (200, &serde_json::json!(1)));
    app.rebuilt_equals_live().await;
}
