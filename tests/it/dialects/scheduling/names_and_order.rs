//! What a lead is called here and elsewhere, and which lead is dialed before all others.

use super::{lead, start};
use crate::support::clients::{Client, report};
use crate::support::{TestApp, history};
use serde_json::{Value, json};

const LEADS: &str = "/api/v1/leads/";

/// The name that the telecaller dialect shows.
async fn name(admin: &Client, num: i64) -> Value {
    admin.get(&format!("/api/leads/{num}")).await.body["lead"]["name"].clone()
}

/// Api-fault 8b (C-34, C-49): a changed first name changes the whole name that it is a part of.
#[tokio::test(flavor = "multi_thread")]
async fn a_changed_first_name_changes_the_name_everywhere() {
    let app = TestApp::start().await;
    history::documents_agents(&app.app).await;
    let (admin, dialer) = (Client::person(&app, "admin").await, Client::nobody(&app));
    let clicks = [
        json!({ "user": "CalebG", "phone": "+447911123451", "first_name": "John", "last_name": "Jones" }),
        json!({ "user": "CalebG", "phone": "+447911123452", "first_name": "John", "last_name": "Jones", "full_name": "Johnny" }),
        json!({ "user": "CalebG", "phone": "+447911123453", "full_name": "John Jones" }),
        json!({ "user": "CalebG", "phone": "+447911123454", "first_name": "John", "middle_initial": "A", "last_name": "Jones" }),
    ];
    for click in &clicks {
        assert_eq!(dialer.click(click).await.status, 201);
    }
    let sale = admin.post("/api/leads", &json!({ "name": "John Jones", "phone": "9876543210" })).await;
    assert_eq!(sale.status, 201, "{sale:?}");
    for (num, first_name, full_name) in [
        (1, "Renamed", "Renamed Jones"),
        (2, "Renamed", "Johnny"),
        (3, "Renamed", "Renamed"),
        (4, "Renamed", "Renamed A Jones"),
        (5, "Renamed", "Renamed Jones"),
    ] {
        let changed = admin.put(&format!("{LEADS}{num}"), &json!({ "first_name": "Renamed" })).await;
        assert_eq!((changed.status.as_u16(), &changed.body["first_name"]), (200, &json!(first_name)));
        assert_eq!(name(&admin, num).await, full_name, "lead {num}");
    }
    app.rebuilt_equals_live().await;
}

/// C-34, and a decision beside the documents: a full name alone is shown whole; sent back as shown it is no change.
#[tokio::test(flavor = "multi_thread")]
async fn a_lead_with_only_a_full_name_shows_it_whole() {
    let app = TestApp::start().await;
    history::documents_agents(&app.app).await;
    let (admin, dialer) = (Client::person(&app, "admin").await, Client::nobody(&app));
    dialer.click(&json!({ "user": "CalebG", "phone": "+447911123451", "full_name": "John van Jones" })).await;
    let path = format!("{LEADS}1");
    let shown = admin.get(&path).await.body;
    assert_eq!(shown["first_name"], "John van Jones");
    let before = app.count("lead_details_changed").await;
    let mut same = shown.clone();
    same.as_object_mut().unwrap().remove("custom_fields");
    assert_eq!(admin.put(&path, &same).await.body["first_name"], "John van Jones");
    assert_eq!(app.count("lead_details_changed").await, before);
    assert_eq!(
        admin.put(&path, &json!({ "first_name": "Jon van Jones" })).await.body["first_name"],
        "Jon van Jones"
    );
    assert_eq!(name(&admin, 1).await, "Jon van Jones");
    app.rebuilt_equals_live().await;
}

/// F5: the client's page of leads reads a text.
#[tokio::test(flavor = "multi_thread")]
async fn a_lead_without_a_number_has_an_empty_one() {
    let app = TestApp::start().await;
    history::documents_agents(&app.app).await;
    let admin = Client::person(&app, "admin").await;
    Client::nobody(&app).click(&json!({ "user": "CalebG", "first_name": "Ann" })).await;
    assert_eq!(admin.get(&format!("{LEADS}1")).await.body["phone_e164"], "");
    assert_eq!(admin.get(LEADS).await.body["leads"][0]["phone_e164"], "");
}

/// B-079, C-21, and a decision beside the documents: before all others, due callbacks and retries included, for one call.
#[tokio::test(flavor = "multi_thread")]
async fn a_lead_that_is_scheduled_now_is_dialed_before_all_others() {
    let (app, admin, agent) = start().await;
    history::open_dialing(&app.app).await;
    for n in 1..=4 {
        let added = admin.post(LEADS, &lead(&agent, &format!("+1415555267{n}"))).await;
        assert_eq!(added.status, 201, "{added:?}");
    }
    let dialer = Client::dialer(&app);
    let ids = async |size: usize| {
        let batch = dialer.next_batch(size).await.body;
        let numbers = batch["batch"]["numbers"].as_array().unwrap().clone();
        numbers.iter().map(|number| number["id"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(ids(2).await, [1, 2]);
    for number in [1, 2] {
        assert_eq!(dialer.report(&report(number, "BUSY", 1)).await.status, 200);
    }
    // The second waits as a callback, due at once; the first as a retry that is due after half an hour.
    let callback = json!({ "schedule_at": "2025-03-01T08:30:01Z" });
    assert_eq!(admin.put(&format!("{LEADS}2"), &callback).await.status, 200);
    app.clock.advance(chrono::Duration::minutes(40));
    let schedule = async |num: i64| {
        let answer = admin.post("/api/v1/calls/schedule", &json!({ "lead_id": num.to_string() })).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    };
    schedule(4).await;
    let count = app.count("lead_scheduled").await;
    schedule(4).await;
    assert_eq!(app.count("lead_scheduled").await, count, "it is so already");
    assert_eq!(ids(1).await, [4], "before the callback, the retry and the new one");
    app.clock.advance(chrono::Duration::minutes(1));
    let mut busy = report(4, "BUSY", 2);
    busy["attempted_at"] = json!(app.now_text());
    assert_eq!(dialer.report(&busy).await.status, 200);
    app.clock.advance(chrono::Duration::minutes(31));
    assert_eq!(ids(10).await, [2, 1, 4, 3], "it was called: a retry like the others, then the new one");
    app.rebuilt_equals_live().await;
}
