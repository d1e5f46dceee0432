//! What Twilio says of calls: signed as its own libraries sign, in any order.

use super::Company;
use crate::support::clients::{Answer, Client};
use base64::Engine;
use hmac::{Hmac, Mac};
use lead_ledger::http::signatures::is_twilios;
use projections::call_list::Filter;
use serde_json::{Value, json};
use sha1::Sha1;

pub const TOKEN: &str = "12345678901234567890123456789012";
pub const PUBLIC: &str = "https://ledger.example.com";
pub const SETTINGS: [(&str, &str); 2] = [("TWILIO_AUTH_TOKEN", TOKEN), ("LEDGER_PUBLIC_URL", PUBLIC)];

/// Signed by Twilio's own libraries; the secret is that of their documentation.
#[test]
fn the_official_signatures_are_good_and_altered_ones_are_not() {
    let vectors: Value = serde_json::from_str(include_str!("../../../vectors/twilio.json")).unwrap();
    for vector in vectors.as_array().unwrap() {
        let mut fields: Vec<(String, String)> = vector["params"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
            .collect();
        let (url, signature) = (vector["url"].as_str().unwrap(), vector["signature"].as_str().unwrap());
        let secret = vector["auth_token"].as_str().unwrap_or("12345");
        assert!(is_twilios(secret, url, &fields, signature), "{vector}");
        fields.reverse();
        assert!(is_twilios(secret, url, &fields, signature), "in any order: {vector}");
        assert!(!is_twilios("another", url, &fields, signature));
        assert!(!is_twilios(secret, &format!("{url}x"), &fields, signature));
        fields.push(("More".to_owned(), "1".to_owned()));
        assert!(!is_twilios(secret, url, &fields, signature));
    }
}

/// Sends a callback as Twilio does.
pub async fn call_back(company: &Company, path: &str, fields: &[(&str, &str)]) -> Answer {
    let mut sorted = fields.to_vec();
    sorted.sort_unstable();
    let mut mac = Hmac::<Sha1>::new_from_slice(TOKEN.as_bytes()).unwrap();
    mac.update(format!("{PUBLIC}{path}").as_bytes());
    for (name, value) in &sorted {
        mac.update(format!("{name}{value}").as_bytes());
    }
    let signature = base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes());
    let form: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let headers =
        [("x-twilio-signature", &*signature), ("content-type", "application/x-www-form-urlencoded")];
    Client::nobody(&company.app).form(path, &form, &headers).await
}

pub const STATUS: &str = "/api/calls/status-callback";

/// B-145, B-146, B-173, C-30
#[tokio::test(flavor = "multi_thread")]
async fn callbacks_in_any_order_and_repeated_come_to_one_verdict() {
    let company = Company::start_with(&SETTINGS).await;
    let lead = company.lead(&company.alice, "9876543210").await;
    let begun = company.alice.post("/api/calls/initiate", &json!({ "leadId": lead })).await.body;
    let (id, sid) = (begun["callId"].as_str().unwrap(), begun["twilioCall"]["sid"].as_str().unwrap());
    let status = async |word: &str, number: &str, more: &[(&str, &str)]| {
        let fields = [&[("CallSid", sid), ("CallStatus", word), ("SequenceNumber", number)], more].concat();
        let answer = call_back(&company, STATUS, &fields).await;
        assert_eq!((answer.status.as_u16(), &answer.body["quarantined"]), (200, &json!(false)), "{answer:?}");
        company.alice.get(&format!("/api/calls/{id}")).await.body["call"].clone()
    };
    assert_eq!(status("ringing", "1", &[]).await["status"], "ringing");
    let over = status("completed", "3", &[("CallDuration", "42")]).await;
    assert_eq!((&over["status"], &over["duration"]), (&json!("completed"), &json!(42)));
    let late = status("in-progress", "2", &[]).await;
    assert_eq!(late, over, "what is over is not undone");
    let events = company.app.app.ledger.views().head().await.unwrap();
    status("completed", "3", &[("CallDuration", "42")]).await;
    assert_eq!(company.app.app.ledger.views().head().await.unwrap(), events, "said before");
    let recording = [
        ("CallSid", sid),
        ("RecordingSid", "RE123"),
        ("RecordingStatus", "completed"),
        ("RecordingUrl", "https://api.twilio.com/recordings/RE123"),
        ("RecordingDuration", "42"),
    ];
    assert_eq!(call_back(&company, "/api/calls/recording-status", &recording).await.status, 200);
    let call = company.alice.get(&format!("/api/calls/{id}")).await.body["call"].clone();
    assert_eq!(
        (&call["recordingUrl"], &call["status"]),
        (&json!("https://api.twilio.com/recordings/RE123"), &json!("completed"))
    );
    // Twilio's answer to us may have been lost: it knows our own id too.
    let ours = format!(
        "{STATUS}?call={}",
        company.app.app.ledger.views().list_calls(&Filter::default(), 0, 1).await.unwrap()[0].id
    );
    let lost = call_back(&company, &ours, &[("CallSid", "CAlost"), ("CallStatus", "completed")]).await;
    assert_eq!(lost.body["quarantined"], false);
    company.app.rebuilt_equals_live().await;
}

/// B-173, C-30
#[tokio::test(flavor = "multi_thread")]
async fn unsigned_callbacks_are_refused_and_unknown_calls_kept() {
    let company = Company::start_with(&SETTINGS).await;
    let nobody = Client::nobody(&company.app);
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let body = "CallSid=CA1&CallStatus=completed";
    assert_eq!(nobody.form(STATUS, body, &form).await.status, 403);
    let wrong = [form[0], ("x-twilio-signature", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=")];
    assert_eq!(nobody.form(STATUS, body, &wrong).await.status, 403);
    assert_eq!(company.app.count("report_quarantined").await, 0);
    for _ in 0..2 {
        let kept = call_back(&company, STATUS, &[("CallSid", "CA1"), ("CallStatus", "completed")]).await;
        assert_eq!((kept.status.as_u16(), &kept.body["quarantined"]), (200, &json!(true)));
    }
    let lead = company.lead(&company.alice, "9876543210").await;
    let begun = company.alice.post("/api/calls/initiate", &json!({ "leadId": lead })).await.body;
    let sid = begun["twilioCall"]["sid"].as_str().unwrap();
    let odd = call_back(&company, STATUS, &[("CallSid", sid), ("CallStatus", "exploded")]).await;
    assert_eq!((odd.status.as_u16(), &odd.body["quarantined"]), (200, &json!(true)));
    assert_eq!(company.app.count("report_quarantined").await, 2, "the same is kept once");
    company.app.rebuilt_equals_live().await;
}

/// B-143, C-31: real requests, to a provider that behaves and one that does not.
#[tokio::test(flavor = "multi_thread")]
async fn twilio_is_asked_as_its_api_wants_and_its_no_is_a_fact() {
    use axum::extract::State;
    use axum::http::{HeaderMap, StatusCode};
    use axum::routing::post;
    type Asked = std::sync::Arc<std::sync::Mutex<Vec<(HeaderMap, String)>>>;
    let asked = Asked::default();
    let answer = async |State(asked): State<Asked>, headers: HeaderMap, body: String| {
        let count = asked.lock().unwrap().len();
        asked.lock().unwrap().push((headers, body));
        match count {
            0 => (StatusCode::CREATED, r#"{"sid":"CA00000000000000000000000000000001","status":"queued"}"#),
            _ => (StatusCode::BAD_REQUEST, r#"{"code":21211,"message":"not a valid phone number"}"#),
        }
    };
    let router = axum::Router::new()
        .route("/2010-04-01/Accounts/AC1/Calls.json", post(answer))
        .with_state(asked.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    #[expect(clippy::disallowed_methods, reason = "a provider of the test's own")]
    tokio::spawn(async move { axum::serve(listener, router).await });
    let settings = [
        &SETTINGS[..],
        &[("TWILIO_ACCOUNT_SID", "AC1"), ("TWILIO_FROM", "+15005550006"), ("TWILIO_API_BASE", &base)],
    ]
    .concat();
    let company = Company::start_with(&settings).await;
    let first = company.lead(&company.alice, "9876543210").await;
    let begun = company.alice.post("/api/calls/initiate", &json!({ "leadId": first })).await;
    assert_eq!(
        (begun.status.as_u16(), &begun.body["twilioCall"]["sid"]),
        (201, &json!("CA00000000000000000000000000000001"))
    );
    let (headers, body) = asked.lock().unwrap()[0].clone();
    assert!(headers["authorization"].to_str().unwrap().starts_with("Basic "));
    let fields: std::collections::HashMap<String, String> =
        form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    assert_eq!((&*fields["To"], &*fields["From"]), ("+919876543210", "+15005550006"));
    assert!(
        fields["StatusCallback"].starts_with("https://ledger.example.com/api/calls/status-callback?call=")
    );
    assert!(fields["Twiml"].contains("<Dial>+919876543210</Dial>"), "connected with the agent: {fields:?}");
    let second = company.lead(&company.alice, "9876543211").await;
    let refused = company.alice.post("/api/calls/initiate", &json!({ "leadId": second })).await;
    assert_eq!((refused.status.as_u16(), &refused.body["code"]), (502, &json!("not_placed")));
    let failed = company.alice.get("/api/calls?status=failed").await.body;
    assert_eq!((&failed["total"], &failed["calls"][0]["lead"]["_id"]), (&json!(1), &json!(second)));
    company.app.rebuilt_equals_live().await;
}
