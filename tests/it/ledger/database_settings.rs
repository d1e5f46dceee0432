//! Whoever set up the database, or its role, does not decide whether an answer holds.

use crate::cli::{printed, run};
use crate::support::clients::{Client, report};
use crate::support::lock::LedgerLock;
use crate::support::{DIALER_TOKEN, PASSWORD, TestApp, TestClock, database, history};
use serde_json::json;
use sqlx::{Connection, Executor, PgConnection};

/// A service on a fresh database with this setting, and a connection beside it.
async fn with_setting(setting: &str) -> (TestApp, PgConnection) {
    let url = database().await;
    let mut conn = PgConnection::connect(&url).await.unwrap();
    let set =
        format!("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET {setting}', current_database()); END $$");
    conn.execute(&*set).await.unwrap();
    let app = TestApp::join(&url, TestClock::new()).await;
    app.app.ledger.ensure_dialer(DIALER_TOKEN, "IR").await.unwrap();
    history::open_dialing(&app.app).await;
    history::capture(&app.app, ["09123456789".to_owned()]).await;
    (app, conn)
}

/// 3.3
#[tokio::test(flavor = "multi_thread")]
async fn what_is_answered_is_on_disk_although_the_database_says_that_it_need_not_be() {
    let (app, mut conn) = with_setting("synchronous_commit = off").await;
    conn.execute(
        "CREATE TABLE durability (setting text);
         CREATE FUNCTION keep_durability() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN INSERT INTO durability VALUES (current_setting('synchronous_commit')); RETURN NULL; END $$;
         CREATE TRIGGER keep_durability AFTER INSERT ON events FOR EACH STATEMENT EXECUTE FUNCTION keep_durability();",
    )
    .await
    .unwrap();
    for second in 1..=3 {
        assert_eq!(Client::dialer(&app).report(&report(1, "BUSY", second)).await.status, 200);
    }
    let settings: Vec<String> =
        sqlx::query_scalar("SELECT setting FROM durability").fetch_all(&mut conn).await.unwrap();
    assert!(settings.len() >= 3 && settings.iter().all(|setting| setting != "off"), "{settings:?}");
}

/// 3.10
#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_is_not_got_in_the_databases_own_time_is_a_503() {
    let (app, _conn) = with_setting("lock_timeout = 200").await;
    let lock = LedgerLock::take(&app.database_url).await;
    let answer = Client::dialer(&app).report(&report(1, "BUSY", 1)).await;
    lock.release().await;
    assert_eq!(answer.status, 503, "{answer:?}");
    assert!(answer.header("retry-after").is_some(), "{answer:?}");
    assert_eq!(app.count("attempt_reported").await, 0);
    let again = Client::dialer(&app).report(&report(1, "BUSY", 1)).await;
    assert_eq!((again.status.as_u16(), app.count("attempt_reported").await), (200, 1), "{again:?}");
}

/// 3.8: leads, people, keys and reports.
#[tokio::test(flavor = "multi_thread")]
async fn sequences_of_numbers_that_were_set_back_make_no_twins() {
    let app = TestApp::with_numbers(&["09123456789", "09123456780", "09123456781"]).await;
    let dir = tempfile::tempdir().unwrap();
    let admin = Client::person(&app, "admin").await;
    assert_eq!(admin.post("/api/reports", &json!({ "reportDate": "2025-02-28" })).await.status, 201);
    let other = TestApp::join(&app.database_url, app.clock.clone()).await;
    for kind in ["lead", "agent", "credential", "report"] {
        app.app.pool.execute(&*format!("SELECT setval('num_{kind}', 1, false)")).await.unwrap();
    }
    let admin = Client::person(&other, "admin").await;
    let person = json!({ "username": "ali", "password": PASSWORD, "role": "agent" });
    for (path, body, status) in [
        ("/api/numbers", json!({ "phone_numbers": ["09123456782"] }), 200),
        ("/api/admins", person, 200),
        ("/api/reports", json!({ "reportDate": "2025-03-01" }), 201),
    ] {
        let answer = admin.post(path, &body).await;
        assert_eq!(answer.status, status, "{path}: {answer:?}");
    }
    printed(&run(&app, dir.path(), &["key", "add", "dialer-2", "--scope", "dialer"]));
    let twins: Vec<String> = sqlx::query_scalar(
        "SELECT aggregate_type || ' ' || (payload -> event_type ->> 'num') FROM events \
         WHERE sequence = 1 AND payload -> event_type ->> 'num' IS NOT NULL \
         GROUP BY 1 HAVING count(*) > 1 ORDER BY 1",
    )
    .fetch_all(&app.app.pool)
    .await
    .unwrap();
    assert_eq!(twins, Vec::<String>::new(), "two have one number");
    assert_eq!(app.count("lead_captured").await, 4);
    app.rebuilt_equals_live().await;
}
