//! Leads of advertisements as the field really sends them (K21, K22, K23, issue 14 part 3).

use super::Company;
use super::meta::{SETTINGS, document, send};
use serde_json::{Map, Value, json};

/// A lead of its own id with these form fields.
fn lead(id: u64, fields: &[(&str, &str)]) -> Value {
    let fields: Vec<Value> =
        fields.iter().map(|(name, value)| json!({ "name": name, "values": [value] })).collect();
    json!({ "leadgen_id": id, "form_id": "7", "field_data": fields })
}

/// Sends it and answers the lead that was made of it, as an admin sees it.
async fn made(company: &Company, body: &Value) -> Value {
    let answer = send(company, body).await;
    assert_eq!(answer.body["message"], "Lead processed successfully", "{answer:?}");
    let path = format!("/api/leads/{}", answer.body["lead"]["_id"].as_str().unwrap());
    company.admin.get(&path).await.body["lead"].clone()
}

/// K21: however a form's fields are written, the lead is the same.
#[tokio::test(flavor = "multi_thread")]
async fn the_names_of_form_fields_are_folded() {
    let company = Company::start_with(&SETTINGS).await;
    let spellings = [
        ["FULL_NAME", "EMAIL", "PHONE"],
        ["full name", "e-mail", "phone number"],
        ["Full-Name", "Email Address", "Phone_Number"],
        ["fullName", "E_Mail", "phoneNumber"],
        [" full_name ", "work_email", "work_phone_number"],
        ["FULL NAME", "Work Email", "WhatsApp Number"],
        ["full_name", "email", "whatsapp_phone_number"],
        ["Name", "EMAIL", "Mobile Number"],
    ];
    for (n, [name, email, phone]) in (10u64..).zip(spellings) {
        let number = format!("+9198765432{n}");
        let sent = lead(n, &[(name, "Asha Rao"), (email, "asha@example.com"), (phone, &number)]);
        let lead = made(&company, &sent).await;
        assert_eq!(
            (&lead["name"], &lead["email"], &lead["phone"]),
            (&json!("Asha Rao"), &json!("asha@example.com"), &json!(number)),
            "{name} {email} {phone}"
        );
    }
    // What is of a person counts before what is of their work.
    let both = lead(
        90,
        &[("work_phone_number", "+919876511112"), ("full_name", "Two"), ("Phone Number", "+919876511113")],
    );
    assert_eq!(made(&company, &both).await["phone"], "+919876511113");
    let first_and_last = lead(91, &[("First Name", "Asha"), ("LAST-NAME", "Rao")]);
    assert_eq!(made(&company, &first_and_last).await["name"], "Asha Rao");
    company.app.rebuilt_equals_live().await;
}

/// K21, decided: `created_time` is the lead's time, however it is written; one ahead of the clock is not.
#[tokio::test(flavor = "multi_thread")]
async fn the_time_of_the_form_is_the_leads_time() {
    let company = Company::start_with(&SETTINGS).await;
    let received = "2025-03-01T08:30:00Z";
    for (n, (created, shown)) in (10u64..).zip([
        (json!(1_738_317_600), "2025-01-31T10:00:00Z"),
        (json!("1738317600"), "2025-01-31T10:00:00Z"),
        (json!("2025-01-31T10:00:00+0000"), "2025-01-31T10:00:00Z"),
        (json!("2025-01-31T13:30:00+0330"), "2025-01-31T10:00:00Z"),
        (json!("2025-01-31T10:00:00.000Z"), "2025-01-31T10:00:00Z"),
        (json!("2025-01-31 10:00:00"), "2025-01-31T10:00:00Z"),
        (json!("2027-01-31T10:00:00+0000"), received),
        (json!("yesterday"), received),
        (Value::Null, received),
    ]) {
        let mut sent = lead(n, &[("full_name", "Asha Rao"), ("phone", &format!("+9198765432{n}"))]);
        sent["created_time"] = created.clone();
        let lead = made(&company, &sent).await;
        let at: chrono::DateTime<chrono::Utc> = lead["createdAt"].as_str().unwrap().parse().unwrap();
        let wanted: chrono::DateTime<chrono::Utc> = shown.parse().unwrap();
        assert!((at - wanted).num_seconds().abs() < 60, "{created}: {at}");
    }
    for (day, leads) in [("2025-01-31", 6), ("2025-03-01", 3)] {
        let days = format!("dateFrom={day}&dateTo={day}");
        let stats = company.admin.get(&format!("/api/meta/stats?{days}")).await.body["stats"].clone();
        assert_eq!(stats["totalLeads"], leads, "{day}");
        let found = company.admin.get(&format!("/api/leads?{days}")).await.body["total"].clone();
        assert_eq!(found, leads, "{day}");
        let sources =
            company.admin.get(&format!("/api/dashboard/performance?{days}")).await.body["performance"]["leadSources"].clone();
        assert_eq!(sources[0]["count"], leads, "{day}");
    }
    company.app.rebuilt_equals_live().await;
}

/// K22: an id that means none joins nobody, and `id` serves as `lead_id`.
#[tokio::test(flavor = "multi_thread")]
async fn placeholder_ids_join_nobody() {
    let company = Company::start_with(&SETTINGS).await;
    let person = |name: &str, phone: &str, id: &Value| json!({ "full_name": name, "phone_number": phone, "lead_id": id });
    let mut n = 10;
    for id in [
        json!(0),
        json!("0"),
        Value::Null,
        json!("null"),
        json!("undefined"),
        json!("N/A"),
        json!(-1),
        json!(""),
        json!("  "),
        json!("NULL"),
        json!("None"),
        json!("NaN"),
        json!("#N/A"),
    ] {
        let mut ids = Vec::new();
        for name in ["Uno Rossi", "Due Bianchi"] {
            n += 1;
            let answer = send(&company, &person(name, &format!("+3933312345{n}"), &id)).await;
            assert_eq!(answer.body["lead"]["name"], name, "{id}: {answer:?}");
            ids.push(answer.body["lead"]["_id"].clone());
        }
        assert_ne!(ids[0], ids[1], "{id}");
    }
    // The same again is the same.
    let before = company.app.app.ledger.views().head().await.unwrap();
    let body = person("Uno Rossi", "+393331234511", &json!(0));
    send(&company, &body).await;
    assert_eq!(company.app.app.ledger.views().head().await.unwrap(), before);
    // As the graph answers it.
    for (n, id) in (60..).zip([json!("55501"), json!(55502), json!(55503.0)]) {
        let graph = json!({ "id": id, "created_time": "2025-01-31T10:00:00+0000",
            "field_data": [{ "name": "phone_number", "values": [format!("+3933312345{n}")] }] });
        let first = send(&company, &graph).await.body;
        assert_eq!(first["message"], "Lead processed successfully", "{id}");
        assert_eq!(
            send(&company, &json!({ "lead_id": id, "full_name": "Later" })).await.body["lead"]["_id"],
            first["lead"]["_id"]
        );
    }
    company.app.rebuilt_equals_live().await;
}

/// K21: what was put aside is not called processed, and other news is ignored.
#[tokio::test(flavor = "multi_thread")]
async fn only_what_became_a_lead_is_called_processed() {
    let company = Company::start_with(&SETTINGS).await;
    let of = |changes: Value| json!({ "object": "page", "entry": [{ "id": "1", "changes": changes }] });
    let good =
        json!({ "field": "leadgen", "value": lead(1, &[("full_name", "One"), ("phone", "+919876543210")]) });
    let bare = json!({ "field": "leadgen", "value": { "leadgen_id": 5, "form_id": 7, "page_id": 3 } });
    for (body, message, pending, ignored) in [
        (of(json!([bare])), "Lead put aside", 1, 0),
        (json!({ "leadgen_id": 9 }), "Lead put aside", 1, 0),
        (of(json!([good, bare])), "1 processed, 1 put aside", 1, 0),
        (of(json!([good, { "field": "feed", "value": { "item": "post" } }])), "Lead processed", 0, 1),
        (
            of(json!([{ "field": "feed", "value": { "item": "status", "full_name": "Not a lead" } }])),
            "ignored",
            0,
            1,
        ),
        (of(json!([{ "field": "messages", "value": {} }])), "ignored", 0, 1),
        (of(json!([{ "field": "ratings", "value": 5 }, { "field": "conversations" }])), "ignored", 0, 2),
        (
            json!({ "object": "page", "entry": [{ "id": "1", "messaging": [{ "message": {} }] }] }),
            "ignored",
            0,
            1,
        ),
        (json!({ "object": "page", "entry": [] }), "ignored", 0, 1),
    ] {
        let answer = send(&company, &body).await;
        assert_eq!(answer.status, 200, "{body}: {answer:?}");
        let told = answer.body["message"].as_str().unwrap();
        assert!(told.starts_with(message), "{body}: {told}");
        assert_eq!(
            (&answer.body["pending"], &answer.body["ignored"]),
            (&json!(pending), &json!(ignored)),
            "{body}"
        );
    }
    assert_eq!(company.admin.get("/api/leads").await.body["total"], 1);
    company.app.rebuilt_equals_live().await;
}

/// Issue 14, part 3: leads that Meta sends for a trial are marked, are given to nobody and are never dialed.
#[tokio::test(flavor = "multi_thread")]
async fn test_leads_are_marked_and_given_to_nobody() {
    let company = Company::start_with(&SETTINGS).await;
    let dummy = |name: &str| format!("<test lead: dummy data for {name}>");
    let mut marked = document();
    marked["is_test"] = json!(true);
    let mut in_words = document();
    in_words["is_test"] = json!("true");
    in_words["lead_id"] = json!("2");
    let mut tool = lead(444_444_444_444, &[("full_name", "Tool Person"), ("phone_number", "9876543210")]);
    tool["created_time"] = json!(1_738_317_600);
    for body in [
        marked,
        in_words,
        tool,
        lead(
            3,
            &[
                ("full_name", &dummy("full_name")),
                ("phone_number", &dummy("phone_number")),
                ("email", "test@meta.com"),
            ],
        ),
        lead(4, &[("FULL NAME", &dummy("full_name").to_uppercase()), ("email", "test@fb.com")]),
        lead(5, &[("full_name", "Real Name"), ("what_do_you_need?", &dummy("what_do_you_need?"))]),
    ] {
        let answer = send(&company, &body).await;
        assert_eq!(
            answer.body["assignment"],
            json!({ "success": false, "reason": "test_lead" }),
            "{answer:?}"
        );
        let path = format!("/api/leads/{}", answer.body["lead"]["_id"].as_str().unwrap());
        let lead = company.admin.get(&path).await.body["lead"].clone();
        assert_eq!((&lead["isTest"], &lead["assignedTo"]), (&json!(true), &Value::Null), "{lead}");
        assert_eq!(company.alice.get(&path).await.status, 404);
    }
    let dialer = crate::support::clients::Client::dialer(&company.app);
    assert_eq!(dialer.next_batch(10).await.body["batch"]["size_returned"], 0);
    // The person of that number is another lead, and is nobody's trial.
    let mut real = document();
    real["lead_id"] = json!("77");
    let lead = made(&company, &real).await;
    assert_eq!((&lead["isTest"], &lead["phone"]), (&json!(false), &json!("9876543210")));
    company.app.rebuilt_equals_live().await;
}

/// K23 on Meta: what is nobody's number is kept as it was written and joins nobody.
#[tokio::test(flavor = "multi_thread")]
async fn placeholder_numbers_join_nobody() {
    let company = Company::start_with(&SETTINGS).await;
    let mut id = 100;
    for phone in ["0000000000", "1111111111", "9999999999", "0", "+1", "112", "not given"] {
        let mut ids = Vec::new();
        for name in ["Uno Rossi", "Due Bianchi"] {
            id += 1;
            let answer = send(&company, &lead(id, &[("full_name", name), ("phone_number", phone)])).await;
            assert_eq!(answer.body["lead"]["name"], name, "{phone}: {answer:?}");
            ids.push(answer.body["lead"]["_id"].clone());
            let path = format!("/api/leads/{}", answer.body["lead"]["_id"].as_str().unwrap());
            assert_eq!(company.admin.get(&path).await.body["lead"]["phone"], phone, "as it was written");
        }
        assert_ne!(ids[0], ids[1], "{phone}");
    }
    let dialer = crate::support::clients::Client::dialer(&company.app);
    assert_eq!(dialer.next_batch(50).await.body["batch"]["size_returned"], 0);
    company.app.rebuilt_equals_live().await;
}

/// What nobody knows of a form field is kept under the name that it came by.
#[tokio::test(flavor = "multi_thread")]
async fn other_fields_are_kept() {
    let company = Company::start_with(&SETTINGS).await;
    let sent =
        lead(1, &[("full_name", "Asha"), ("Requirements", "A website"), ("What is your budget?", "5000")]);
    let answer = send(&company, &sent).await;
    let path = format!("/api/leads/{}", answer.body["lead"]["_id"].as_str().unwrap());
    assert_eq!(company.admin.get(&path).await.body["lead"]["requirements"], "A website");
    let known: Map<String, Value> = company
        .admin
        .get(&format!("/api/v1/leads/{}", answer.body["lead"]["_id"].as_str().unwrap()))
        .await
        .body["custom_fields"]
        .as_object()
        .unwrap()
        .clone();
    assert_eq!(known["What is your budget?"], "5000");
}

/// Issue 14, part 3: Brazil's ninth digit and Argentina's 9 give possible duplicates, and never a merge; K2: so does a
/// national number that begins with its own country's code.
#[tokio::test(flavor = "multi_thread")]
async fn spellings_of_older_plans_are_possible_duplicates() {
    let company = Company::start_with(&SETTINGS).await;
    let make = async |phone: &str| {
        let made = company.admin.post("/api/leads", &json!({ "name": "Ana", "phone": phone })).await;
        (made.body["lead"]["_id"].clone(), made.body["possible_duplicates"].clone())
    };
    for (first, second) in [
        ("+5511987654321", "+551187654321"),
        ("+551176543210", "+55 11 97654-3210"),
        ("+5491123456789", "+54 11 2345-6789"),
        ("+541143218765", "+54 9 11 4321-8765"),
        ("9123456701", "+919123456701"),
        ("+91 91234 56702", "9123456702"),
    ] {
        let (known, none) = make(first).await;
        assert_eq!(none, json!([]), "{first}");
        let (other, duplicates) = make(second).await;
        assert_eq!(duplicates, json!([known]), "{second} after {first}");
        assert_ne!(known, other);
    }
    make("+5511912345678").await;
    let events = company.app.count("duplicate_suspected").await;
    let sent = lead(900, &[("full_name", "Bia"), ("phone_number", "+551112345678")]);
    let sent_kin = lead(901, &[("full_name", "Bia"), ("phone_number", "+551182345678")]);
    let sent_ninth = lead(902, &[("full_name", "Bia"), ("phone_number", "+5511982345678")]);
    let ids: Vec<Value> =
        [made(&company, &sent).await, made(&company, &sent_kin).await, made(&company, &sent_ninth).await]
            .iter()
            .map(|lead| lead["_id"].clone())
            .collect();
    assert!(ids[0] != ids[1] && ids[1] != ids[2], "none is merged: {ids:?}");
    assert_eq!(company.app.count("duplicate_suspected").await, events + 1, "and the last is suspected");
    company.app.rebuilt_equals_live().await;
}
