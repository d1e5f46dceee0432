//! What a call or a batch is decided upon is checked again when it is stored: what was said meanwhile counts.

use crate::support::clients::{Answer, Client};
use crate::support::lock::LedgerLock;
use crate::support::{TestApp, history};
use serde_json::json;
use std::time::Duration;

/// Both wait for the log at the same time: the first is stored before the second, which was decided before that.
async fn one_after_the_other(
    app: &TestApp,
    first: impl Future<Output = Answer>,
    second: impl Future<Output = Answer>,
) -> (Answer, Answer) {
    let mut lock = LedgerLock::take(&app.database_url).await;
    let (waits, mut may_follow) = tokio::sync::watch::channel(false);
    let release = async {
        assert!(lock.is_awaited_by(1, Duration::from_secs(5)).await, "nothing was appended");
        waits.send_replace(true);
        tokio::time::sleep(Duration::from_millis(500)).await;
        lock.release().await;
    };
    let second = async {
        may_follow.wait_for(|waits| *waits).await.unwrap();
        second.await
    };
    let (first, second, ()) = tokio::join!(first, second, release);
    (first, second)
}

/// How many events of this type come after the newest of the other.
async fn count_after(app: &TestApp, event_type: &str, other: &str) -> i64 {
    sqlx::query_scalar(
        "SELECT count(*) FROM events WHERE event_type = $1 \
         AND position > (SELECT max(position) FROM events WHERE event_type = $2)",
    )
    .bind(event_type)
    .bind(other)
    .fetch_one(&app.app.pool)
    .await
    .unwrap()
}

/// 3.1
#[tokio::test(flavor = "multi_thread")]
async fn no_batch_is_issued_after_the_switch_was_turned_off() {
    let app = TestApp::with_numbers(&["09123456789", "09123456780", "09123456781"]).await;
    let (admin, dialer) = (Client::person(&app, "admin").await, Client::dialer(&app));
    let off = json!({ "enabled": false });
    let off = admin.put("/api/schedule", &off);
    let (off, batch) = one_after_the_other(&app, off, dialer.next_batch(3)).await;
    assert_eq!((off.status.as_u16(), &off.body["enabled"]), (200, &json!(false)));
    assert_eq!(count_after(&app, "batch_issued", "dialer_switch_set").await, 0, "{batch:?}");
    let given = batch.body["batch"]["numbers"].as_array().map_or(0, Vec::len);
    assert_eq!((batch.status.as_u16(), given), (200, 0), "{batch:?}");
    app.rebuilt_equals_live().await;
}

/// 3.1
#[tokio::test(flavor = "multi_thread")]
async fn no_call_is_placed_after_the_switch_was_turned_off() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    let admin = Client::person(&app, "admin").await;
    let (off, wish) = (json!({ "enabled": false }), json!({ "leadId": "1" }));
    let off = admin.put("/api/schedule", &off);
    let (off, call) = one_after_the_other(&app, off, admin.post("/api/calls/initiate", &wish)).await;
    assert_eq!(off.status, 200, "{off:?}");
    assert_eq!(count_after(&app, "call_placed", "dialer_switch_set").await, 0, "{call:?}");
    assert_eq!((call.status.as_u16(), &call.body["errors"][0]["gate"]), (400, &json!("switch")), "{call:?}");
}

/// 3.1: the ban is of another lead with the same number.
#[tokio::test(flavor = "multi_thread")]
async fn no_call_is_placed_after_the_number_was_banned() {
    let app = TestApp::start().await;
    history::open_dialing(&app.app).await;
    let admin = Client::person(&app, "admin").await;
    for name in ["One", "Two"] {
        let made = admin.post("/api/leads", &json!({ "name": name, "phone": "+14155552671" })).await;
        assert_eq!(made.status, 201, "{made:?}");
    }
    let wish = json!({ "leadId": "1" });
    let call = admin.post("/api/calls/initiate", &wish);
    let (ban, call) = one_after_the_other(&app, admin.set_status(2, "BANNED"), call).await;
    assert_eq!(ban.status, 200, "{ban:?}");
    assert_eq!(count_after(&app, "call_placed", "panel_status_set").await, 0, "{call:?}");
    assert_eq!(
        (call.status.as_u16(), &call.body["errors"][0]["gate"]),
        (400, &json!("suppression")),
        "{call:?}"
    );
}
