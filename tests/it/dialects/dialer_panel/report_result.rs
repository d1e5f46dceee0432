//! `POST /api/dialer/report-result`

use crate::support::TestApp;
use crate::support::clients::{Client, report};
use domain::principal::Role;
use reqwest::Method;
use serde_json::json;

const PATH: &str = "/api/dialer/report-result";

/// B-101, B-102, B-104, B-107, B-108, B-110
#[tokio::test(flavor = "multi_thread")]
async fn the_documents_own_payload_is_recorded() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    let answer = Client::dialer(&app)
        .report(&json!({
            "number_id": 1, "phone_number": "09123456789", "status": "NOT_INTERESTED", "reason": "optional text",
            "attempted_at": "2025-03-01T12:00:00+03:30", "user_message": "customer message/comment"
        }))
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!((&answer.body["id"], &answer.body["status"]), (&json!(1), &json!("NOT_INTERESTED")));
    assert_eq!((&answer.body["attempts"], &answer.body["warnings"]), (&json!(1), &json!([])));
    assert!(answer.header("ledger-position").is_some());
    let lead = app.app.ledger.views().find_lead(domain::ids::AnyId::Num(1)).await.unwrap().unwrap();
    assert_eq!(lead.panel_status, "not_interested");
    assert_eq!(lead.latest_note.as_deref(), Some("customer message/comment"));
    app.rebuilt_equals_live().await;
}

/// B-103, B-112: any of the ten, at any time.
#[tokio::test(flavor = "multi_thread")]
async fn every_status_may_be_reported_even_over_an_immutable_one() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    let words = [
        "CONNECTED",
        "FAILED",
        "NOT_INTERESTED",
        "MISSED",
        "HANGUP",
        "DISCONNECTED",
        "BUSY",
        "POWER_OFF",
        "BANNED",
        "UNKNOWN",
    ];
    for (second, word) in words.into_iter().enumerate() {
        let answer = Client::dialer(&app).report(&report(1, word, u32::try_from(second).unwrap())).await;
        assert_eq!((answer.status.as_u16(), answer.body["status"].as_str()), (200, Some(word)));
    }
    app.rebuilt_equals_live().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_four_simultaneous_reports_are_twenty_four_attempts() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    let mut reports = tokio::task::JoinSet::new();
    for second in 0..24 {
        let dialer = Client::dialer(&app);
        reports.spawn(async move { dialer.report(&report(1, "BUSY", second)).await });
    }
    let answers = reports.join_all().await;
    assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
    let lead = app.app.ledger.views().find_lead(domain::ids::AnyId::Num(1)).await.unwrap().unwrap();
    assert_eq!((lead.attempts, app.count("attempt_reported").await), (24, 24));
    app.rebuilt_equals_live().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_report_fifty_times_is_one_attempt_and_fifty_equal_answers() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    let mut reports = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let dialer = Client::dialer(&app);
        reports.spawn(async move { dialer.report(&report(1, "CONNECTED", 7)).await });
    }
    let answers = reports.join_all().await;
    assert!(
        answers.iter().all(|answer| answer.status == 200 && answer.body == answers[0].body),
        "{answers:?}"
    );
    let replayed =
        answers.iter().filter(|answer| answer.header("idempotent-replayed") == Some("true")).count();
    assert_eq!((replayed, app.count("attempt_reported").await), (49, 1));
    app.rebuilt_equals_live().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_status_for_the_same_attempt_revises_it() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    let dialer = Client::dialer(&app);
    let first = dialer.report(&report(1, "FAILED", 1)).await;
    let second = dialer.report(&report(1, "CONNECTED", 1)).await;
    let third = dialer.report(&report(1, "MISSED", 1)).await;
    assert_eq!(first.body["attempt_id"], second.body["attempt_id"]);
    assert_eq!((&second.body["attempts"], &second.body["status"]), (&json!(1), &json!("CONNECTED")));
    assert_eq!(
        (&third.body["status"], &third.body["warnings"]),
        (&json!("CONNECTED"), &json!(["outranked"]))
    );
    app.rebuilt_equals_live().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_phone_becomes_a_lead_once_however_many_report_it() {
    let app = TestApp::with_numbers(&[]).await;
    let mut reports = tokio::task::JoinSet::new();
    for second in 0..12 {
        let dialer = Client::dialer(&app);
        let body = json!({
            "number_id": null, "phone_number": "0912 345 6789", "status": "CONNECTED",
            "attempted_at": format!("2025-03-01T08:30:{second:02}Z")
        });
        reports.spawn(async move { dialer.report(&body).await });
    }
    let answers = reports.join_all().await;
    assert!(answers.iter().all(|answer| answer.status == 200 && answer.body["id"] == answers[0].body["id"]));
    assert_eq!((app.count("lead_captured").await, app.count("attempt_reported").await), (1, 12));
    app.rebuilt_equals_live().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_is_not_the_numbers_decides_with_a_warning() {
    let app = TestApp::with_numbers(&["09123456789", "09123456780"]).await;
    let mut body = report(1, "BUSY", 1);
    body["phone_number"] = json!("+989123456780");
    let answer = Client::dialer(&app).report(&body).await;
    assert_eq!(
        (&answer.body["id"], &answer.body["warnings"]),
        (&json!(2), &json!(["number_id_phone_mismatch"]))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_given_to_a_lead_is_kept_as_a_dead_letter_once() {
    let app = TestApp::with_numbers(&[]).await;
    let dialer = Client::dialer(&app);
    let unknown = json!({ "number_id": 99, "phone_number": null, "status": "BUSY", "attempted_at": "2025-03-01T08:00:00Z" });
    let unreadable =
        json!({ "phone_number": "call me", "status": "BUSY", "attempted_at": "2025-03-01T08:00:00Z" });
    for body in [&unknown, &unknown, &unreadable] {
        let answer = dialer.report(body).await;
        assert_eq!((answer.status.as_u16(), &answer.body["quarantined"]), (200, &json!(true)));
    }
    assert_eq!(app.count("report_quarantined").await, 2);
    app.rebuilt_equals_live().await;
}

/// B-105, B-109
#[tokio::test(flavor = "multi_thread")]
async fn the_agent_is_found_by_id_or_by_phone_and_the_number_is_theirs() {
    let app = TestApp::with_numbers(&["09123456789", "09123456780", "09123456781"]).await;
    let ali = app.register("ali", Role::Agent, Some("09121111111")).await;
    let num = app.app.ledger.views().find_agent(domain::ids::AnyId::Uuid(ali)).await.unwrap().unwrap().num;
    let dialer = Client::dialer(&app);
    let agent_of = async |number: i64, fields: serde_json::Value| {
        let mut body = report(number, "CONNECTED", 1);
        for (name, value) in fields.as_object().unwrap() {
            body[name] = value.clone();
        }
        let answer = dialer.report(&body).await;
        let lead = app.app.ledger.views().find_lead(domain::ids::AnyId::Num(number)).await.unwrap().unwrap();
        (lead.agent_id, answer.body["warnings"].clone())
    };
    assert_eq!(agent_of(1, json!({ "agent_id": num })).await, (Some(ali), json!([])));
    assert_eq!(agent_of(2, json!({ "agent_phone": "+98 912 111 1111" })).await, (Some(ali), json!([])));
    assert_eq!(agent_of(3, json!({ "agent_id": 999 })).await, (None, json!(["agent_unresolved"])));
}

/// B-106, B-111
#[tokio::test(flavor = "multi_thread")]
async fn a_report_flips_the_switch_once_and_a_repeat_does_not_flip_it_again() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    let (dialer, admin) = (Client::dialer(&app), Client::person(&app, "admin").await);
    let mut stop = report(1, "FAILED", 30);
    stop["call_allowed"] = json!(false);
    assert_eq!(dialer.report(&stop).await.body["call_allowed"], false);
    let closed = dialer.next_batch(1).await;
    assert_eq!((&closed.body["reason"], &closed.body["schedule_version"]), (&json!("disabled"), &json!(3)));
    app.clock.advance(chrono::Duration::minutes(1));
    assert_eq!(admin.put("/api/schedule", &json!({ "enabled": true })).await.body["enabled"], true);
    assert_eq!(dialer.report(&stop).await.header("idempotent-replayed"), Some("true"));
    let mut late = report(1, "BUSY", 31);
    late["call_allowed"] = json!(false);
    assert_eq!(dialer.report(&late).await.body["warnings"], json!(["switch_outdated"]));
    assert_eq!(dialer.next_batch(1).await.body["call_allowed"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idempotency_key_keeps_its_answer_and_takes_no_other_body() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    let dialer = Client::dialer(&app);
    let send = async |body: serde_json::Value| {
        dialer.send(Method::POST, PATH, Some(&body.to_string()), &[("idempotency-key", "k1")]).await
    };
    let first = send(report(1, "BUSY", 1)).await;
    let again = send(report(1, "BUSY", 1)).await;
    assert_eq!((first.body.clone(), again.header("idempotent-replayed")), (again.body.clone(), Some("true")));
    let other = send(report(1, "MISSED", 2)).await;
    assert_eq!((other.status.as_u16(), other.body["code"].as_str()), (409, Some("idempotency_key_reused")));
    assert_eq!(app.count("attempt_reported").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn identical_reports_without_a_time_are_one_for_ten_seconds() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    let dialer = Client::dialer(&app);
    let body = json!({ "number_id": 1, "status": "BUSY" });
    let first = dialer.report(&body).await;
    assert_eq!(dialer.report(&body).await.body, first.body);
    app.clock.advance(chrono::Duration::seconds(10));
    assert_ne!(dialer.report(&body).await.body["attempt_id"], first.body["attempt_id"]);
    assert_eq!(app.count("attempt_reported").await, 2);
}

/// C-17: a stream does not grow without end, and a report is not refused for that.
#[tokio::test(flavor = "multi_thread")]
async fn a_report_for_which_there_is_no_room_goes_to_the_dead_letters() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    let dialer = Client::dialer(&app);
    dialer.report(&report(1, "BUSY", 1)).await;
    // As many remarks on the call as are kept.
    sqlx::query(
        "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata) \
         SELECT aggregate_type, aggregate_id, 3 + n, 'attempt_annotated', '1.0', json_build_object( \
             'attempt_annotated', (payload->'attempt_reported')::jsonb - 'batch_id' - 'attempted_at' - 'policy' \
             || jsonb_build_object('fact_id', gen_random_uuid())), metadata \
         FROM events, generate_series(1, $1) AS n WHERE event_type = 'attempt_reported' ORDER BY n",
    )
    .bind(i32::try_from(domain::lead::attempts::FACTS_MAX).unwrap() - 1)
    .execute(&app.app.pool)
    .await
    .unwrap();
    let head = app.app.ledger.views().head().await.unwrap();
    while app.app.ledger.followed() < head {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let further = json!({
        "number_id": 1, "status": "CONNECTED", "call_allowed": true, "attempted_at": report(1, "BUSY", 1)["attempted_at"],
    });
    for _ in 0..2 {
        let kept = dialer.report(&further).await;
        assert_eq!((kept.status.as_u16(), &kept.body["quarantined"]), (200, &json!(true)), "{kept:?}");
    }
    let admin = Client::person(&app, "admin").await;
    let letters = admin.get("/api/v1/ledger/dead-letters").await.body["dead_letters"].clone();
    assert_eq!((letters.as_array().unwrap().len(), &letters[0]["reason"]), (1, &json!("lead_is_full")));
    assert_eq!(dialer.report(&report(1, "BUSY", 2)).await.body["quarantined"], json!(null), "another call");
    app.rebuilt_equals_live().await;
}

/// Fault 13, C-17: the warning comes wherever the number that is named is not the phone's.
#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_is_not_the_phones_is_warned_of_also_where_the_phone_is_new() {
    let app = TestApp::with_numbers(&["09123456789", "09123456780"]).await;
    let dialer = Client::dialer(&app);
    for (second, (number_id, phone, expected)) in [
        (1, "09121230000", json!(["number_id_phone_mismatch", "lead_created"])),
        (99, "09121230001", json!(["number_id_phone_mismatch", "lead_created"])),
        (99, "09123456780", json!(["number_id_phone_mismatch"])),
        (1, "09123456780", json!(["number_id_phone_mismatch"])),
        (1, "09123456789", json!([])),
    ]
    .into_iter()
    .enumerate()
    {
        let mut body = report(number_id, "BUSY", u32::try_from(second).unwrap());
        body["phone_number"] = json!(phone);
        let answer = dialer.report(&body).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.body["warnings"]),
            (200, &expected),
            "{number_id} {phone}"
        );
    }
    app.rebuilt_equals_live().await;
}

/// Fault 16, C-02: a number and an agent are named by any of their ids; there is no phone.
#[tokio::test(flavor = "multi_thread")]
async fn numbers_and_agents_are_named_by_any_of_their_ids() {
    let app = TestApp::with_numbers(&["09123456780", "09123456781", "09123456782"]).await;
    let ali = app.register("ali", Role::Agent, None).await;
    let (dialer, admin) = (Client::dialer(&app), Client::person(&app, "admin").await);
    for (number, oid) in [(1, false), (2, true)] {
        let lead =
            app.app.ledger.views().find_lead(domain::ids::AnyId::Num(number)).await.unwrap().unwrap().id;
        let spelt = |id: uuid::Uuid| if oid { domain::ids::oid(id) } else { id.to_string() };
        let body = json!({
            "number_id": spelt(lead), "phone_number": null, "status": "BUSY", "agent_id": spelt(ali),
            "attempted_at": "2025-03-01T08:30:00+00:00",
        });
        let answer = dialer.report(&body).await;
        assert_eq!((answer.status.as_u16(), &answer.body["number_id"]), (200, &json!(number)), "{answer:?}");
        assert_eq!(answer.body["warnings"], json!([]));
        let found = app.app.ledger.views().find_lead(domain::ids::AnyId::Num(number)).await.unwrap().unwrap();
        assert_eq!((found.agent_id, found.attempts), (Some(ali), 1));
        let path = format!("/api/numbers/{}/status", spelt(lead));
        assert_eq!(admin.put(&path, &json!({ "status": "IN_QUEUE" })).await.body["id"], number);
        let bulk = json!({ "action": "reset", "ids": [spelt(lead), number] });
        assert_eq!(admin.post("/api/numbers/bulk", &bulk).await.body["matched"], 1);
    }
    let unknown = uuid::Uuid::from_u128(7).to_string();
    let kept = dialer.report(&json!({ "number_id": unknown, "phone_number": null, "status": "BUSY" })).await;
    assert_eq!((kept.status.as_u16(), &kept.body["quarantined"]), (200, &json!(true)), "{kept:?}");
    app.rebuilt_equals_live().await;
}
