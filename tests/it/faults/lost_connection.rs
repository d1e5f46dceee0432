//! The lane loses its connection while its statement waits at the server and goes on: what is asked once is done once, and
//! the answer is that of what was done.

use crate::support::clients::{Client, report};
use crate::support::lock::LedgerLock;
use crate::support::proxied::Proxied;
use crate::support::proxy::Fault;
use domain::keys::Key;
use lead_ledger::ledger::Context;
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

const PHONE: &str = "09123456789";

/// 1.5
#[tokio::test(flavor = "multi_thread")]
async fn a_lead_that_is_made_once_is_one_lead_and_the_answer_names_it() {
    let this = Proxied::with_numbers(&[]).await;
    let admin = Client::person(&this.app, "admin").await;
    let body = json!({ "name": "John Doe", "phone": PHONE });
    let made = this.lose_the_append_of(admin.post("/api/leads", &body)).await;
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(this.count("lead_captured").await, 1);
    let listed = admin.get("/api/leads").await.body["leads"].clone();
    assert_eq!(listed[0]["_id"], made.body["lead"]["_id"], "{listed}");
    this.rebuilt_equals_live().await;
}

/// 1.5
#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_initiated_once_is_placed_and_not_refused_by_its_own_lease() {
    let this = Proxied::with_numbers(&[PHONE]).await;
    let admin = Client::person(&this.app, "admin").await;
    let wish = json!({ "leadId": "1" });
    let begun = this.lose_the_append_of(admin.post("/api/calls/initiate", &wish)).await;
    assert_eq!(begun.status, 201, "{begun:?}");
    assert_eq!(this.count("call_placed").await, 1);
    this.rebuilt_equals_live().await;
}

/// 1.5
#[tokio::test(flavor = "multi_thread")]
async fn a_day_that_is_reported_once_is_filed_and_not_refused_as_the_second() {
    let this = Proxied::with_numbers(&[]).await;
    let admin = Client::person(&this.app, "admin").await;
    let body = json!({ "reportDate": "2025-03-01", "totalCalls": 7 });
    let filed = this.lose_the_append_of(admin.post("/api/reports", &body)).await;
    assert_eq!(filed.status, 201, "{filed:?}");
    assert_eq!(this.count("report_filed").await, 1);
    this.rebuilt_equals_live().await;
}

/// 1.5
#[tokio::test(flavor = "multi_thread")]
async fn numbers_that_are_added_once_are_inserted_and_no_duplicates() {
    let this = Proxied::with_numbers(&[]).await;
    let admin = Client::person(&this.app, "admin").await;
    let body = json!({ "phone_numbers": [PHONE, "09123456780"] });
    let added = this.lose_the_append_of(admin.post("/api/numbers", &body)).await;
    assert_eq!((added.status.as_u16(), &added.body["inserted"]), (200, &json!(2)), "{added:?}");
    assert_eq!(this.count("lead_captured").await, 2);
    this.rebuilt_equals_live().await;
}

/// 1.5
#[tokio::test(flavor = "multi_thread")]
async fn the_numbers_that_were_leased_are_the_ones_that_are_answered() {
    let phones: Vec<String> = (0..20).map(|n| format!("091234567{n:02}")).collect();
    let this = Proxied::with_numbers(&phones.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let dialer = Client::dialer(&this.app);
    let batch = this.lose_the_append_of(dialer.next_batch(5)).await;
    assert_eq!(batch.body["batch"]["size_returned"], 5, "{batch:?}");
    let ids = |numbers: &Value| {
        let numbers = numbers.as_array().unwrap().iter();
        numbers.map(|number| number["id"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    let leased: Vec<i64> = sqlx::query_scalar(
        "SELECT l.num FROM live.lead l JOIN events e ON e.aggregate_id = l.id::text \
         WHERE e.event_type = 'lead_leased' ORDER BY l.num",
    )
    .fetch_all(&this.app.app.pool)
    .await
    .unwrap();
    assert_eq!(leased, ids(&batch.body["batch"]["numbers"]), "leased and answered");
    // The others are there for the next who asks.
    assert_eq!(dialer.next_batch(20).await.body["batch"]["size_returned"], 15);
    this.rebuilt_equals_live().await;
}

/// 1.5: keys only, no event.
#[tokio::test(flavor = "multi_thread")]
async fn what_may_be_used_once_is_not_refused_as_used_by_its_own_use() {
    let this = Proxied::with_numbers(&[]).await;
    let ledger = &this.app.app.ledger;
    let key = Key::ended_session(Uuid::from_u128(7));
    let (context, until) = (Context::system("test"), ledger.now() + chrono::Duration::hours(1));
    let is_first = this.lose_the_append_of(ledger.use_once(&context, key.clone(), until)).await;
    assert!(is_first.unwrap(), "refused by its own use");
    assert!(!ledger.use_once(&context, key, until).await.unwrap(), "used twice");
    let admin = Client::person(&this.app, "admin").await;
    let out = this.lose_the_append_of(admin.post("/api/auth/logout", &json!({}))).await;
    assert_eq!(out.status, 200, "{out:?}");
    assert_eq!(admin.get("/api/auth/profile").await.status, 401, "logged out");
}

/// 1.5: in one statement with what has events.
#[tokio::test(flavor = "multi_thread")]
async fn what_may_be_used_once_is_not_refused_as_used_by_a_lost_batch() {
    let this = Proxied::with_numbers(&[PHONE, "09123456780"]).await;
    let (ledger, dialer) = (&this.app.app.ledger, Client::dialer(&this.app));
    let key = Key::ended_session(Uuid::from_u128(7));
    let (context, until) = (Context::system("test"), ledger.now() + chrono::Duration::hours(1));
    let mut lock = LedgerLock::take(&this.app.database_url).await;
    // The first report waits at the server, what comes meanwhile goes with the next statement, which is lost.
    this.proxy.arm(Fault::CutAfter, "ledger_append", 1, 1);
    let (first, second) = (report(1, "MISSED", 1), report(2, "MISSED", 1));
    let together = async {
        assert!(lock.is_awaited_by(1, Duration::from_secs(5)).await, "nothing was appended");
        let release = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            lock.release().await;
        };
        tokio::join!(dialer.report(&second), ledger.use_once(&context, key, until), release)
    };
    let (first, (second, is_first, ())) = tokio::join!(dialer.report(&first), together);
    assert_eq!(this.proxy.injected().cut_after, 1, "no connection was lost");
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (200, 200), "{second:?}");
    assert!(is_first.unwrap(), "refused by its own use");
    assert_eq!(this.count("attempt_reported").await, 2);
}

/// 1.5: what came out right stays right.
#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_is_sent_once_is_one_attempt() {
    let this = Proxied::with_numbers(&[PHONE]).await;
    let dialer = Client::dialer(&this.app);
    let answer = this.lose_the_append_of(dialer.report(&report(1, "MISSED", 1))).await;
    assert_eq!((answer.status.as_u16(), &answer.body["attempts"]), (200, &json!(1)), "{answer:?}");
    assert_eq!(this.count("attempt_reported").await, 1);
    this.rebuilt_equals_live().await;
}
