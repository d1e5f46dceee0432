//! Somebody hangs, and does not end: the process that follows, or a stranger who holds the ledger's lock.

use super::{Process, ledger, serve, signal};
use crate::support::TestApp;
use crate::support::clients::{Answer, Client, http, report};
use crate::support::lock::LedgerLock;
use crate::support::readiness::{until_ready, until_unready};
use serde_json::json;
use std::time::{Duration, Instant};

/// Sends a report to a real process until it is taken.
async fn send(address: &str, number: i64, second: u32) {
    let until = Instant::now() + Duration::from_secs(8);
    let http = http().timeout(Duration::from_secs(8)).build().unwrap();
    loop {
        let sent = http
            .post(format!("http://{address}/api/dialer/report-result"))
            .bearer_auth("fault token")
            .body(report(number, "MISSED", second).to_string());
        let status = sent.send().await.unwrap().status();
        if status == 200 {
            return;
        }
        assert!(status == 503 && Instant::now() < until, "{status}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Whether the read models reach the end of the log in time.
async fn is_followed(app: &TestApp, patience: Duration) -> bool {
    let views = app.app.ledger.views();
    let head = views.head().await.unwrap();
    let until = Instant::now() + patience;
    while views.followed().await.unwrap() < head {
        if Instant::now() > until {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    true
}

/// 1.9
#[tokio::test(flavor = "multi_thread")]
async fn the_other_process_takes_over_when_the_following_one_hangs_and_nothing_is_doubled_when_it_goes_on() {
    let prepared = TestApp::with_numbers(&["09123456789", "09123456780"]).await;
    prepared.app.tasks.stop();
    // It follows no more; what waits for its lane is not waited for.
    let _ = tokio::time::timeout(Duration::from_secs(1), prepared.app.tasks.wait()).await;
    let dir = tempfile::tempdir().unwrap();
    let command = || {
        let mut command = ledger(dir.path(), &["serve"]);
        command.env("DATABASE_URL", &prepared.database_url);
        command
    };
    let (following, first) = serve(&mut command());
    let following = Process(following);
    send(&first, 1, 1).await;
    let (standing_by, second) = serve(&mut command());
    let standing_by = Process(standing_by);
    send(&second, 1, 2).await;
    assert!(signal("-STOP", &following.0.id().to_string()));
    let hung = Instant::now();
    let mut reports = 2;
    let taken_over = loop {
        reports += 1;
        send(&second, 1, reports).await;
        if is_followed(&prepared, Duration::from_millis(500)).await {
            break true;
        }
        if hung.elapsed() > Duration::from_secs(5) {
            break false;
        }
    };
    assert!(signal("-CONT", &following.0.id().to_string()));
    send(&first, 2, 1).await;
    send(&second, 2, 2).await;
    let all_is_followed = is_followed(&prepared, Duration::from_secs(5)).await;
    drop((following, standing_by));
    assert!(taken_over, "not taken over within 5 s");
    assert!(all_is_followed, "not followed after it went on");
    assert_eq!(prepared.count("attempt_reported").await, i64::from(reports) + 2);
    prepared.rebuilt_equals_live().await;
}

/// Asks four for something to be written, at the same time; answers what they were told, and how long the longest took.
async fn write(admin: &Client, dialer: &Client) -> ([Answer; 4], Duration) {
    let asked = Instant::now();
    let lead = json!({ "name": "John Doe", "phone": "+14155552671" });
    let reported = report(1, "MISSED", 1);
    let (reported, set, made, batch) = tokio::join!(
        dialer.report(&reported),
        admin.set_status(2, "BUSY"),
        admin.post("/api/leads", &lead),
        dialer.next_batch(1)
    );
    ([reported, set, made, batch], asked.elapsed())
}

/// 1.9
#[tokio::test(flavor = "multi_thread")]
async fn writes_that_a_held_lock_keeps_are_refused_in_time_and_readiness_says_so() {
    let app = TestApp::with_numbers(&["09123456789", "09123456780", "09123456781"]).await;
    let (admin, dialer) = (Client::person(&app, "admin").await, Client::dialer(&app));
    let head = app.app.ledger.views().head().await.unwrap();
    let lock = LedgerLock::take(&app.database_url).await;
    let held = Instant::now();
    let hold = async {
        let why = until_unready(&app, Duration::from_secs(6)).await;
        tokio::time::sleep(Duration::from_secs(8).saturating_sub(held.elapsed())).await;
        lock.release().await;
        why
    };
    let ((answers, longest), why) = tokio::join!(write(&admin, &dialer), hold);
    assert!(!why.is_empty());
    for answer in &answers {
        assert_eq!(answer.status, 503, "{answer:?}");
        assert!(answer.header("retry-after").is_some(), "{answer:?}");
    }
    assert!(longest < Duration::from_secs(6), "answered after {longest:?}");
    until_ready(&app, Duration::from_secs(5)).await;
    assert_eq!(app.app.ledger.views().head().await.unwrap(), head, "what got no lock stored nothing");
    // Sent again, each is there once.
    let (answers, _) = write(&admin, &dialer).await;
    let told: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    assert_eq!(told, [200, 200, 201, 200], "{answers:?}");
    let stored = ["attempt_reported", "panel_status_set", "batch_issued"];
    for event_type in stored {
        assert_eq!(app.count(event_type).await, 1, "{event_type}");
    }
    assert_eq!(app.count("lead_captured").await, 4);
    app.rebuilt_equals_live().await;
}
