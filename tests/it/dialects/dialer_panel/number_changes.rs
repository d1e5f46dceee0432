//! One number changes: the immutability matrix, and three who change it at once.

use crate::support::TestApp;
use crate::support::clients::{Client, report};
use crate::support::history;
use domain::keys::KeyKind;
use domain::principal::Role;
use serde_json::json;

const MUTABLE: [&str; 5] = ["IN_QUEUE", "MISSED", "BUSY", "POWER_OFF", "BANNED"];
const IMMUTABLE: [&str; 6] = ["CONNECTED", "FAILED", "NOT_INTERESTED", "HANGUP", "DISCONNECTED", "UNKNOWN"];

/// B-113, B-114: eleven statuses, each action, each role.
#[tokio::test(flavor = "multi_thread")]
async fn mutable_numbers_change_and_immutable_ones_do_not() {
    let statuses: Vec<&str> = MUTABLE.into_iter().chain(IMMUTABLE).collect();
    // For each status: one number to set and reset, one to delete; the agent's own.
    let phones: Vec<String> = (0..statuses.len() * 2).map(|n| format!("09123456{n:03}")).collect();
    let app = TestApp::with_numbers(&phones.iter().map(String::as_str).collect::<Vec<_>>()).await;
    app.register("ali", Role::Agent, Some("09120000000")).await;
    app.register("other", Role::Agent, None).await;
    let dialer = Client::dialer(&app);
    let admin = Client::person(&app, "admin").await;
    let (ali, other) = (Client::person(&app, "ali").await, Client::person(&app, "other").await);
    for (index, status) in statuses.iter().enumerate() {
        let first = i64::try_from(index * 2 + 1).unwrap();
        // What people do comes after what was reported, also by the reporters' clocks.
        app.clock.advance(chrono::Duration::minutes(1));
        for number in [first, first + 1] {
            // In the queue again, but the agent's: a report, and a reset.
            let word = if *status == "IN_QUEUE" { "BUSY" } else { status };
            let mut body = report(number, word, 1);
            body["agent_phone"] = json!("09120000000");
            assert_eq!(dialer.report(&body).await.status, 200);
            if *status == "IN_QUEUE" {
                let reset = admin.post(&format!("/api/numbers/{number}/reset"), &json!({})).await;
                assert_eq!((reset.status.as_u16(), &reset.body["status"]), (200, &json!("IN_QUEUE")));
            }
        }
        let path = format!("/api/numbers/{first}");
        let is_mutable = MUTABLE.contains(status);
        for target in &statuses {
            let set = admin.put(&format!("{path}/status"), &json!({ "status": target })).await;
            let expected = match (is_mutable, MUTABLE.contains(target)) {
                (true, true) => (200, None),
                (true, false) => (409, Some("status_not_settable")),
                (false, _) => (409, Some("immutable_status")),
            };
            assert_eq!((set.status.as_u16(), set.body["code"].as_str()), expected, "{status} to {target}");
        }
        let expected = if is_mutable { 200 } else { 409 };
        let refusal = format!("Status {status} is immutable");
        let own = ali.put(&format!("{path}/status"), &json!({ "status": "MISSED" })).await;
        assert_eq!(own.status, expected, "{own:?}");
        assert_eq!(ali.post(&format!("{path}/reset"), &json!({})).await.status, expected);
        assert_eq!(other.post(&format!("{path}/reset"), &json!({})).await.status, 404, "not theirs");
        let second = format!("/api/numbers/{}", first + 1);
        assert_eq!(ali.delete(&second).await.status, 403);
        let deleted = admin.delete(&second).await;
        assert_eq!(deleted.status, expected, "{deleted:?}");
        if !is_mutable {
            assert_eq!(deleted.body["detail"], refusal);
        }
        assert_eq!(admin.delete(&second).await.status, if is_mutable { 404 } else { 409 });
        // The dialer may still report any status.
        assert_eq!(dialer.report(&report(first, status_or_busy(status), 2)).await.status, 200);
    }
    app.rebuilt_equals_live().await;
}

fn status_or_busy(status: &str) -> &str {
    if status == "IN_QUEUE" { "BUSY" } else { status }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_admins_and_a_dialer_at_once_lose_no_change() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    app.register("second", Role::Admin, None).await;
    let dialer = Client::dialer(&app);
    let (one, two) = (Client::person(&app, "admin").await, Client::person(&app, "second").await);
    let set = async |admin: Client, words: [&'static str; 2]| {
        let mut done = 0;
        for round in 0..10 {
            let body = json!({ "status": words[round % 2] });
            let answer = admin.put("/api/numbers/1/status", &body).await;
            assert_eq!(answer.status, 200, "{answer:?}");
            done += 1;
        }
        done
    };
    let reports = async {
        for second in 0..10 {
            assert_eq!(dialer.report(&report(1, "BUSY", second)).await.status, 200);
        }
    };
    let (first, second, ()) =
        tokio::join!(set(one, ["MISSED", "POWER_OFF"]), set(two, ["IN_QUEUE", "BUSY"]), reports);
    assert_eq!((first, second), (10, 10));
    assert_eq!(app.count("attempt_reported").await, 10);
    let history = app.app.ledger.views().lead_history(domain::ids::AnyId::Num(1)).await.unwrap().unwrap();
    let sequences: Vec<i64> = history.events.iter().map(|event| event.sequence).collect();
    assert_eq!(sequences, (1..=i64::try_from(sequences.len()).unwrap()).collect::<Vec<_>>());
    app.rebuilt_equals_live().await;
}

/// C-45: a dialer whose clock is ahead does not outrank what a person decides upon its report.
#[tokio::test(flavor = "multi_thread")]
async fn a_ban_holds_over_a_call_that_the_dialers_clock_puts_ahead() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    history::open_dialing(&app.app).await;
    let (admin, dialer) = (Client::person(&app, "admin").await, Client::dialer(&app));
    let mut ahead = report(1, "MISSED", 1);
    ahead["attempted_at"] = json!("2025-03-01T08:34:00Z");
    assert_eq!(dialer.report(&ahead).await.body["status"], "MISSED");
    let set = admin.put("/api/numbers/1/status", &json!({ "status": "BANNED" })).await;
    assert_eq!((set.status.as_u16(), &set.body["status"]), (200, &json!("BANNED")), "{set:?}");
    app.clock.advance(chrono::Duration::hours(2));
    assert_eq!(dialer.next_batch(1).await.body["batch"]["size_returned"].as_u64().unwrap_or(0), 0);
    let held = app.app.ledger.held_among(KeyKind::Suppressed, vec!["+989123456789".to_owned()]).await;
    assert_eq!(held.unwrap().len(), 1);
    app.rebuilt_equals_live().await;
}
