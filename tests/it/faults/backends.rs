//! Database backends terminated at random while reports come in: 503 or durable, never a 5xx of ours, nothing doubled.

use crate::support::TestApp;
use crate::support::clients::{Client, report};
use crate::support::history;
use sqlx::{Connection, PgConnection};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const TERMINATED: usize = 50;

#[tokio::test(flavor = "multi_thread")]
async fn terminated_backends_lose_and_double_nothing() {
    let app = TestApp::with_numbers(&[]).await;
    history::capture(&app.app, (0..8).map(|n| format!("0912345678{n}"))).await;
    let is_over = Arc::new(AtomicBool::new(false));
    let mut load = tokio::task::JoinSet::new();
    for worker in 1..=8i64 {
        let (dialer, is_over) = (Client::dialer(&app), is_over.clone());
        load.spawn(async move {
            let mut acknowledged = 0;
            for second in 0..60u32 {
                // The identical report again after any error, as real clients do.
                loop {
                    let mut body = report(worker, "BUSY", second);
                    body["batch_id"] = serde_json::json!(uuid::Uuid::from_u128(u128::from(second) / 60));
                    let answer = dialer.report(&body).await;
                    match answer.status.as_u16() {
                        200 => break,
                        503 => tokio::time::sleep(Duration::from_millis(10)).await,
                        other => panic!("{other}: {answer:?}"),
                    }
                }
                acknowledged += 1;
                if is_over.load(Ordering::Relaxed) {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            acknowledged
        });
    }
    let mut killer = PgConnection::connect(&app.database_url).await.unwrap();
    for _ in 0..TERMINATED {
        sqlx::query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() \
             AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1",
        )
        .execute(&mut killer)
        .await
        .unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    is_over.store(true, Ordering::Relaxed);
    let acknowledged: i64 = load.join_all().await.into_iter().sum();
    // The first use of a connection whose backend is gone fails, and the pool lets go of it.
    for _ in 0..32 {
        let _ = app.app.ledger.views().head().await;
    }
    assert_eq!(app.count("attempt_reported").await, acknowledged);
    let head = app.app.ledger.views().head().await.unwrap();
    assert!(app.app.ledger.wait_followed(head).await);
    app.rebuilt_equals_live().await;
    assert_eq!(lead_ledger::audit::chain::check(&app.app.pool, |_, _| {}).await.unwrap().faults, []);
}
