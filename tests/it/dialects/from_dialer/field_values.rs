//! Values as dialers really send them with a click.

use crate::support::clients::{Client, FROM_DIALER};
use crate::support::{FROM_DIALER_KEY, TestApp, history};
use domain::credential::event::Configuration;
use lead_ledger::actions::people::machines::Configure;
use lead_ledger::ledger::Context;
use reqwest::Method;
use serde_json::{Value, json};

async fn start() -> (TestApp, Client) {
    let app = TestApp::start().await;
    history::documents_agents(&app.app).await;
    let client = Client::nobody(&app);
    (app, client)
}

const FORM: [(&str, &str); 2] =
    [("x-dialer-api-key", FROM_DIALER_KEY), ("content-type", "application/x-www-form-urlencoded")];

/// K19: a query and a form in Windows-1252.
#[tokio::test(flavor = "multi_thread")]
async fn names_in_an_older_encoding_are_read() {
    let (app, client) = start().await;
    let key = [("x-dialer-api-key", FROM_DIALER_KEY)];
    for (n, (written, name)) in [
        ("Ren%E9+M%FCller", "René Müller"),
        ("%C9mile%20Zola", "Émile Zola"),
        ("Fran%E7ois", "François"),
        ("Nu%F1ez", "Nuñez"),
        ("%8Aime%E8ek", "Šimeèek"),
        ("Ren%C3%A9+M%C3%BCller", "René Müller"),
        ("%D8%B9%D9%84%DB%8C", "علی"),
    ]
    .into_iter()
    .enumerate()
    {
        let members = format!("user=CalebG&lead_id=E{n}&fullname={written}");
        let got = client.send(Method::GET, &format!("{FROM_DIALER}?{members}"), None, &key).await;
        assert_eq!((got.status.as_u16(), &got.body["lead"]["full_name"]), (201, &json!(name)), "{written}");
        let form = client.form(FROM_DIALER, &members, &FORM).await;
        assert_eq!((form.status.as_u16(), &form.body["lead"]["full_name"]), (201, &json!(name)), "{written}");
    }
    // Raw bytes in a form, and in JSON.
    let form =
        client.bytes(Method::POST, FROM_DIALER, &b"user=CalebG&lead_id=R&fullname=Ren\xe9"[..], &FORM).await;
    assert_eq!(form.body["lead"]["full_name"], "René", "{form:?}");
    let raw = &b"{\"user\":\"CalebG\",\"lead_id\":\"J\",\"full_name\":\"Ren\xe9\"}"[..];
    let json = client.bytes(Method::POST, FROM_DIALER, raw, &key).await;
    assert_eq!(json.body["lead"]["full_name"], "René", "{json:?}");
    app.rebuilt_equals_live().await;
}

/// K22, C-46: ids that mean none join nobody.
#[tokio::test(flavor = "multi_thread")]
async fn placeholder_ids_join_nobody() {
    let (app, client) = start().await;
    let mut ids = Vec::new();
    for (n, word) in [
        "0",
        "null",
        "undefined",
        "NULL",
        "N/A",
        "-1",
        "None",
        "NaN",
        "nil",
        "n/a",
        "#N/A",
        "-",
        "0.0",
        " ",
        "--A--lead_id--B--",
        "{{lead.id}}",
        "${id}",
        "%lead_id%",
        "[[id]]",
        "۰",
    ]
    .into_iter()
    .enumerate()
    {
        for who in ["Uno", "Due"] {
            let phone = format!("+4420794{:05}", n * 2 + usize::from(who == "Due"));
            let body = json!({ "user": "CalebG", "phone": phone, "full_name": who, "lead_id": word,
                "vendor_lead_code": word, "list_id": word, "uniqueid": word, "session_id": word });
            let answer = client.click(&body).await;
            assert_eq!(answer.body["message"], "Lead created successfully", "{word} {answer:?}");
            assert_eq!(answer.body["lead"]["dialer_lead_id"], Value::Null, "{word}");
            ids.push(answer.body["lead"]["id"].as_i64().unwrap());
        }
    }
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "each is somebody else");
    for zero in [json!(0), json!(-1), json!(null), json!(0.0)] {
        let body = |n: u32| json!({ "user": "CalebG", "lead_id": zero, "phone": format!("+4420795000{n:02}"), "notes": zero.to_string() });
        let (one, other) = (client.click(&body(1)).await, client.click(&body(2)).await);
        assert_ne!(one.body["lead"]["id"], other.body["lead"]["id"], "{zero}");
    }
    // A call with a place-holder for its name is none.
    assert_eq!(app.count("attempt_reported").await, 0);
    app.rebuilt_equals_live().await;
}

/// K25: what nobody can see at the ends of names and ids is none of them.
#[tokio::test(flavor = "multi_thread")]
async fn invisible_characters_at_the_ends_are_trimmed() {
    let (app, client) = start().await;
    for (n, mark) in ["\u{200b}", "\u{feff}", "\u{200e}", "\u{202c}", "\u{2060}", "\u{ad}", "\u{a0}"]
        .into_iter()
        .enumerate()
    {
        let body = json!({ "user": format!("{mark}CalebG{mark}"), "lead_id": format!("{n}77{mark}"),
            "email": format!("a{n}@example.com{mark}"), "full_name": "علی\u{200c}رضا" });
        let answer = client.click(&body).await;
        assert_eq!(answer.status, 201, "{mark:?} {answer:?}");
        let lead = &answer.body["lead"];
        assert_eq!(
            (&lead["dialer_lead_id"], &lead["email"]),
            (&json!(format!("{n}77")), &json!(format!("a{n}@example.com")))
        );
        assert_eq!(lead["full_name"], "علی\u{200c}رضا", "inside they stay");
        let again = client.click(&json!({ "user": "CalebG", "lead_id": format!("{n}77") })).await;
        assert_eq!(again.body["lead"]["id"], lead["id"]);
    }
    app.rebuilt_equals_live().await;
}

/// K20: a number for a text.
#[tokio::test(flavor = "multi_thread")]
async fn numbers_for_texts_are_the_texts_a_person_writes() {
    let (_app, client) = start().await;
    let raw =
        r#"{"user":"CalebG","lead_id":77.0,"phone":7911123456.0,"postal_code":12345,"first_name":"Ann"}"#;
    let key = [("x-dialer-api-key", FROM_DIALER_KEY)];
    let answer = client.send(Method::POST, FROM_DIALER, Some(raw), &key).await;
    let lead = &answer.body["lead"];
    assert_eq!((&lead["dialer_lead_id"], &lead["phone"]), (&json!("77"), &json!("7911123456")), "{answer:?}");
    assert_eq!(lead["postal_code"], "12345");
    let again = client.click(&json!({ "user": "CalebG", "lead_id": "77", "phone": "+447911123456" })).await;
    assert_eq!((&again.body["lead"]["id"], &again.body["warnings"]), (&lead["id"], &json!([])), "{again:?}");
}

/// C-49: `epoch`, else `SQLdate` in the credential's zone, else the time in `uniqueid`, else receipt.
#[tokio::test(flavor = "multi_thread")]
async fn the_time_of_a_call_is_what_the_rulings_say() {
    let (app, client) = start().await;
    let known = app.app.ledger.all_machines().await.unwrap();
    let id = known.iter().find(|machine| machine.credential.name == "from-dialer").unwrap().id;
    let configuration =
        Configuration { timezone: Some("America/New_York".to_owned()), ..Configuration::default() };
    app.app.ledger.record(&Context::system("test"), &Configure { id, configuration }).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(1_050)).await;
    let admin = Client::person(&app, "admin").await;
    for (n, (members, expected, warnings)) in [
        (
            json!({ "uniqueid": "1705314607.77", "epoch": "1740817000", "SQLdate": "2025-02-28 10:00:00" }),
            "2025-03-01T08:16:40Z",
            0,
        ),
        (json!({ "uniqueid": "1705314607.78", "SQLdate": "2025-02-28 10:00:00" }), "2025-02-28T15:00:00Z", 0),
        (json!({ "uniqueid": "1705314607.79" }), "2024-01-15T10:30:07Z", 0),
        (json!({ "uniqueid": "pbx-1705314607.80", "epoch": "undefined" }), "2024-01-15T10:30:07Z", 0),
        (json!({ "uniqueid": "call-a" }), "2025-03-01T08:30:00Z", 0),
        (json!({ "uniqueid": "call-b", "epoch": 1_740_817_000_123_i64 }), "2025-03-01T08:16:40.123Z", 0),
        (json!({ "uniqueid": "call-c", "epoch": 1_740_817_000.5 }), "2025-03-01T08:16:40.500Z", 0),
        (
            json!({ "uniqueid": "call-d", "epoch": "soon", "SQLdate": "2025-02-28T10:00:00Z" }),
            "2025-02-28T10:00:00Z",
            1,
        ),
        (
            json!({ "uniqueid": "call-e", "epoch": 20_250_228, "SQLdate": "28/02/2025" }),
            "2025-03-01T08:30:00Z",
            2,
        ),
        (json!({ "uniqueid": "call-f", "SQLdate": "0000-00-00 00:00:00" }), "2025-03-01T08:30:00Z", 0),
    ]
    .into_iter()
    .enumerate()
    {
        let mut body = members.clone();
        body["user"] = "CalebG".into();
        body["phone"] = format!("+4420794000{n:02}").into();
        let answer = client.click(&body).await;
        assert_eq!(answer.status, 201, "{members} {answer:?}");
        assert_eq!(answer.body["warnings"].as_array().unwrap().len(), warnings, "{members} {answer:?}");
        let history = admin.get(&format!("/api/v1/calls/history?search=%2B4420794000{n:02}")).await;
        let at: domain::time::Instant =
            history.body["calls"][0]["created_at"].as_str().unwrap().parse().unwrap();
        assert_eq!(at, expected.parse::<domain::time::Instant>().unwrap(), "{members}");
    }
    app.rebuilt_equals_live().await;
}
