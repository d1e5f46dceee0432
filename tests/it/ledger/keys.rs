//! Claims and leases follow from the log: what the table says otherwise is found, and made anew while the service runs.

use crate::cli::run;
use crate::support::TestApp;
use crate::support::clients::Client;
use projections::Targets;
use projections::rebuild;
use sqlx::Executor;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Two numbers, one of them banned and one leased; then the table of keys is spoiled in every way.
async fn spoiled() -> TestApp {
    let app = TestApp::with_numbers(&["09123456789", "09123456780", "09123456781"]).await;
    let admin = Client::person(&app, "admin").await;
    assert_eq!(admin.set_status(1, "BANNED").await.status, 200);
    assert_eq!(Client::dialer(&app).next_batch(1).await.body["batch"]["size_returned"], 1);
    for statement in [
        "DELETE FROM keys WHERE kind = 'suppressed'",
        "INSERT INTO keys (kind, key, holder, position) SELECT 'suppressed', key, holder, 1 FROM \
         (SELECT substr(key, 8) AS key, holder FROM keys WHERE kind = 'phone' AND key LIKE '%781') k",
        "INSERT INTO keys (kind, key, holder, until, position) \
         VALUES ('lease', 'nothing', gen_random_uuid(), '2999-01-01', 1)",
        "DELETE FROM keys WHERE kind = 'num' AND key LIKE 'lead:%2'",
    ] {
        app.app.pool.execute(statement).await.unwrap();
    }
    app
}

/// 1.6, 2.3
#[tokio::test(flavor = "multi_thread")]
async fn keys_that_are_not_what_the_log_says_are_found_and_made_anew() {
    let app = spoiled().await;
    let dir = tempfile::tempdir().unwrap();
    let verified = run(&app, dir.path(), &["verify"]);
    let told = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert_eq!(verified.status.code(), Some(1), "{told}");
    assert!(told.contains("2 are missing, 2 follow from nothing"), "{told}");
    assert_eq!(run(&app, dir.path(), &["rebuild", "keys"]).status.code(), Some(1), "it tells what it found");
    app.rebuilt_equals_live().await;
    assert_eq!(run(&app, dir.path(), &["verify"]).status.code(), Some(0));
}

/// 1.11: what an older release's fold has made is made anew at the start, beside what is read.
#[tokio::test(flavor = "multi_thread")]
async fn a_newer_fold_makes_its_rows_and_keys_anew_when_the_service_starts() {
    let app = spoiled().await;
    app.app
        .pool
        .execute(
            "DELETE FROM folds; UPDATE live.dial_queue SET rank = 9; \
             UPDATE projection_checkpoints SET generation = 1 WHERE projection = 'dial_queue'",
        )
        .await
        .unwrap();
    let _newer = TestApp::join(&app.database_url, app.clock.clone()).await;
    // A fold that was refused, by a machine under load say, is tried again after half a minute.
    let until = Instant::now() + Duration::from_secs(90);
    loop {
        let folds: i64 =
            sqlx::query_scalar("SELECT count(*) FROM folds WHERE name IN ('keys', 'dial_queue')")
                .fetch_one(&app.app.pool)
                .await
                .unwrap();
        if folds == 2 {
            break;
        }
        assert!(Instant::now() < until, "nothing was made anew");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let compared = rebuild::run(&app.app.pool, &Targets::all(), true, Arc::new(|_, _| {})).await.unwrap();
    assert!(compared.is_clean(), "{compared:?}");
}
