//! Clocks that are wrong: the database's.

use crate::cli::run;
use crate::support::TestApp;
use crate::support::clients::Client;
use crate::support::pages::Pages;
use chrono::Duration;
use lead_ledger::work::tick;
use reqwest::Method;
use serde_json::json;
use sqlx::Executor;

/// The clock is ahead by this much while the minute's work is done, and comes back.
async fn ahead_for_a_minute(app: &TestApp, by: Duration) {
    app.clock.set_off(by);
    tick::tick(&app.app.ledger, None).await.unwrap();
    app.clock.advance(Duration::minutes(1));
    tick::tick(&app.app.ledger, None).await.unwrap();
    app.clock.set_off(-by);
}

/// How far ahead: less and more than a token is good for.
fn far() -> [Duration; 4] {
    [Duration::hours(2), Duration::hours(11), Duration::hours(13), Duration::days(30)]
}

/// Issue 14, part 5: a token that was logged out was valid again.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_revoked_stays_revoked_though_the_clock_was_ahead() {
    let app = TestApp::start().await;
    app.clock.advance(Duration::minutes(10));
    let out = Client::person(&app, "admin").await;
    assert_eq!(out.post("/api/auth/logout", &json!({})).await.status, 200);
    let pages = Pages::person(&app, "admin").await;
    let page = pages.get("/agent-dashboard").await;
    pages.fill(&page, "/agent-dashboard/log-out", &[]).await;
    let stays = Client::person(&app, "admin").await;
    for by in far() {
        ahead_for_a_minute(&app, by).await;
        assert_eq!(out.get("/api/auth/profile").await.status, 401, "after the clock was {by} ahead");
        assert_eq!(pages.get("/agent-dashboard").await.status, 401, "after the clock was {by} ahead");
        assert_eq!(stays.get("/api/auth/profile").await.status, 200, "who did not log out");
    }
    // Time passes, and nothing of it is kept for ever.
    app.clock.advance(Duration::hours(72));
    tick::tick(&app.app.ledger, None).await.unwrap();
    app.clock.advance(Duration::hours(25));
    tick::tick(&app.app.ledger, None).await.unwrap();
    let kept: i64 = sqlx::query_scalar("SELECT count(*) FROM keys WHERE kind = 'ended_session'")
        .fetch_one(&app.app.pool)
        .await
        .unwrap();
    assert_eq!(kept, 0);
}

/// Issue 14, part 5: an `Idempotency-Key` was forgotten.
#[tokio::test(flavor = "multi_thread")]
async fn an_idempotency_key_is_remembered_though_the_clock_was_ahead() {
    let app = TestApp::with_numbers(&["09123456789", "09123456780", "09123456781"]).await;
    app.clock.advance(Duration::minutes(10));
    let dialer = Client::dialer(&app);
    let report =
        json!({ "number_id": 1, "status": "BUSY", "attempted_at": "2025-03-01T08:31:00Z" }).to_string();
    let key = [("idempotency-key", "one and the same")];
    let send = async || {
        let reported = dialer.send(Method::POST, "/api/dialer/report-result", Some(&report), &key).await;
        let batch = dialer.send(Method::GET, "/api/dialer/next-batch?size=1", None, &key).await;
        assert_eq!((reported.status.as_u16(), batch.status.as_u16()), (200, 200), "{reported:?} {batch:?}");
        (reported.body["attempt_id"].clone(), batch.body["batch"]["batch_id"].clone())
    };
    let first = send().await;
    for by in far() {
        ahead_for_a_minute(&app, by).await;
        assert_eq!(send().await, first, "after the clock was {by} ahead");
    }
    assert_eq!((app.count("attempt_reported").await, app.count("batch_issued").await), (1, 1));
}

/// Issue 14, part 5: a window of 15 minutes said `Retry-After: 8099`.
#[tokio::test(flavor = "multi_thread")]
async fn a_window_of_fifteen_minutes_never_says_more_than_that() {
    let app = TestApp::start_with(&[("LEDGER_RATE_LIMIT_GENERAL", "3")]).await;
    let nobody = Client::nobody(&app);
    app.clock.set_off(Duration::hours(2));
    for _ in 0..5 {
        assert_eq!(nobody.log_in("admin", "wrong password").await.status, 401);
    }
    for _ in 0..3 {
        assert_eq!(nobody.get("/api/leads").await.status, 401);
    }
    app.clock.advance(Duration::minutes(1));
    app.clock.set_off(Duration::hours(-2));
    for refused in [nobody.log_in("admin", "wrong password").await, nobody.get("/api/leads").await] {
        assert_eq!(
            (refused.status.as_u16(), refused.header("retry-after")),
            (429, Some("840")),
            "{refused:?}"
        );
    }
    app.clock.set_off(Duration::hours(-2));
    app.clock.advance(Duration::minutes(14));
    assert_eq!(nobody.get("/api/leads").await.status, 401);
    assert_eq!(nobody.log_in("admin", crate::support::PASSWORD).await.status, 200);
}

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
