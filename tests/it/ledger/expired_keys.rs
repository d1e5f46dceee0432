//! Expired keys are forgotten while others take them again.

use crate::support::TestApp;
use crate::support::clients::Client;
use sqlx::Executor;
use std::time::Duration;

/// The rows stand in the other order, and whoever takes or deletes one pauses: two that go different ways meet half-way.
const REVERSED_AND_SLOW: &str = "
    CREATE TABLE kept AS
        SELECT kind, key, holder, until, outcome, position FROM keys WHERE kind = 'lease' ORDER BY ctid DESC;
    DELETE FROM keys WHERE kind = 'lease';
    INSERT INTO keys (kind, key, holder, until, outcome, position) SELECT * FROM kept;
    CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_sleep(0.1); RETURN COALESCE(NEW, OLD); END $$;
    CREATE TRIGGER pause BEFORE UPDATE OR DELETE ON keys FOR EACH ROW EXECUTE FUNCTION pause();";

/// 3.5
#[tokio::test(flavor = "multi_thread")]
async fn forgetting_expired_keys_and_taking_them_again_never_deadlock() {
    let phones: Vec<String> = (0..6).map(|n| format!("0912345678{n}")).collect();
    let app = TestApp::with_numbers(&phones.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let dialer = Client::dialer(&app);
    assert_eq!(dialer.next_batch(6).await.body["batch"]["size_returned"], 6);
    app.clock.advance(chrono::Duration::minutes(16));
    app.app.pool.execute(REVERSED_AND_SLOW).await.unwrap();
    let forget = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        app.app.ledger.forget_expired_keys().await
    };
    let (batch, forgotten) = tokio::join!(dialer.next_batch(6), forget);
    assert_eq!(batch.body["batch"]["size_returned"], 6, "{batch:?}");
    forgotten.unwrap();
    // What a session counts is told when it is idle.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let deadlocks: i64 =
        sqlx::query_scalar("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
            .fetch_one(&app.app.pool)
            .await
            .unwrap();
    assert_eq!(deadlocks, 0);
    let leases: i64 = sqlx::query_scalar("SELECT count(*) FROM keys WHERE kind = 'lease'")
        .fetch_one(&app.app.pool)
        .await
        .unwrap();
    assert_eq!(leases, 6, "the new leases stand");
}
