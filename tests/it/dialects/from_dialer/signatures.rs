//! Signatures: whose they are, how they are spelled, and that one seen before makes no second event.

use crate::support::clients::{Client, FROM_DIALER};
use crate::support::{FROM_DIALER_KEY, TestApp, history};
use domain::credential::event::{CanonicalForm, Configuration, Profile};
use hmac::{Hmac, Mac};
use lead_ledger::actions::people::machines::Configure;
use lead_ledger::dialects::from_dialer::signature::canonical;
use lead_ledger::http::signatures::is_sha256_hex;
use lead_ledger::ledger::Context;
use reqwest::Method;
use serde_json::{Map, Value, json};
use sha2::Sha256;

const SECRET: &str = "your-hmac-secret-key";

fn sign(signed: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(signed);
    hex::encode(mac.finalize().into_bytes())
}

/// Signs every vector as its client did; answers how many there were.
fn check_vectors(language: &str, form: CanonicalForm) -> usize {
    let file = format!("{}/tests/vectors/signature_v1_{language}.jsonl", env!("CARGO_MANIFEST_DIR"));
    let vectors = std::fs::read_to_string(file).unwrap();
    for line in vectors.lines() {
        let vector: Value = serde_json::from_str(line).unwrap();
        let wire: Map<String, Value> = serde_json::from_str(vector["wire"].as_str().unwrap()).unwrap();
        let ours = canonical(&wire, form);
        assert_eq!(ours, vector["canonical"], "{}", vector["wire"]);
        let signature = vector["signature"].as_str().unwrap();
        assert_eq!(sign(ours.as_bytes()), signature);
        assert!(is_sha256_hex(SECRET, ours.as_bytes(), signature));
    }
    vectors.lines().count()
}

/// B-007, B-008: made by real clients, byte for byte.
#[test]
fn every_signature_of_a_real_client_is_understood() {
    assert_eq!(check_vectors("js", CanonicalForm::Js), 500);
    assert_eq!(check_vectors("python", CanonicalForm::Python), 60);
    assert_eq!(check_vectors("php", CanonicalForm::Php), 60);
}

/// C-05, C-06, C-07: each machine is read in its own way.
#[tokio::test(flavor = "multi_thread")]
async fn a_machine_has_its_own_profile_spelling_and_strictness() {
    let app = TestApp::start_with(&[("DIALER_SECRET_KEY", SECRET)]).await;
    history::documents_agents(&app.app).await;
    let client = Client::nobody(&app);
    let configure = async |configuration: Configuration| {
        let known = app.app.ledger.all_machines().await.unwrap();
        let id = known.iter().find(|machine| machine.credential.name == "from-dialer").unwrap().id;
        app.app.ledger.record(&Context::system("test"), &Configure { id, configuration }).await.unwrap();
        // A key is taken for good without asking for a second.
        tokio::time::sleep(std::time::Duration::from_millis(1_050)).await;
    };
    configure(Configuration {
        profile: Profile::Vicidial,
        canonical_form: CanonicalForm::Python,
        allow_query_key: Some(false),
        ..Configuration::default()
    })
    .await;
    let key = FROM_DIALER_KEY.replace(' ', "+");
    let form = "user=CalebG&fullname=Caleb+Galloway&first_name=John&last_name=Smith&phone_number=07123456789";
    let in_query = format!("{FROM_DIALER}?&{form}&api_key={key}");
    assert_eq!(client.get(&in_query).await.status, 401, "not in the query");
    let good = [("x-dialer-api-key", FROM_DIALER_KEY)];
    let answer = client.send(Method::GET, &format!("{FROM_DIALER}?&{form}"), None, &good).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(answer.body["lead"]["full_name"], "John Smith");
    assert_eq!(answer.body["lead"]["agent_display_name"], "Caleb Galloway");

    let body = json!({ "user": "CalebG", "phone": "+44123456789", "has_ev_charger": true });
    let stamp = app.clock_seconds().to_string();
    let click = async |form: CanonicalForm| {
        let signature = sign(canonical(body.as_object().unwrap(), form).as_bytes());
        let headers = [
            ("x-dialer-api-key", FROM_DIALER_KEY),
            ("x-dialer-signature", signature.as_str()),
            ("x-dialer-timestamp", stamp.as_str()),
        ];
        client.send(Method::POST, FROM_DIALER, Some(&body.to_string()), &headers).await
    };
    let refused = click(CanonicalForm::Js).await;
    assert_eq!(refused.status, 401);
    assert_eq!(refused.body["canonical"], "has_ev_charger=True&phone=+44123456789&user=CalebG");
    assert_eq!(click(CanonicalForm::Python).await.status, 201);
    assert_eq!(client.click(&body).await.status, 201, "no signature is asked for");
    configure(Configuration { require_hmac: Some(true), ..Configuration::default() }).await;
    assert_eq!(client.click(&body).await.status, 401);
}

/// B-007, B-009
#[tokio::test(flavor = "multi_thread")]
async fn a_signature_is_checked_and_seen_again_makes_no_second_event() {
    let app = TestApp::start_with(&[("DIALER_SECRET_KEY", SECRET), ("DIALER_REQUIRE_HMAC", "on")]).await;
    history::documents_agents(&app.app).await;
    let client = Client::nobody(&app);
    let body = json!({ "user": "CalebG", "phone": "+44123456789", "energy_bill_amount": 185.50 });
    let signature = sign(canonical(body.as_object().unwrap(), CanonicalForm::Js).as_bytes());
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
    assert_eq!(send(headers("n1", &stamp)).await, 201, "the same again is a repeat");
    assert_eq!(app.count("interest_recorded").await, 1);
    let other = json!({ "user": "CalebG", "phone": "+44123456780" }).to_string();
    let signed = format!("{stamp}.n1.POST.{FROM_DIALER}.{other}");
    let signature = format!("v2={}", sign(signed.as_bytes()));
    let again = [
        ("x-dialer-api-key", FROM_DIALER_KEY),
        ("x-dialer-signature", signature.as_str()),
        ("x-dialer-timestamp", stamp.as_str()),
        ("x-dialer-nonce", "n1"),
    ];
    let refused = client.send(Method::POST, FROM_DIALER, Some(&other), &again).await;
    assert_eq!((refused.status.as_u16(), &refused.body["code"]), (401, &json!("nonce_used")));
}
