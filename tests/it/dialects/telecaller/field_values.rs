//! Values as clients of document 004, browsers and advertisements really send them.

use super::Company;
use crate::support::clients::Client;
use reqwest::Method;
use serde_json::json;

/// K20: a phone as a number is the phone.
#[tokio::test(flavor = "multi_thread")]
async fn a_phone_may_be_a_number() {
    let company = Company::start().await;
    for (n, (raw, written)) in [
        ("9876500007", "9876500007"),
        ("9876500008.0", "9876500008"),
        ("9.876500009e9", "9876500009"),
        ("919876500010", "919876500010"),
        ("\"9876500011\"", "9876500011"),
    ]
    .into_iter()
    .enumerate()
    {
        let body = format!("{{\"name\":\"John {n}\",\"phone\":{raw}}}");
        let made = company.admin.send(Method::POST, "/api/leads", Some(&body), &[]).await;
        assert_eq!((made.status.as_u16(), &made.body["lead"]["phone"]), (201, &json!(written)), "{made:?}");
    }
    let path = format!("/api/users/{}", company.alice_id);
    let changed = company.admin.put(&path, &json!({ "phone": 9_876_500_012_i64 })).await;
    assert_eq!(
        (changed.status.as_u16(), &changed.body["user"]["phone"]),
        (200, &json!("9876500012")),
        "{changed:?}"
    );
    let wrong = company.admin.post("/api/leads", &json!({ "name": "John", "phone": [1] })).await;
    assert_eq!((wrong.status.as_u16(), &wrong.body["errors"][0]["field"]), (400, &json!("phone")));
}

/// K22, C-46: leads of advertisements whose id means none are two people.
#[tokio::test(flavor = "multi_thread")]
async fn placeholder_ids_of_advertisements_join_nobody() {
    let company = Company::start().await;
    let nobody = Client::nobody(&company.app);
    let ids = [
        json!(0),
        json!("0"),
        json!(null),
        json!("null"),
        json!("undefined"),
        json!(-1),
        json!("{{lead_id}}"),
    ];
    for (n, id) in (10..).zip(ids) {
        for (name, phone) in [("Uno", format!("98765432{n}")), ("Due", format!("98765433{n}"))] {
            let body = json!({ "lead_id": id, "full_name": name, "phone_number": phone });
            let answer = nobody.post("/api/meta/webhook", &body).await;
            assert_eq!(answer.status, 200, "{answer:?}");
            assert_ne!(
                answer.body["lead"]["name"],
                if name == "Due" { "Uno" } else { "Due" },
                "{id} {answer:?}"
            );
        }
    }
    let one = json!({ "lead_id": 5.0, "full_name": "Five", "phone_number": 9_876_543_599_i64 });
    let other = json!({ "lead_id": "5", "full_name": "Six" });
    assert_eq!(nobody.post("/api/meta/webhook", &one).await.body["lead"]["name"], "Five");
    assert_eq!(nobody.post("/api/meta/webhook", &other).await.body["lead"]["name"], "Five");
    company.app.rebuilt_equals_live().await;
}

/// K24: a password in another form of Unicode, and K25: invisible characters around a name.
#[tokio::test(flavor = "multi_thread")]
async fn a_person_logs_in_however_their_keyboard_writes() {
    let company = Company::start().await;
    let (composed, decomposed) = ("caf\u{e9} pass 1", "cafe\u{301} pass 1");
    let body = json!({ "name": "Zoe Cafe", "email": "zoe@example.com\u{200b}", "password": decomposed,
        "role": "telecaller", "department": "sales", "phone": "9876543210" });
    let made = company.admin.post("/api/auth/register", &body).await;
    assert_eq!(
        (made.status.as_u16(), &made.body["user"]["email"]),
        (201, &json!("zoe@example.com")),
        "{made:?}"
    );
    let nobody = Client::nobody(&company.app);
    for (name, password, status) in [
        ("zoe@example.com", composed, 200),
        ("zoe@example.com", decomposed, 200),
        ("\u{feff}ZOE@example.com\u{200e}", "caf\u{e9}\u{a0}pass 1", 200),
        ("zoe@example.com", "cafe pass 1", 401),
        ("zoe@example.com", "caf\u{e9} pass 1 ", 401),
    ] {
        let answer = nobody.log_in(name, password).await;
        assert_eq!(answer.status, status, "{name:?} {password:?} {answer:?}");
    }
    let again = json!({ "name": "Zoe", "email": "\u{2060}zoe@example.com", "password": composed, "role": "telecaller", "department": "sales" });
    assert_eq!(company.admin.post("/api/auth/register", &again).await.status, 400, "the same address");
}

/// K24: a search finds every spelling; a word for nothing is no filter.
#[tokio::test(flavor = "multi_thread")]
async fn lists_are_searched_in_every_spelling_and_words_for_nothing_are_no_filter() {
    let company = Company::start().await;
    let made =
        json!({ "name": "Zoë Nu\u{301}ñez علي كريمي", "phone": "9876500099", "email": "José@Example.com" });
    assert_eq!(company.admin.post("/api/leads", &made).await.status, 201);
    company.lead(&company.admin, "9876500098").await;
    for search in ["zoe", "NÚÑEZ", "علی", "کریمی", "۹۹", "jose@", "JOSÉ", "0099"] {
        let found = company.admin.get(&format!("/api/leads?search={search}")).await;
        assert_eq!((found.status.as_u16(), &found.body["total"]), (200, &json!(1)), "{search} {found:?}");
    }
    for word in ["undefined", "null", "None", "NaN", "NULL"] {
        for (path, names) in [
            (
                "/api/leads",
                &[
                    "status",
                    "source",
                    "priority",
                    "quality",
                    "assignedTo",
                    "dateFrom",
                    "dateTo",
                    "search",
                    "page",
                    "limit",
                ][..],
            ),
            ("/api/calls", &["status", "callType", "telecaller", "dateFrom", "dateTo", "page", "limit"]),
            ("/api/reports", &["reportType", "dateFrom", "dateTo", "user", "page", "limit"]),
            ("/api/users", &["role", "department", "isActive", "page", "limit"]),
        ] {
            let plain = company.admin.get(path).await;
            let query = names.iter().map(|name| format!("{name}={word}")).collect::<Vec<_>>().join("&");
            let answer = company.admin.get(&format!("{path}?{query}")).await;
            assert_eq!((answer.status.as_u16(), &answer.body), (200, &plain.body), "{path} {word}");
        }
    }
    company.app.rebuilt_equals_live().await;
}
