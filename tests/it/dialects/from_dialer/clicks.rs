//! What a click does: create, update, once.

use crate::support::clients::{Client, FROM_DIALER};
use crate::support::{FROM_DIALER_KEY, TestApp, history};
use reqwest::Method;
use serde_json::{Value, json};

async fn start() -> (TestApp, Client) {
    let app = TestApp::start().await;
    history::documents_agents(&app.app).await;
    let client = Client::nobody(&app);
    (app, client)
}

/// B-013, B-015, B-022, B-023, B-024, B-025, B-027, B-028, B-032, B-036, B-038, B-043, B-044, B-045, B-046, B-047, B-050
#[tokio::test(flavor = "multi_thread")]
async fn the_documents_own_body_creates_a_lead_and_is_answered_as_documented() {
    let (app, client) = start().await;
    let body = json!({ "lead_id": "DIALER_12345", "vendor_id": "VENDOR_001", "user": "agent1", "first_name": "John",
        "middle_initial": "A", "last_name": "Smith", "phone_number": "+44123456789", "address1": "123 Solar Street",
        "city": "London", "postal_code": "SW1A 1AA", "campaign": "Solar_Campaign_2024",
        "session_id": "SESSION_12345", "recording_file": "recording_12345.wav" });
    let answer = client.click(&body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let expected = json!({ "id": 1, "full_name": "John A Smith", "phone": "+44123456789", "email": null,
        "status": "interested", "assigned_agent_name": "Agent One", "assigned_agent_username": "agent1",
        "dialer_lead_id": "DIALER_12345", "vendor_id": "VENDOR_001", "list_id": null,
        "address1": "123 Solar Street", "city": "London", "postal_code": "SW1A 1AA",
        "campaign": "Solar_Campaign_2024", "session_id": "SESSION_12345",
        "recording_file": "recording_12345.wav", "created_at": "2025-03-01T08:30:00.000000Z",
        "updated_at": "2025-03-01T08:30:00.000000Z" });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&answer.body["lead"][name], value, "{name}");
    }
    assert_eq!(
        (&answer.body["success"], &answer.body["message"]),
        (&json!(true), &json!("Lead created successfully"))
    );
    let url = "/agent-dashboard?from_dialer=true&lead_id=1&full_name=John%20A%20Smith&phone=%2B44123456789&email=&notes=";
    assert_eq!(answer.body["redirect_url"], url);
    app.rebuilt_equals_live().await;
}

/// B-014, B-019, B-020, B-021, B-031, B-034, B-037
#[tokio::test(flavor = "multi_thread")]
async fn a_get_does_the_same_and_a_known_phone_or_id_is_an_update() {
    let (app, client) = start().await;
    let query = format!(
        "{FROM_DIALER}?api_key={FROM_DIALER_KEY}&user=CalebG&fullname=John%20Smith&phone_number=%2B44123456789\
         &recording_filename=rec_123.wav&lead_id=67770&title=&email=&pass=hunter2"
    )
    .replace(FROM_DIALER_KEY, &FROM_DIALER_KEY.replace(' ', "%20"));
    let created = client.get(&query).await;
    assert_eq!(
        (created.status.as_u16(), &created.body["lead"]["full_name"]),
        (201, &json!("John Smith")),
        "{created:?}"
    );
    let by_phone = json!({ "dialer_user_id": "CalebG", "phone": "+44 123 456789", "email": "john@example.com",
        "notes": "Interested in solar panels", "comments": "kept apart" });
    let updated = client.click(&by_phone).await;
    assert_eq!(
        (&updated.body["lead"]["id"], &updated.body["message"]),
        (&json!(1), &json!("Lead updated successfully"))
    );
    let lead = &updated.body["lead"];
    assert_eq!((&lead["full_name"], &lead["email"]), (&json!("John Smith"), &json!("john@example.com")));
    assert_eq!(
        (&lead["notes"], &lead["comments"]),
        (&json!("Interested in solar panels"), &json!("kept apart"))
    );
    let by_id = client.click(&json!({ "user": "CalebG", "lead_id": 67770, "city": "Leeds" })).await;
    assert_eq!((&by_id.body["lead"]["id"], &by_id.body["lead"]["city"]), (&json!(1), &json!("Leeds")));
    let log = client.with_token("").get("/api/leads/from-dialer").await;
    assert_eq!(log.status, 401);
    let history = app.app.ledger.views().lead_history(domain::ids::AnyId::Num(1)).await.unwrap().unwrap();
    let stored = serde_json::to_string(&history).unwrap();
    assert!(!stored.contains("hunter2") && !stored.contains(FROM_DIALER_KEY), "{stored}");
    assert_eq!(app.count("interest_recorded").await, 3);
    app.rebuilt_equals_live().await;
}

/// B-016, B-039, B-048, B-049, B-054
#[tokio::test(flavor = "multi_thread")]
async fn an_agent_is_needed_and_must_be_known() {
    let (app, client) = start().await;
    let minimal = client.click(&json!({ "user": "agent1", "first_name": "Ann", "last_name": "Lee" })).await;
    assert_eq!((minimal.status.as_u16(), &minimal.body["lead"]["full_name"]), (201, &json!("Ann Lee")));
    for (body, status, error) in [
        (json!({ "phone": "+44123456789" }), 400, "Missing required fields: user"),
        (json!({ "user": " ", "dialer_user_id": null }), 400, "Missing required fields: user"),
        (json!({ "dialer_user_id": "Nobody" }), 404, "Agent with dialer_user_id 'Nobody' not found"),
        (json!({ "user": "Nobody" }), 404, "Agent with user 'Nobody' not found"),
    ] {
        let answer = client.click(&body).await;
        assert_eq!((answer.status.as_u16(), &answer.body["error"]), (status, &json!(error)));
    }
    let fallback = client.click(&json!({ "dialer_user_id": "Nobody", "user": "CalebG" })).await;
    assert_eq!(fallback.body["lead"]["assigned_agent_name"], "Caleb Galloway");
    assert_eq!(app.count("lead_captured").await, 2);
}

/// B-035, B-040: 24 simultaneous posts of one new lead are one lead.
#[tokio::test(flavor = "multi_thread")]
async fn simultaneous_clicks_of_one_new_lead_are_one_lead() {
    let (app, client) = start().await;
    let clicks = (0..24).map(|n| {
        let body = json!({ "user": "CalebG", "lead_id": "77", "phone": "+44123456789", "comments": format!("click {n}") });
        let client = client.clone();
        async move { client.click(&body).await }
    });
    let answers = futures_util::future::join_all(clicks).await;
    assert!(answers.iter().all(|answer| answer.status == 201), "{answers:?}");
    let created =
        answers.iter().filter(|answer| answer.body["message"] == "Lead created successfully").count();
    assert_eq!((created, app.count("lead_captured").await, app.count("interest_recorded").await), (1, 1, 24));
    app.rebuilt_equals_live().await;
}

/// B-042: what is sent again is one event and the same answer.
#[tokio::test(flavor = "multi_thread")]
async fn a_click_sent_again_is_the_same_click() {
    let (app, client) = start().await;
    let named =
        json!({ "user": "CalebG", "phone": "+44123456789", "uniqueid": "1740817000.12", "full_name": "A" });
    let first = client.click(&named).await;
    assert_eq!(first.status, 201, "{first:?}");
    client.click(&json!({ "user": "agent1", "phone": "+44123456789", "full_name": "B" })).await;
    let again = client.click(&named).await;
    assert_eq!((again.status.as_u16(), &again.body), (201, &first.body));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!((app.count("interest_recorded").await, app.count("attempt_reported").await), (2, 1));

    let keyed = json!({ "user": "CalebG", "phone": "+44123456780" }).to_string();
    let headers = [("x-dialer-api-key", FROM_DIALER_KEY), ("idempotency-key", "one")];
    let one = client.send(Method::POST, FROM_DIALER, Some(&keyed), &headers).await;
    let two = client.send(Method::POST, FROM_DIALER, Some(&keyed), &headers).await;
    assert_eq!((one.status.as_u16(), &one.body), (201, &two.body));
    let other = json!({ "user": "CalebG", "phone": "+44123456781" }).to_string();
    let refused = client.send(Method::POST, FROM_DIALER, Some(&other), &headers).await;
    assert_eq!(refused.status, 409);

    let nameless = json!({ "user": "CalebG", "first_name": "Ann" });
    let before = app.count("lead_captured").await;
    assert_eq!(client.click(&nameless).await.body, client.click(&nameless).await.body);
    app.clock.advance(chrono::Duration::seconds(11));
    assert_eq!(client.click(&nameless).await.status, 201);
    assert_eq!(app.count("lead_captured").await, before + 2);
    app.rebuilt_equals_live().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_and_a_phone_of_two_leads_update_the_ids_lead_and_leave_the_phone() {
    let (app, client) = start().await;
    client.click(&json!({ "user": "CalebG", "lead_id": "1", "phone": "+44123456781" })).await;
    client.click(&json!({ "user": "CalebG", "lead_id": "2", "phone": "+44123456782" })).await;
    let both = client
        .click(&json!({ "user": "CalebG", "lead_id": "1", "phone": "+44123456782", "city": "York" }))
        .await;
    assert_eq!((&both.body["lead"]["id"], &both.body["lead"]["phone"]), (&json!(1), &json!("+44123456781")));
    assert_eq!(both.body["warnings"].as_array().unwrap().len(), 1);
    assert_eq!(app.count("duplicate_suspected").await, 1);
    let third: Value =
        client.click(&json!({ "user": "CalebG", "lead_id": "3", "phone": "+44123456781" })).await.body;
    assert_eq!(
        (&third["lead"]["id"], &third["lead"]["dialer_lead_id"]),
        (&json!(1), &json!("1")),
        "the first id stays"
    );
    app.rebuilt_equals_live().await;
}

/// B-026, B-029, B-030, B-033: every field of the document comes back.
#[tokio::test(flavor = "multi_thread")]
async fn every_field_is_kept_also_in_a_form() {
    let (_app, client) = start().await;
    let mut form = String::from("&user=CalebG&phone_code=44&phone_number=07123456789");
    let texts = "vendor_id list_id gmt_offset_now title address2 address3 state province country_code gender alt_phone \
        security_phrase phone_login fronter closer group channel_group SQLdate epoch customer_zap_channel server_ip \
        SIPexten dialed_number dialed_label rank owner camp_script in_script script_width script_height \
        previous_quotes_details";
    let names: Vec<&str> = texts.split_whitespace().collect();
    for name in &names {
        form.extend(["&", name, "=v-", name]);
    }
    form.push_str("&date_of_birth=1980-02-29&energy_bill_amount=185.50&has_ev_charger=1&has_previous_quotes=no&day_night_rate=unsure");
    let headers =
        [("x-dialer-api-key", FROM_DIALER_KEY), ("content-type", "application/x-www-form-urlencoded")];
    let answer = client.form(FROM_DIALER, &form, &headers).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let lead = &answer.body["lead"];
    for name in names {
        assert_eq!(lead[name], format!("v-{name}"), "{name}");
    }
    assert_eq!((&lead["phone"], &lead["date_of_birth"]), (&json!("07123456789"), &json!("1980-02-29")));
    assert_eq!((&lead["energy_bill_amount"], &lead["has_ev_charger"]), (&json!(185.5), &json!(true)));
    let same = client.click(&json!({ "user": "CalebG", "phone": "+447123456789" })).await;
    assert_eq!(
        same.body["lead"]["id"], lead["id"],
        "a national number with its code is the international one"
    );
}

/// C-12, C-25: a phone that is none is kept as it was sent; one call is one attempt, whatever its clicks say.
#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_phone_is_kept_and_one_call_is_one_attempt() {
    let (app, client) = start().await;
    let odd = client.click(&json!({ "user": "CalebG", "lead_id": "9", "phone": "07911 123456 or 4" })).await;
    assert_eq!((odd.status.as_u16(), &odd.body["lead"]["phone"]), (201, &json!("07911 123456 or 4")));
    assert_eq!(odd.body["warnings"].as_array().unwrap().len(), 1);
    for (epoch, notes) in [("1740817000", "first"), ("1740817060", "second"), ("x", "third")] {
        let body = json!({ "user": "CalebG", "lead_id": "9", "uniqueid": "pbx1-call-12", "epoch": epoch, "notes": notes });
        assert_eq!(client.click(&body).await.status, 201);
    }
    assert_eq!((app.count("attempt_reported").await, app.count("interest_recorded").await), (1, 4));
    app.rebuilt_equals_live().await;
}
