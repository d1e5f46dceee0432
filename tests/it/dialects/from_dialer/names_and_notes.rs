//! What a click changes of a lead's name, and what it adds to its notes.

use crate::support::clients::Client;
use crate::support::{TestApp, history};
use serde_json::{Value, json};

const PHONE: &str = "+447911123456";

async fn start() -> (TestApp, Client) {
    let app = TestApp::start().await;
    history::documents_agents(&app.app).await;
    let client = Client::nobody(&app);
    (app, client)
}

async fn click(client: &Client, more: Value) -> Value {
    let mut body = json!({ "user": "CalebG", "phone": PHONE });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let answer = client.click(&body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.body["lead"].clone()
}

/// Api-fault 8a (B-024, C-15, C-49): the name is built from the lead's parts, not from the click's.
#[tokio::test(flavor = "multi_thread")]
async fn a_part_of_a_name_changes_that_part_and_the_name_is_built_again() {
    let (app, client) = start().await;
    let first = click(&client, json!({ "first_name": "John", "last_name": "Jones" })).await;
    assert_eq!(first["full_name"], "John Jones");
    for (said, full_name) in [
        (json!({ "last_name": "Brown" }), "John Brown"),
        (json!({ "middle_initial": "A" }), "John A Brown"),
        (json!({ "city": "York" }), "John A Brown"),
        (json!({ "first_name": "Jane" }), "Jane A Brown"),
        (json!({ "full_name": "Mrs Brown" }), "Mrs Brown"),
        (json!({ "last_name": "Green" }), "Mrs Brown"),
        (json!({ "first_name": "Ann", "last_name": "Lee" }), "Ann A Lee"),
    ] {
        assert_eq!(click(&client, said.clone()).await["full_name"], full_name, "{said}");
    }
    let last = click(&client, json!({})).await;
    assert_eq!((&last["first_name"], &last["last_name"]), (&json!("Ann"), &json!("Lee")));
    app.rebuilt_equals_live().await;
}

/// Api-fault 9 (C-34, C-49): notes are added; the newest is what a field with room for one shows.
#[tokio::test(flavor = "multi_thread")]
async fn notes_are_added_and_the_newest_is_shown() {
    let (app, client) = start().await;
    for notes in ["first", "second", "second", "first"] {
        assert_eq!(click(&client, json!({ "notes": notes })).await["notes"], notes);
    }
    let lead = click(&client, json!({ "comments": "kept apart" })).await;
    let list = lead["note_list"].as_array().unwrap();
    let texts: Vec<_> = list.iter().map(|note| note["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["first", "second", "first"], "what is said twice in a row is one note");
    assert_eq!(list[0]["at"], "2025-03-01T08:30:00.000000Z");
    app.rebuilt_equals_live().await;
}

/// Api-fault 9 (B-110, B-119, C-49): what the called person said takes no note's place, and has a column of its own.
#[tokio::test(flavor = "multi_thread")]
async fn a_reported_message_takes_no_notes_place() {
    let (app, client) = start().await;
    let admin = Client::person(&app, "admin").await;
    let dialer = Client::dialer(&app);
    let said = async |number: i64, message: &str| {
        app.clock.advance(chrono::Duration::minutes(1));
        let body =
            json!({ "number_id": number, "phone_number": null, "status": "BUSY", "user_message": message });
        assert_eq!(dialer.report(&body).await.status, 200);
    };
    let body = json!({ "name": "N", "phone": "9876543210", "notes": "Interested in custom solutions" });
    let sale = admin.post("/api/leads", &body).await.body;
    let path = format!("/api/leads/{}", sale["lead"]["_id"].as_str().unwrap());
    said(1, "call me later").await;
    let shown = admin.get(&path).await.body;
    assert_eq!(shown["lead"]["notes"], "Interested in custom solutions");
    admin.put(&path, &json!({ "notes": "wants a visit" })).await;
    said(1, "not now").await;
    assert_eq!(admin.get(&path).await.body["lead"]["notes"], "wants a visit");
    let clicked = click(&client, json!({ "notes": "solar" })).await;
    said(clicked["id"].as_i64().unwrap(), "after May").await;
    assert_eq!(click(&client, json!({})).await["notes"], "solar");
    let messages: Vec<Option<String>> = sqlx::query_scalar("SELECT last_message FROM live.lead ORDER BY num")
        .fetch_all(&app.app.pool)
        .await
        .unwrap();
    assert_eq!(messages, [Some("not now".to_owned()), Some("after May".to_owned())]);
    app.rebuilt_equals_live().await;
}

/// A decision beside the documents: an amount is a JSON number in every answer.
#[tokio::test(flavor = "multi_thread")]
async fn an_amount_is_a_number_in_every_answer() {
    let (app, client) = start().await;
    let admin = Client::person(&app, "admin").await;
    for (sent, shown) in [
        (json!("185.50"), json!(185.5)),
        (json!(20), json!(20)),
        (json!(0.1), json!(0.1)),
        (json!("1234567890.1234"), json!(1_234_567_890.123_4)),
        (json!("0"), json!(0)),
    ] {
        let lead = click(&client, json!({ "energy_bill_amount": sent })).await;
        assert_eq!(lead["energy_bill_amount"], shown);
        let scheduling = admin.get(&format!("/api/v1/leads/{}", lead["id"])).await.body;
        assert_eq!(scheduling["custom_fields"]["energy_bill_amount"], shown);
    }
    app.rebuilt_equals_live().await;
}
