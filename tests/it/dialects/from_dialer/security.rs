//! Who may click: keys, addresses, signatures.

use crate::support::clients::{Client, FROM_DIALER};
use crate::support::{DIALER_TOKEN, FROM_DIALER_KEY, TestApp, history};
use hmac::{Hmac, Mac};
use lead_ledger::dialects::from_dialer::signature::{canonical, is_signed};
use reqwest::Method;
use serde_json::{Map, Value, json};
use sha2::Sha256;

const SECRET: &str = "your-hmac-secret-key";

fn sign(signed: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(signed);
    lead_ledger::ledger::machines::hex(&mac.finalize().into_bytes())
}

/// B-007, B-008: made by an official client, byte for byte.
#[test]
fn every_signature_of_a_real_client_is_understood() {
    let vectors =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/signature_v1_js.jsonl"));
    let vectors = vectors.unwrap();
    let mut checked = 0;
    for line in vectors.lines() {
        let vector: Value = serde_json::from_str(line).unwrap();
        let wire: Map<String, Value> = serde_json::from_str(vector["wire"].as_str().unwrap()).unwrap();
        let ours = canonical(&wire);
        assert_eq!(ours, vector["canonical"], "{}", vector["wire"]);
        let signature = vector["signature"].as_str().unwrap();
        assert_eq!(sign(ours.as_bytes()), signature);
        assert!(is_signed(SECRET, ours.as_bytes(), signature));
        checked += 1;
    }
    assert_eq!(checked, 500);
}

/// B-002, B-003, B-004, B-005
#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_asked_for_in_the_header_or_on_a_get_in_the_query() {
    let app = TestApp::start().await;
    history::documents_agents(&app.app).await;
    let client = Client::nobody(&app);
    let body = json!({ "user": "CalebG", "phone": "+44123456789", "api_key": FROM_DIALER_KEY }).to_string();
    for headers in [&[][..], &[("x-dialer-api-key", "wrong")], &[("x-dialer-api-key", DIALER_TOKEN)]] {
        let answer = client.send(Method::POST, FROM_DIALER, Some(&body), headers).await;
        assert_eq!((answer.status.as_u16(), &answer.body["error"]), (401, &json!("Invalid API key")));
    }
    let query = format!("{FROM_DIALER}?user=CalebG&first_name=A&api_key=");
    let key = FROM_DIALER_KEY.replace(' ', "+");
    assert_eq!(client.get(&format!("{query}wrong")).await.status, 401);
    assert_eq!(client.get(&format!("{query}{key}")).await.status, 201);
    let good = [("x-dialer-api-key", FROM_DIALER_KEY)];
    let header_wins = client.send(Method::GET, &format!("{query}wrong"), None, &good).await;
    assert_eq!(header_wins.status, 201);
    let strict = TestApp::start_with(&[("DIALER_ALLOW_QUERY_KEY", "off")]).await;
    assert_eq!(Client::nobody(&strict).get(&format!("{query}{key}")).await.status, 401);
    assert_eq!(app.count("lead_captured").await, 1);
}

/// B-006
#[tokio::test(flavor = "multi_thread")]
async fn only_allowed_addresses_may_and_a_stranger_cannot_claim_one() {
    let app = TestApp::start_with(&[("DIALER_ALLOWED_IPS", "77.68.78.43,10.0.0.0/8")]).await;
    let client = Client::nobody(&app);
    let headers = [("x-dialer-api-key", FROM_DIALER_KEY), ("x-forwarded-for", "77.68.78.43")];
    let answer = client.send(Method::POST, FROM_DIALER, Some("{\"user\":\"CalebG\"}"), &headers).await;
    assert_eq!(answer.status, 403, "{answer:?}");
    let settings = [("DIALER_ALLOWED_IPS", "77.68.78.43"), ("LEDGER_TRUSTED_PROXIES", "127.0.0.1")];
    let proxied = TestApp::start_with(&settings).await;
    history::documents_agents(&proxied.app).await;
    let client = Client::nobody(&proxied);
    let answer = client.send(Method::POST, FROM_DIALER, Some("{\"user\":\"CalebG\"}"), &headers).await;
    assert_eq!(answer.status, 201, "{answer:?}");
}

/// B-007, B-009
#[tokio::test(flavor = "multi_thread")]
async fn a_signature_is_checked_and_seen_again_makes_no_second_event() {
    let app = TestApp::start_with(&[("DIALER_SECRET_KEY", SECRET), ("DIALER_REQUIRE_HMAC", "on")]).await;
    history::documents_agents(&app.app).await;
    let client = Client::nobody(&app);
    let body = json!({ "user": "CalebG", "phone": "+44123456789", "energy_bill_amount": 185.50 });
    let signature = sign(canonical(body.as_object().unwrap()).as_bytes());
    let now = app.clock_seconds();
    let click = async |signature: &str, seconds: i64, body: &Value| {
        let stamp = seconds.to_string();
        let headers = [
            ("x-dialer-api-key", FROM_DIALER_KEY),
            ("x-dialer-signature", signature),
            ("x-dialer-timestamp", stamp.as_str()),
        ];
        client.send(Method::POST, FROM_DIALER, Some(&body.to_string()), &headers).await
    };
    assert_eq!(client.click(&body).await.status, 401, "required");
    assert_eq!(click(&signature, now - 301, &body).await.status, 401, "too old");
    let first = click(&signature, now - 300, &body).await;
    assert_eq!(first.status, 201, "{first:?}");
    let mut tampered = body.clone();
    tampered["phone"] = json!("+44123456780");
    assert_eq!(click(&signature, now, &tampered).await.status, 401);
    assert_eq!(click(&signature.replace(&signature[..1], "g"), now, &body).await.status, 401);
    app.clock.advance(chrono::Duration::days(30));
    let mut spaced = body.clone();
    spaced["signature"] = json!(format!(" {} ", signature.to_uppercase()));
    let stamp = app.clock_seconds().to_string();
    let headers = [("x-dialer-api-key", FROM_DIALER_KEY), ("x-dialer-timestamp", stamp.as_str())];
    let again = client.send(Method::POST, FROM_DIALER, Some(&spaced.to_string()), &headers).await;
    assert_eq!(
        (again.status.as_u16(), &again.body),
        (201, &first.body),
        "blanks and case make no other signature"
    );
    let later = click(&signature, app.clock_seconds(), &body).await;
    assert_eq!((later.status.as_u16(), &later.body), (201, &first.body));
    assert_eq!(app.count("interest_recorded").await, 1);
}

/// C-07: the second version binds time, nonce, method, path and body.
#[tokio::test(flavor = "multi_thread")]
async fn a_v2_signature_covers_everything() {
    let app = TestApp::start_with(&[("DIALER_SECRET_KEY", SECRET), ("DIALER_REQUIRE_HMAC", "on")]).await;
    history::documents_agents(&app.app).await;
    let client = Client::nobody(&app);
    let body = json!({ "user": "CalebG", "phone": "+44123456789" }).to_string();
    let stamp = app.clock_seconds().to_string();
    let signature = format!("v2={}", sign(format!("{stamp}.n1.POST.{FROM_DIALER}.{body}").as_bytes()));
    let headers = |nonce: &'static str, stamp: &str| {
        [
            ("x-dialer-api-key", FROM_DIALER_KEY.to_owned()),
            ("x-dialer-signature", signature.clone()),
            ("x-dialer-timestamp", stamp.to_owned()),
            ("x-dialer-nonce", nonce.to_owned()),
        ]
    };
    let send = async |headers: [(&'static str, String); 4]| {
        let headers: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        client.send(Method::POST, FROM_DIALER, Some(&body), &headers).await.status.as_u16()
    };
    let next = (app.clock_seconds() + 1).to_string();
    assert_eq!(send(headers("n2", &stamp)).await, 401);
    assert_eq!(send(headers("n1", &next)).await, 401);
    assert_eq!(send(headers("n1", &stamp)).await, 201);
}
