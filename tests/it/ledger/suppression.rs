//! A number that must not be dialed, and a number that is known: both hold as long as one lead says so.

use crate::support::clients::{Client, report};
use crate::support::{TestApp, history, log};
use chrono::Duration;
use domain::ids::AnyId;
use serde_json::{Value, json};

const PHONE: &str = "+14155552671";

/// The lead's own id.
async fn id_of(app: &TestApp, number: i64) -> uuid::Uuid {
    app.app.ledger.views().find_lead(AnyId::Num(number)).await.unwrap().unwrap().id
}

/// A service with one number on two leads, 1 and 2, each of an agent of its own.
async fn twins() -> (TestApp, Client, Client) {
    let app = TestApp::start().await;
    history::open_dialing(&app.app).await;
    let admin = Client::person(&app, "admin").await;
    for name in ["One", "Two"] {
        let agent = admin.post("/api/v1/agents/", &json!({ "name": name })).await.body["id"].clone();
        let lead = json!({ "agent_id": agent, "first_name": "John", "phone_e164": PHONE });
        let made = admin.post("/api/v1/leads/", &lead).await;
        assert_eq!(made.status, 201, "{made:?}");
    }
    let dialer = Client::dialer(&app);
    (app, admin, dialer)
}

async fn handed_out(dialer: &Client) -> Vec<Value> {
    let numbers = dialer.next_batch(10).await.body["batch"]["numbers"].clone();
    numbers.as_array().unwrap().iter().map(|number| number["id"].clone()).collect()
}

/// 1.6, C-44
#[tokio::test(flavor = "multi_thread")]
async fn a_number_banned_on_two_leads_is_free_when_the_last_ban_is_lifted() {
    let (app, admin, dialer) = twins().await;
    for number in [1, 2] {
        assert_eq!(admin.set_status(number, "BANNED").await.status, 200);
    }
    app.clock.advance(Duration::minutes(1));
    assert_eq!(admin.set_status(1, "IN_QUEUE").await.status, 200);
    assert_eq!(handed_out(&dialer).await, Vec::<Value>::new(), "the second lead's ban stands");
    let first = id_of(&app, 1).await;
    let told = admin.get(&format!("/api/v1/leads/{first}/dialability")).await.body;
    assert_eq!(told["is_dialable"], false, "the same answer as next-batch gives: {told}");
    assert_eq!(admin.set_status(2, "IN_QUEUE").await.status, 200);
    assert_eq!(handed_out(&dialer).await.len(), 1, "one call a number");
    app.rebuilt_equals_live().await;
}

/// 1.6
#[tokio::test(flavor = "multi_thread")]
async fn a_number_on_two_leads_is_known_until_both_are_deleted() {
    let app = TestApp::start().await;
    let admin = Client::person(&app, "admin").await;
    let mut leads = Vec::new();
    for name in ["One", "Two"] {
        let made = admin.post("/api/leads", &json!({ "name": name, "phone": PHONE })).await;
        assert_eq!(made.status, 201, "{made:?}");
        leads.push(made.body["lead"]["_id"].as_str().unwrap().to_owned());
    }
    let numbers = json!({ "phone_numbers": [PHONE] });
    for (deleted, inserted) in leads.iter().zip([0, 1]) {
        assert_eq!(admin.delete(&format!("/api/leads/{deleted}")).await.status, 200);
        let added = admin.post("/api/numbers", &numbers).await;
        assert_eq!(added.body["inserted"], inserted, "{added:?}");
    }
    app.rebuilt_equals_live().await;
}

/// 1.6
#[tokio::test(flavor = "multi_thread")]
async fn a_ban_that_stock_code_wrote_withholds_the_number_on_every_lead() {
    let (app, admin, dialer) = twins().await;
    history::capture(&app.app, ["+14155550000".to_owned()]).await;
    // The payload as this release writes it.
    assert_eq!(admin.set_status(3, "BANNED").await.status, 200);
    let payload: String =
        sqlx::query_scalar("SELECT payload::text FROM events WHERE event_type = 'panel_status_set'")
            .fetch_one(&app.app.pool)
            .await
            .unwrap();
    let position =
        log::insert(&app.app.pool, id_of(&app, 1).await, "panel_status_set", &payload).await.unwrap();
    assert!(app.app.ledger.wait_followed(position).await);
    // The number's keys are settled a moment after the stock writer's commit.
    let asked = std::time::Instant::now();
    while sqlx::query_scalar::<_, i64>("SELECT count(*) FROM unsettled")
        .fetch_one(&app.app.pool)
        .await
        .unwrap()
        > 0
    {
        assert!(asked.elapsed() < std::time::Duration::from_secs(5), "the keys are not settled");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(handed_out(&dialer).await, Vec::<Value>::new(), "the number is banned by its first lead");
    app.rebuilt_equals_live().await;
}

/// 1.7, C-45
#[tokio::test(flavor = "multi_thread")]
async fn a_persons_ban_outranks_a_report_that_is_minutes_ahead() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    let (admin, dialer) = (Client::person(&app, "admin").await, Client::dialer(&app));
    let ahead = json!({ "number_id": 1, "status": "MISSED", "attempted_at": "2025-03-01T08:34:00Z" });
    assert_eq!(dialer.report(&ahead).await.status, 200);
    let banned = admin.set_status(1, "BANNED").await;
    assert_eq!((banned.status.as_u16(), &banned.body["status"]), (200, &json!("BANNED")), "{banned:?}");
    app.clock.advance(Duration::hours(3));
    assert_eq!(handed_out(&dialer).await, Vec::<Value>::new(), "banned");
    app.rebuilt_equals_live().await;
}

/// 1.7, C-44
#[tokio::test(flavor = "multi_thread")]
async fn a_later_report_moves_the_word_and_lifts_no_ban() {
    let app = TestApp::with_numbers(&["09123456789", "09123456780"]).await;
    let (admin, dialer) = (Client::person(&app, "admin").await, Client::dialer(&app));
    assert_eq!(admin.set_status(1, "BANNED").await.status, 200);
    assert_eq!(dialer.report(&report(2, "BANNED", 1)).await.status, 200);
    app.clock.advance(Duration::minutes(1));
    for number in [1, 2] {
        let later = json!({ "number_id": number, "status": "MISSED", "attempted_at": app.now_text() });
        let answer = dialer.report(&later).await;
        assert_eq!((answer.status.as_u16(), &answer.body["status"]), (200, &json!("MISSED")), "{answer:?}");
    }
    app.clock.advance(Duration::hours(3));
    assert_eq!(handed_out(&dialer).await, Vec::<Value>::new(), "only a person lifts a ban");
    for number in [1, 2] {
        assert_eq!(admin.set_status(number, "IN_QUEUE").await.status, 200);
    }
    assert_eq!(handed_out(&dialer).await.len(), 2, "a person lifted them");
    app.rebuilt_equals_live().await;
}
