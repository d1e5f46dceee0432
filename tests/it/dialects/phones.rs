//! One number is one lead, whatever surface it comes by and however it is written: field.md K1 to K6 and K23, C-46, C-47.

use crate::support::clients::Client;
use crate::support::{TestApp, history};
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, PhoneNumberType};
use serde_json::{Value, json};

/// A service with an admin and the documents' agents, one of whom makes leads in the scheduling dialect.
async fn start() -> (TestApp, Client, Value) {
    let app = TestApp::start().await;
    history::open_dialing(&app.app).await;
    history::documents_agents(&app.app).await;
    let admin = Client::person(&app, "admin").await;
    let agent = admin.post("/api/v1/agents/", &json!({ "name": "Sales Agent" })).await.body["id"].clone();
    (app, admin, agent)
}

/// An example of each country's mobile numbers, or of its fixed lines: in E.164, and with blanks.
fn examples() -> Vec<(String, String)> {
    let example = |region| {
        [PhoneNumberType::Mobile, PhoneNumberType::FixedLine].into_iter().find_map(|kind| {
            let number = PHONE_NUMBER_UTIL.get_example_number_for_type_and_region(region, kind).ok()?;
            let written = |format| number.format_as(format).into_owned();
            Some((written(PhoneNumberFormat::E164), written(PhoneNumberFormat::International)))
        })
    };
    let mut all: Vec<_> = PHONE_NUMBER_UTIL.get_supported_regions().filter_map(example).collect();
    all.sort();
    all.dedup();
    all
}

/// K1, C-47
#[tokio::test(flavor = "multi_thread")]
async fn every_countrys_number_is_one_lead_on_every_surface() {
    let (app, admin, agent) = start().await;
    let (dialer, examples) = (Client::dialer(&app), examples());
    assert!(examples.len() > 200, "{}", examples.len());
    // given all of them in the panel, written with 00
    let written: Vec<String> = examples.iter().map(|(e164, _)| format!("00{}", &e164[1..])).collect();
    let added = admin.post("/api/numbers", &json!({ "phone_numbers": written })).await.body;
    assert_eq!(added["inserted"], json!(examples.len()), "{added}");
    for (e164, spaced) in &examples {
        let lead: i64 = sqlx::query_scalar("SELECT num FROM live.lead WHERE phone_key = $1")
            .bind(e164)
            .fetch_one(&app.app.pool)
            .await
            .unwrap();
        // then a click, a report, a sale's lead and an agent's lead with the same number find it, or say so
        let clicked = client_click(&app, spaced).await;
        assert_eq!(clicked["lead"]["id"], json!(lead), "{spaced}: {clicked}");
        let report = json!({ "number_id": null, "phone_number": spaced, "status": "BUSY" });
        assert_eq!(dialer.report(&report).await.body["number_id"], json!(lead), "{spaced}");
        let sold = admin.post("/api/leads", &json!({ "name": "N", "phone": e164 })).await.body;
        assert_eq!(sold["possible_duplicates"].as_array().map(Vec::len), Some(1), "{e164}: {sold}");
        let body = json!({ "agent_id": agent, "first_name": "N", "phone_e164": e164 });
        let made = admin.post("/api/v1/leads/", &body).await;
        assert_eq!((made.status.as_u16(), &made.body["phone_e164"]), (201, &json!(e164)), "{made:?}");
    }
    app.rebuilt_equals_live().await;
}

async fn client_click(app: &TestApp, phone: &str) -> Value {
    let answer = Client::nobody(app).click(&json!({ "user": "CalebG", "phone": phone })).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.body
}

/// The key of the lead that a click made.
async fn key_of_click(app: &TestApp, body: &Value) -> Option<String> {
    let answer = Client::nobody(app).click(body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let id = answer.body["lead"]["id"].as_i64().unwrap();
    key_of(app, id).await
}

async fn key_of(app: &TestApp, num: i64) -> Option<String> {
    sqlx::query_scalar("SELECT phone_key FROM live.lead WHERE num = $1")
        .bind(num)
        .fetch_one(&app.app.pool)
        .await
        .unwrap()
}

/// K4
#[tokio::test(flavor = "multi_thread")]
async fn a_click_may_give_the_countrys_code_in_a_field_of_its_own() {
    let (app, ..) = start().await;
    let rows = [
        ("39", "0669800002", "+390669800002"),
        ("1", "14155552671", "+14155552671"),
        ("225", "0708091012", "+2250708091012"),
        ("44", "447911123457", "+447911123457"),
        ("44", "07911 123458", "+447911123458"),
        ("98", "09123456789", "+989123456789"),
        ("49", "+33142764978", "+33142764978"),
    ];
    for (code, phone, e164) in rows {
        let body = json!({ "user": "CalebG", "phone_code": code, "phone": phone });
        assert_eq!(key_of_click(&app, &body).await.as_deref(), Some(e164), "{code} {phone}");
    }
    app.rebuilt_equals_live().await;
}

/// K5, K6, K2: the panel's region is Iran's, the telecaller's India's.
#[tokio::test(flavor = "multi_thread")]
async fn digits_of_all_scripts_count_and_what_follows_a_number_does_not() {
    let (app, admin, _) = start().await;
    let rows = [
        ("０９１２０００７７８８", "+989120007788"),
        ("+49 30 23125 012 #12", "+493023125012"),
        ("+493023125013.0", "+493023125013"),
        ("09125550006 / 09125550007", "+989125550006"),
        ("tel:+98-912-555-0008;ext=3", "+989125550008"),
    ];
    for (number, (written, e164)) in (1..).zip(rows) {
        let added = admin.post("/api/numbers", &json!({ "phone_numbers": [written] })).await.body;
        assert_eq!(added["inserted"], 1, "{written}: {added}");
        assert_eq!(key_of(&app, number).await.as_deref(), Some(e164), "{written}");
    }
    for (written, e164) in [("9123456780", "+919123456780"), ("987651101２", "+919876511012")] {
        let made = admin.post("/api/leads", &json!({ "name": "N", "phone": written })).await.body;
        assert_eq!(made["lead"]["phone"], json!(written));
        let key: Option<String> = sqlx::query_scalar("SELECT phone_key FROM live.lead WHERE phone = $1")
            .bind(written)
            .fetch_one(&app.app.pool)
            .await
            .unwrap();
        assert_eq!(key.as_deref(), Some(e164), "{written}");
    }
    // what was left out of a number is said where the surface has warnings
    let click = json!({ "user": "CalebG", "phone": "+44 7911 123456 / 07911 123457" });
    let clicked = Client::nobody(&app).click(&click).await.body;
    assert_eq!(
        clicked["warnings"],
        json!(["phone holds more than one number; the first was taken"]),
        "{clicked}"
    );
    let report = json!({ "phone_number": "+49 30 23125 012 #12", "status": "BUSY" });
    let reported = Client::dialer(&app).report(&report).await.body;
    assert_eq!(
        (&reported["number_id"], &reported["warnings"]),
        (&json!(2), &json!(["phone_cut"])),
        "{reported}"
    );
    let again = admin.post("/api/leads", &json!({ "name": "N", "phone": "+919123456780" })).await.body;
    assert_eq!(again["possible_duplicates"].as_array().map(Vec::len), Some(1), "{again}");
    app.rebuilt_equals_live().await;
}

/// K23, C-46
#[tokio::test(flavor = "multi_thread")]
async fn nobodys_number_joins_no_two_people_and_is_never_handed_out() {
    let (app, admin, _) = start().await;
    let nobodys = ["0000000000", "999", "0", "+1", "112", "9999999999", "+44 999", "1000"];
    for phone in nobodys {
        // when two people have it
        let [one, two] =
            ["One", "Two"].map(|name| json!({ "user": "CalebG", "full_name": name, "phone": phone }));
        let client = Client::nobody(&app);
        let (one, two) = (client.click(&one).await.body, client.click(&two).await.body);
        // then they are two leads that show it as it was written
        assert_ne!(one["lead"]["id"], two["lead"]["id"], "{phone}");
        assert_eq!((&one["lead"]["phone"], &two["lead"]["phone"]), (&json!(phone), &json!(phone)));
        let sold = admin.post("/api/leads", &json!({ "name": "N", "phone": phone })).await.body;
        assert_eq!(
            (&sold["lead"]["phone"], &sold["possible_duplicates"]),
            (&json!(phone), &json!([])),
            "{phone}"
        );
    }
    // and nobody dials it
    let added = admin.post("/api/numbers", &json!({ "phone_numbers": nobodys })).await.body;
    assert_eq!((&added["inserted"], &added["invalid"]), (&json!(0), &json!(nobodys.len())), "{added}");
    let batch = Client::dialer(&app).next_batch(500).await.body;
    assert_eq!(batch["batch"]["numbers"], json!([]), "{batch}");
    let keys: i64 =
        sqlx::query_scalar("SELECT count(*) FROM keys WHERE kind IN ('phone', 'phone_of_agent', 'lease')")
            .fetch_one(&app.app.pool)
            .await
            .unwrap();
    assert_eq!(keys, 0);
    app.rebuilt_equals_live().await;
}
