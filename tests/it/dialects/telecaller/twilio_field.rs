//! Callbacks as the field really sends them: other words, answering machines, `GET` (issue 14, part 3).

use super::Company;
use super::callbacks::{PUBLIC, SETTINGS, STATUS, TOKEN, call_back};
use crate::support::clients::{Answer, Client};
use base64::Engine;
use hmac::{Hmac, Mac};
use reqwest::Method;
use serde_json::{Value, json};
use sha1::Sha1;

/// A call that Alice began to a lead of hers: its id, and the provider's.
async fn begin(company: &Company, phone: &str) -> (String, String, String) {
    let lead = company.lead(&company.alice, phone).await;
    let begun = company.alice.post("/api/calls/initiate", &json!({ "leadId": lead })).await;
    assert_eq!(begun.status, 201, "{begun:?}");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&begun.body["callId"]), text(&begun.body["twilioCall"]["sid"]), lead)
}

async fn call(company: &Company, id: &str) -> Value {
    company.alice.get(&format!("/api/calls/{id}")).await.body["call"].clone()
}

/// `SignalWire` says `answered`; others write the same words otherwise.
#[tokio::test(flavor = "multi_thread")]
async fn the_words_of_other_providers_are_understood() {
    let company = Company::start_with(&SETTINGS).await;
    let words = [
        ("answered", "in-progress"),
        ("Answered", "in-progress"),
        ("in_progress", "in-progress"),
        ("RINGING", "ringing"),
        ("no_answer", "no-answer"),
        ("cancelled", "canceled"),
        ("Completed", "completed"),
    ];
    for (n, (word, shown)) in (10..).zip(words) {
        let (id, sid, _) = begin(&company, &format!("98765432{n}")).await;
        let answer = call_back(&company, STATUS, &[("CallSid", &sid), ("CallStatus", word)]).await;
        assert_eq!((answer.status.as_u16(), &answer.body["quarantined"]), (200, &json!(false)), "{word}");
        assert_eq!(call(&company, &id).await["status"], shown, "{word}");
    }
    company.app.rebuilt_equals_live().await;
}

/// What a machine picked up is no answer of a person, whenever it becomes known.
#[tokio::test(flavor = "multi_thread")]
async fn an_answering_machine_is_no_answer() {
    let company = Company::start_with(&SETTINGS).await;
    let (answered, completed) =
        ([("CallStatus", "in-progress")], [("CallStatus", "completed"), ("CallDuration", "9")]);
    let mut n = 10;
    for by in ["machine_start", "machine_end_beep", "machine_end_silence", "machine_end_other", "fax"] {
        let detected = [("AnsweredBy", by), ("MachineDetectionDuration", "2300")];
        let both = [("CallStatus", "completed"), ("AnsweredBy", by)];
        let orders: [&[&[(&str, &str)]]; 3] =
            [&[&answered, &detected, &completed], &[&answered, &completed, &detected], &[&answered, &both]];
        for order in orders {
            n += 1;
            let (id, sid, lead) = begin(&company, &format!("98765432{n}")).await;
            for fields in order {
                let fields = [&[("CallSid", sid.as_str())], *fields].concat();
                let answer = call_back(&company, STATUS, &fields).await;
                assert_eq!(
                    (answer.status.as_u16(), &answer.body["quarantined"]),
                    (200, &json!(false)),
                    "{fields:?}"
                );
            }
            assert_eq!(call(&company, &id).await["status"], "no-answer", "{order:?}");
            let history =
                company.admin.get(&format!("/api/v1/ledger/leads/{lead}/events")).await.body.to_string();
            assert!(history.contains(&format!("answered by {by}")), "kept as a fact");
        }
    }
    let metrics = company.admin.get("/api/v1/calls/metrics").await.body;
    assert_eq!((&metrics["answered_calls"], &metrics["no_answer_calls"]), (&json!(0), &json!(15)));
    company.app.rebuilt_equals_live().await;
}

/// A person, or nobody knows who: the call is what its status says.
#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_picked_up_is_an_answer() {
    let company = Company::start_with(&SETTINGS).await;
    for (n, by) in (10..).zip(["human", "unknown", "Human"]) {
        let (id, sid, lead) = begin(&company, &format!("98765432{n}")).await;
        for fields in [
            vec![("CallStatus", "in-progress")],
            vec![("AnsweredBy", by), ("MachineDetectionDuration", "900")],
            vec![("CallStatus", "completed"), ("CallDuration", "31"), ("AnsweredBy", by)],
        ] {
            let fields = [vec![("CallSid", sid.as_str())], fields].concat();
            assert_eq!(call_back(&company, STATUS, &fields).await.body["quarantined"], false);
        }
        let over = call(&company, &id).await;
        assert_eq!((&over["status"], &over["duration"]), (&json!("completed"), &json!(31)), "{by}");
        let shown = company.alice.get(&format!("/api/leads/{lead}")).await.body["lead"]["status"].clone();
        assert_eq!(shown, "contacted");
    }
    company.app.rebuilt_equals_live().await;
}

/// Asks as Twilio does where an account calls back by `GET`: all is in the query, which is signed with the URL.
async fn ask(company: &Company, method: Method, path: &str, fields: &[(&str, &str)], token: &str) -> Answer {
    let query: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let path = format!("{path}?{query}");
    let mut mac = Hmac::<Sha1>::new_from_slice(token.as_bytes()).unwrap();
    mac.update(format!("{PUBLIC}{path}").as_bytes());
    let signature = base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes());
    Client::nobody(&company.app).send(method, &path, None, &[("x-twilio-signature", &signature)]).await
}

/// Issue 14, part 3: a callback by `GET` is taken; `HEAD` has no effect (C-50).
#[tokio::test(flavor = "multi_thread")]
async fn a_callback_by_get_is_taken() {
    let company = Company::start_with(&SETTINGS).await;
    let (id, sid, _) = begin(&company, "9876543210").await;
    let completed = [("CallSid", sid.as_str()), ("CallStatus", "completed"), ("CallDuration", "42")];
    let events = company.app.app.ledger.views().head().await.unwrap();
    let head = ask(&company, Method::HEAD, STATUS, &completed, TOKEN).await;
    assert_eq!(head.status, 405);
    let forged = ask(&company, Method::GET, STATUS, &completed, "another token").await;
    assert_eq!(forged.status, 403);
    assert_eq!(company.app.app.ledger.views().head().await.unwrap(), events);
    let taken = ask(&company, Method::GET, STATUS, &completed, TOKEN).await;
    assert_eq!((taken.status.as_u16(), &taken.body["quarantined"]), (200, &json!(false)), "{taken:?}");
    let url = "https://api.twilio.com/recordings/RE1?a=b&c=\u{e9}";
    let recording = [("CallSid", sid.as_str()), ("RecordingUrl", url), ("RecordingStatus", "completed")];
    assert_eq!(
        ask(&company, Method::GET, "/api/calls/recording-status", &recording, TOKEN).await.status,
        200
    );
    let over = call(&company, &id).await;
    assert_eq!(
        (&over["status"], &over["duration"], &over["recordingUrl"]),
        (&json!("completed"), &json!(42), &json!(url))
    );
    let unknown = [("CallSid", "CAunknown"), ("CallStatus", "completed")];
    for _ in 0..2 {
        assert_eq!(ask(&company, Method::GET, STATUS, &unknown, TOKEN).await.body["quarantined"], true);
    }
    assert_eq!(company.app.count("report_quarantined").await, 1, "kept once");
    company.app.rebuilt_equals_live().await;
}
