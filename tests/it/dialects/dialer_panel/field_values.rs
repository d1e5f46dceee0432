//! Values as dialers really send them, in reports and lists.

use crate::support::TestApp;
use crate::support::clients::{Answer, Client};
use chrono::Duration;
use domain::ids::AnyId;
use domain::principal::Role;
use reqwest::Method;
use serde_json::{Value, json};

const PATH: &str = "/api/dialer/report-result";

async fn last_attempt_at(app: &TestApp, num: i64) -> String {
    let lead = app.app.ledger.views().find_lead(AnyId::Num(num)).await.unwrap().unwrap();
    lead.last_attempt_at.map(|at| at.to_rfc3339()).unwrap_or_default()
}

fn told(answer: &Answer) -> (u16, &Value, &Value) {
    (answer.status.as_u16(), &answer.body["attempts"], &answer.body["warnings"])
}

/// K15: every form of a time of a call.
#[tokio::test(flavor = "multi_thread")]
async fn the_time_of_a_call_is_read_in_every_form() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    app.clock.advance(Duration::days(630));
    let dialer = Client::dialer(&app);
    for (written, expected) in [
        (json!("2026-11-20T10:00+03:30"), "2026-11-20T06:30:00+00:00"),
        (json!("2026-11-20 10:01:00+0330"), "2026-11-20T06:31:00+00:00"),
        (json!("2026-11-20T06:32Z"), "2026-11-20T06:32:00+00:00"),
        (json!("2026-11-20 10:03"), "2026-11-20T06:33:00+00:00"),
        (json!("20261120T100400+0330"), "2026-11-20T06:34:00+00:00"),
        (json!("2026-11-20T10:05:00,25+03:30"), "2026-11-20T06:35:00.250+00:00"),
        (json!(1_795_156_560), "2026-11-20T06:36:00+00:00"),
        (json!(1_795_156_620_000_i64), "2026-11-20T06:37:00+00:00"),
        (json!("1795156680.5"), "2026-11-20T06:38:00.500+00:00"),
        (json!("Fri, 20 Nov 2026 06:39:00 +0000"), "2026-11-20T06:39:00+00:00"),
        (json!("2026-11-20T24:00+03:30"), "2026-11-20T20:30:00+00:00"),
    ] {
        let answer =
            dialer.report(&json!({ "number_id": 1, "status": "BUSY", "attempted_at": written })).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.body["warnings"]),
            (200, &json!([])),
            "{written} {answer:?}"
        );
        let at: domain::time::Instant = last_attempt_at(&app, 1).await.parse().unwrap();
        assert_eq!(at, expected.parse::<domain::time::Instant>().unwrap(), "{written}");
    }
    app.rebuilt_equals_live().await;
}

/// K15, K16, C-17: a time that cannot be read is named, and the same report sent later is no second attempt.
#[tokio::test(flavor = "multi_thread")]
async fn a_report_with_an_unreadable_time_keeps_its_identity() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    let dialer = Client::dialer(&app);
    let mut attempts = 0;
    for written in [
        json!("20261120"),
        json!("46562.5833"),
        json!("soon"),
        json!("1405-01-01T10:00:00"),
        json!(12),
        json!({ "at": 1 }),
    ] {
        let body = json!({ "number_id": 1, "status": "MISSED", "attempted_at": written });
        let first = dialer.report(&body).await;
        attempts += 1;
        assert_eq!(
            told(&first),
            (200, &json!(attempts), &json!(["attempted_at_unreadable"])),
            "{written} {first:?}"
        );
        for seconds in [11, 3_600, 86_400 * 30] {
            app.clock.advance(Duration::seconds(seconds));
            let again = dialer.report(&body).await;
            assert_eq!((again.status.as_u16(), &again.body), (200, &first.body), "{written}");
            assert_eq!(again.header("idempotent-replayed"), Some("true"));
        }
    }
    let other = dialer.report(&json!({ "number_id": 1, "status": "BUSY", "attempted_at": "soon" })).await;
    assert_eq!(other.body["attempts"], attempts + 1, "another report");
    app.rebuilt_equals_live().await;
}

/// K20, K22, C-46: ids in every spelling; a place-holder is none, and what cannot be read is named.
#[tokio::test(flavor = "multi_thread")]
async fn ids_are_read_in_every_spelling() {
    let app = TestApp::with_numbers(&["09123456789", "09123456780"]).await;
    app.register("ali", Role::Agent, Some("09120000000")).await;
    let admin = Client::person(&app, "admin").await;
    let listed = admin.get("/api/admins").await.body;
    let people = listed.as_array().or_else(|| listed["items"].as_array()).unwrap();
    let agent = people.iter().find(|one| one["username"] == "ali").unwrap()["id"].as_i64().unwrap();
    let dialer = Client::dialer(&app);
    let floats = format!("{{\"number_id\":2.0,\"agent_id\":{agent}.0,\"status\":\"CONNECTED\"}}");
    let answer = dialer.send(Method::POST, PATH, Some(&floats), &[]).await;
    assert_eq!((&answer.body["id"], &answer.body["warnings"]), (&json!(2), &json!([])), "{answer:?}");
    let lead = app.app.ledger.views().find_lead(AnyId::Num(2)).await.unwrap().unwrap();
    assert!(lead.agent_id.is_some());
    for nothing in [
        json!(0),
        json!("0"),
        json!("undefined"),
        json!("NULL"),
        json!(-1),
        json!("None"),
        json!("{{number.id}}"),
    ] {
        let body = json!({ "number_id": nothing, "phone_number": "09123456780", "agent_id": nothing, "batch_id": nothing,
            "status": "CONNECTED", "reason": nothing.to_string() });
        let answer = dialer.report(&body).await;
        assert_eq!(
            (&answer.body["id"], &answer.body["warnings"]),
            (&json!(2), &json!([])),
            "{nothing} {answer:?}"
        );
    }
    let body = json!({ "number_id": "two", "phone_number": 9_123_456_789_i64, "agent_id": [], "batch_id": "b",
        "call_allowed": "perhaps", "status": "BUSY" });
    let answer = dialer.report(&body).await;
    let expected =
        ["number_id_unreadable", "batch_id_unreadable", "agent_id_unreadable", "call_allowed_unreadable"];
    assert_eq!((&answer.body["id"], &answer.body["warnings"]), (&json!(1), &json!(expected)), "{answer:?}");
    app.rebuilt_equals_live().await;
}

/// K22: a blank `Idempotency-Key` is none.
#[tokio::test(flavor = "multi_thread")]
async fn a_blank_key_makes_no_two_reports_one() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    let dialer = Client::dialer(&app);
    for (n, key) in ["", " ", "undefined", "null", "0"].into_iter().enumerate() {
        for second in [2 * n, 2 * n + 1] {
            let body = json!({ "number_id": 1, "status": "BUSY", "attempted_at": 1_740_817_800 + second })
                .to_string();
            let answer = dialer.send(Method::POST, PATH, Some(&body), &[("idempotency-key", key)]).await;
            assert_eq!(
                (answer.status.as_u16(), &answer.body["attempts"]),
                (200, &json!(second + 1)),
                "{key:?} {answer:?}"
            );
        }
    }
    for _ in 0..2 {
        let batch =
            dialer.send(Method::GET, "/api/dialer/next-batch?size=1", None, &[("idempotency-key", "")]).await;
        assert_eq!(batch.header("idempotent-replayed"), None, "{batch:?}");
    }
}

/// A word for nothing is no filter; a search folds both sides.
#[tokio::test(flavor = "multi_thread")]
async fn a_filter_that_is_a_word_for_nothing_is_none_and_a_search_is_folded() {
    let app = TestApp::with_numbers(&["09123456789", "09123456780"]).await;
    let admin = Client::person(&app, "admin").await;
    let all = admin.get("/api/numbers").await;
    for word in ["undefined", "null", "None", "NaN", "NULL", "Undefined"] {
        let query = [
            "status",
            "agent_id",
            "search",
            "start_date",
            "end_date",
            "sort_by",
            "sort_order",
            "skip",
            "limit",
        ]
        .map(|name| format!("{name}={word}"))
        .join("&");
        let listed = admin.get(&format!("/api/numbers?{query}")).await;
        assert_eq!((listed.status.as_u16(), &listed.body), (200, &all.body), "{word}");
    }
    let made = json!({ "name": "Nu\u{301}n\u{303}ez كريمي", "phone": "09125615059" });
    assert_eq!(admin.post("/api/leads", &made).await.status, 201);
    for search in ["núñez", "NUNEZ", "کریمی", "۵۶۱۵", "%DB%B9%DB%B1%DB%B2%DB%B5", "０９１２５６１５"]
    {
        let found = admin.get(&format!("/api/numbers?search={search}")).await;
        assert_eq!(found.status, 200, "{found:?}");
        assert!(found.body.to_string().contains("09125615059"), "{search} {found:?}");
    }
    app.rebuilt_equals_live().await;
}

/// K27: a holiday of another calendar is refused, with a hint; nothing changes.
#[tokio::test(flavor = "multi_thread")]
async fn a_holiday_of_another_calendar_is_refused() {
    let app = TestApp::start().await;
    let admin = Client::person(&app, "admin").await;
    let before = admin.get("/api/schedule").await.body["holidays"].clone();
    for day in ["1405-01-01", "1447-09-01", "5785-01-01", "2569-01-01", "0001-01-01"] {
        let answer = admin.put("/api/schedule", &json!({ "holidays": ["2026-03-21", day] })).await;
        assert_eq!(answer.status, 422, "{day} {answer:?}");
        let told = answer.body["detail"][0]["msg"].as_str().unwrap();
        assert!(told.contains("Gregorian") && told.contains(day), "{told}");
    }
    for day in ["2026-13-01", "soon", "", "2026-03"] {
        assert_eq!(admin.put("/api/schedule", &json!({ "holidays": [day] })).await.status, 422, "{day}");
    }
    assert_eq!(admin.get("/api/schedule").await.body["holidays"], before);
    let good = admin.put("/api/schedule", &json!({ "holidays": ["2026-03-21", "20260322"] })).await;
    assert_eq!(
        (good.status.as_u16(), &good.body["holidays"]),
        (200, &json!(["2026-03-21", "2026-03-22"])),
        "{good:?}"
    );
}
