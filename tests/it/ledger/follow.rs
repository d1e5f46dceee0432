//! Two processes on one database; a read model that cannot go on.

use crate::support::clients::{Client, report};
use crate::support::{TestApp, database, log};
use crate::support::{TestClock, history};
use projections::change::Committed;
use projections::follow::Follower;
use projections::rebuild::{self, Targets};
use sqlx::Executor;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread")]
async fn the_other_process_takes_over_when_the_following_one_dies() {
    let first = TestApp::with_numbers(&["09123456789"]).await;
    let second = TestApp::join(&first.database_url, first.clock.clone()).await;
    for (second_no, app) in [(1, &first), (2, &second), (3, &first), (4, &second)] {
        let answer = Client::dialer(app).report(&report(1, "BUSY", second_no)).await;
        assert_eq!((answer.status.as_u16(), answer.header("ledger-followed")), (200, None), "{answer:?}");
    }
    // Its backends end as they do when the process is killed.
    first.app.tasks.stop();
    first.app.tasks.wait().await;
    let died = Instant::now();
    let answer = Client::dialer(&second).report(&report(1, "MISSED", 5)).await;
    assert_eq!((answer.status.as_u16(), &answer.body["attempts"]), (200, &serde_json::json!(5)));
    let head = second.app.ledger.views().head().await.unwrap();
    while second.app.ledger.views().followed().await.unwrap() < head {
        assert!(died.elapsed() < Duration::from_secs(5), "not taken over in time");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    second.rebuilt_equals_live().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_model_that_cannot_go_on_is_paused_and_its_siblings_are_not() {
    let app = TestApp::join(&database().await, TestClock::new()).await;
    app.app.ledger.ensure_dialer(crate::support::DIALER_TOKEN, "IR").await.unwrap();
    history::open_dialing(&app.app).await;
    app.app.pool.execute("ALTER TABLE live.call_history ADD CHECK (outcome <> 'banned')").await.unwrap();
    history::capture(&app.app, ["09123456789".to_owned()]).await;
    let dialer = Client::dialer(&app);
    assert_eq!(dialer.report(&report(1, "BANNED", 1)).await.status, 200);
    assert_eq!(dialer.report(&report(1, "BUSY", 2)).await.status, 200);
    let ready = Client::nobody(&app).get("/readyz").await.body;
    assert_eq!(
        (&ready["status"], &ready["paused"][0]["projection"]),
        (&"degraded".into(), &"call_history".into())
    );
    let lead = app.app.ledger.views().find_lead(domain::ids::AnyId::Num(1)).await.unwrap().unwrap();
    assert_eq!((lead.attempts, lead.panel_status.as_str()), (2, "busy"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_handed_over_does_not_stop_those_behind_while_one_read_model_is_ahead() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    let head = app.app.ledger.views().head().await.unwrap();
    app.app.tasks.stop();
    app.app.tasks.wait().await;
    let lead = app.app.ledger.views().find_lead(domain::ids::AnyId::Num(1)).await.unwrap().unwrap().id;
    let note = r#"{"note_added":{"at":"2025-03-01T08:30:00Z","person":{"text":"noted"}}}"#;
    let upto = log::insert(&app.app.pool, lead, "note_added", note).await.unwrap();
    // It came back by itself while the others had not flushed yet what it read; a note is nothing to it.
    sqlx::query(
        "UPDATE projection_checkpoints SET position = $1, hash = (SELECT hash FROM events WHERE position = $1) \
         WHERE projection = 'call_history'",
    )
    .bind(upto)
    .execute(&app.app.pool)
    .await
    .unwrap();
    let mut conn = app.app.pool.acquire().await.unwrap();
    let mut follower = Follower::start(&mut conn).await.unwrap();
    let mut handed = VecDeque::from([Committed { after: head, upto, changes: Vec::new() }]);
    assert_eq!(follower.position(), Some(head));
    follower.step(&mut conn, &mut handed).await.unwrap();
    assert_eq!(follower.position(), Some(upto));
    drop(conn);
    app.rebuilt_equals_live().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_read_model_that_is_rebuilt_alone_is_followed_again() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    app.app
        .pool
        .execute("ALTER TABLE live.call_history ADD CONSTRAINT no CHECK (outcome <> 'banned')")
        .await
        .unwrap();
    let dialer = Client::dialer(&app);
    assert_eq!(dialer.report(&report(1, "BANNED", 1)).await.status, 200);
    let ready = Client::nobody(&app).get("/readyz").await.body;
    assert_eq!(ready["paused"][0]["projection"], "call_history", "{ready}");
    app.app.pool.execute("ALTER TABLE live.call_history DROP CONSTRAINT no").await.unwrap();
    let targets = Targets::named(["call_history"]).unwrap();
    let rebuilt = rebuild::run(&app.app.pool, &targets, false, Arc::new(|_, _| {})).await.unwrap();
    assert!(rebuilt.switched_at.is_some(), "{rebuilt:?}");
    assert_eq!(dialer.report(&report(1, "BUSY", 2)).await.status, 200);
    let views = app.app.ledger.views();
    let (asked, head) = (Instant::now(), views.head().await.unwrap());
    while views.followed().await.unwrap() < head {
        assert!(asked.elapsed() < Duration::from_secs(5), "it is never followed again");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    app.rebuilt_equals_live().await;
}

/// A process that knows nothing yet is asked for the same streams by many at once: each event is folded once.
#[tokio::test(flavor = "multi_thread")]
async fn many_who_ask_a_cold_process_for_one_stream_get_it_as_it_is() {
    let warm = TestApp::with_numbers(&["09123456789"]).await;
    let admin = Client::person(&warm, "admin").await;
    let body = serde_json::json!({ "username": "ali", "password": "long enough", "role": "admin" });
    let id = admin.post("/api/admins", &body).await.body["id"].clone();
    let reset = serde_json::json!({ "password": "another one" });
    assert_eq!(admin.post(&format!("/api/admins/{id}/reset-password"), &reset).await.status, 200);
    for second in 1..=3 {
        assert_eq!(Client::dialer(&warm).report(&report(1, "BUSY", second)).await.status, 200);
    }
    let token = Client::nobody(&warm).log_in("ali", "another one").await.body["access_token"].clone();
    let cold = TestApp::join(&warm.database_url, warm.clock.clone()).await;
    let ali = Client::nobody(&cold).with_token(token.as_str().unwrap());
    let reads = futures_util::future::join_all((0..16).map(|_| ali.get("/api/admins")));
    let dialer = Client::dialer(&cold);
    let (first, second) = (report(1, "BUSY", 1), report(1, "BUSY", 2));
    let bodies = (0..16).map(|n| if n % 2 == 0 { &first } else { &second });
    let repeats = futures_util::future::join_all(bodies.map(|body| dialer.report(body)));
    let (reads, repeats) = tokio::join!(reads, repeats);
    assert!(reads.iter().all(|answer| answer.status == 200), "{reads:?}");
    assert!(repeats.iter().all(|answer| answer.body["attempts"].as_u64() <= Some(2)), "{repeats:?}");
    let new = dialer.report(&report(1, "BUSY", 9)).await;
    assert_eq!(new.body["attempts"], 4);
    cold.rebuilt_equals_live().await;
}

/// A release that brings a new read model finds it empty at position 0: it is filled from the log beside the others.
#[tokio::test(flavor = "multi_thread")]
async fn a_read_model_that_comes_later_catches_up() {
    let app = TestApp::with_numbers(&["09123456789", "09123456780"]).await;
    history::random(&app, 7, 40).await;
    let forget = "DELETE FROM live.lead_counts; UPDATE projection_checkpoints SET position = 0 \
                  WHERE projection = 'lead_counts'";
    app.app.pool.execute(forget).await.unwrap();
    assert_eq!(Client::dialer(&app).report(&report(1, "BUSY", 9)).await.status, 200);
    let views = app.app.ledger.views();
    let head = views.head().await.unwrap();
    tokio::time::timeout(Duration::from_secs(10), async {
        while views.followed().await.unwrap() < head {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .expect("it catches up");
    app.rebuilt_equals_live().await;
}
