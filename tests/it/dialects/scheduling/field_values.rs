//! Values as clients of document 002 really send them.

use super::{lead, start};
use serde_json::json;

const LEADS: &str = "/api/v1/leads/";

/// K15, K16, K27: every form of a time, and what is none.
#[tokio::test(flavor = "multi_thread")]
async fn a_time_is_read_in_every_form_or_refused_by_name() {
    let (app, admin, agent) = start().await;
    let mut n = 0;
    let mut make = async |written: serde_json::Value| {
        n += 1;
        let mut body = lead(&agent, &format!("+1415555{n:04}"));
        body["schedule_at"] = written;
        admin.post(LEADS, &body).await
    };
    for (written, expected) in [
        (json!("2027-06-24T14:00+03:30"), "2027-06-24T10:30:00Z"),
        (json!("2027-06-24 14:00:00+03"), "2027-06-24T11:00:00Z"),
        (json!("2027-06-24T14:00:00+0330"), "2027-06-24T10:30:00Z"),
        (json!("2027-06-24T24:00Z"), "2027-06-25T00:00:00Z"),
        (json!("2027-06-24T14:00:00,5Z"), "2027-06-24T14:00:00.500Z"),
        (json!("2027-06-24T14:00:00.123456789Z"), "2027-06-24T14:00:00.123456Z"),
        (json!("20270624"), "2027-06-23T20:30:00Z"),
        (json!("2027-06-24"), "2027-06-23T20:30:00Z"),
        (json!(1_813_833_000), "2027-06-24T10:30:00Z"),
        (json!("1813833000000"), "2027-06-24T10:30:00Z"),
        (json!(1_813_833_000_000_i64), "2027-06-24T10:30:00Z"),
        (json!("2027-06-24T14:00 03:30"), "2027-06-24T10:30:00Z"),
        (json!("undefined"), ""),
    ] {
        let answer = make(written.clone()).await;
        if expected.is_empty() {
            assert_eq!(answer.status, 422, "a body is no query: {answer:?}");
        } else {
            assert_eq!(
                (answer.status.as_u16(), &answer.body["schedule_at"]),
                (201, &json!(expected)),
                "{written}"
            );
        }
    }
    for written in [
        json!("46562.5833"),
        json!(46_562.583_3),
        json!("20271324"),
        json!("soon"),
        json!(12),
        json!("2027"),
        json!("1405-04-03T10:00:00"),
        json!("4743043200"),
        json!(true),
    ] {
        let answer = make(written.clone()).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.body["detail"][0]["loc"]),
            (422, &json!(["body", "schedule_at"])),
            "{written} {answer:?}"
        );
    }
    let hint = make(json!("1405-04-03")).await.body["detail"][0]["msg"].as_str().unwrap().to_owned();
    assert!(hint.contains("Gregorian"), "{hint}");
    app.rebuilt_equals_live().await;
}

/// A word for nothing is no filter, on every list of this dialect.
#[tokio::test(flavor = "multi_thread")]
async fn a_filter_that_is_a_word_for_nothing_is_no_filter() {
    let (_app, admin, agent) = start().await;
    for n in 0..3 {
        admin.post(LEADS, &lead(&agent, &format!("+1415555267{n}"))).await;
    }
    for word in ["undefined", "null", "None", "NaN", "NULL", "nan"] {
        for (path, names) in [
            ("/api/v1/leads", &["agent_id", "status_filter", "search", "page", "per_page", "as_of"][..]),
            (
                "/api/v1/calls/history",
                &["agent_id", "start_date", "end_date", "outcome", "search", "tz", "page"],
            ),
            ("/api/v1/calls/metrics", &["agent_id", "start_date", "end_date", "tz"]),
            ("/api/v1/agents", &["page", "per_page"]),
        ] {
            let plain = admin.get(path).await;
            let query = names.iter().map(|name| format!("{name}={word}")).collect::<Vec<_>>().join("&");
            let answer = admin.get(&format!("{path}?{query}")).await;
            assert_eq!((answer.status.as_u16(), &answer.body), (200, &plain.body), "{path} {word}");
        }
    }
}

/// K24: a search finds every spelling of a name, in leads and in calls, and parts of numbers in any digits.
#[tokio::test(flavor = "multi_thread")]
async fn a_search_finds_every_spelling() {
    let (app, admin, agent) = start().await;
    for (n, name) in ["Nu\u{301}n\u{303}ez", "علي كريمي", "STRASSE", "علی\u{200c}رضا", "Ｔokyo", "Łukasz"]
        .into_iter()
        .enumerate()
    {
        let mut body = lead(&agent, &format!("+141555526{n:02}"));
        body["first_name"] = json!(name);
        let made = admin.post(LEADS, &body).await;
        assert_eq!(made.status, 201, "{made:?}");
        let result = json!({ "lead_id": made.body["id"], "outcome": "answered" });
        let id = made.body["id"].as_str().unwrap();
        let _ = admin.post(&format!("/api/v1/calls/{id}/result"), &result).await;
    }
    for (search, found) in [
        ("Núñez", "+14155552600"),
        ("nunez", "+14155552600"),
        ("علی کریمی", "+14155552601"),
        ("كريمى", "+14155552601"),
        ("straße", "+14155552602"),
        ("علیرضا", "+14155552603"),
        ("tokyo", "+14155552604"),
        ("łuk", "+14155552605"),
        ("۵۵۵۲۶۰۵", "+14155552605"),
        ("555-2605", "+14155552605"),
    ] {
        let leads = admin.get(&format!("/api/v1/leads?search={search}")).await;
        let phones: Vec<&str> = leads.body["leads"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["phone_e164"].as_str().unwrap())
            .collect();
        assert_eq!(phones, [found], "{search} {leads:?}");
    }
    for nothing in ["فاطمه", "%25", "_", "\\", "%F3%B0%80%80", "%CC%81"] {
        let leads = admin.get(&format!("/api/v1/leads?search={nothing}")).await;
        assert_eq!((leads.status.as_u16(), &leads.body["total"]), (200, &json!(0)), "{nothing} {leads:?}");
    }
    app.rebuilt_equals_live().await;
}
