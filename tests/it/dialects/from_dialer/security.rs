//! Who may click: keys, addresses, encryption.

use crate::support::clients::{Client, FROM_DIALER};
use crate::support::{DIALER_TOKEN, FROM_DIALER_KEY, TestApp, history};
use lead_ledger::actions::people::machines::{RevokeKey, sha256_hex};
use lead_ledger::ledger::Context;
use reqwest::Method;
use serde_json::json;

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

/// api-faults, "Decided": what load balancers and monitors ask for is answered, whatever proxies are trusted.
#[tokio::test(flavor = "multi_thread")]
async fn probes_need_no_https() {
    let trusted = [("LEDGER_REQUIRE_HTTPS", "on"), ("LEDGER_TRUSTED_PROXIES", "127.0.0.1")];
    let app = TestApp::start_with(&trusted).await;
    let client = Client::nobody(&app);
    for headers in [
        &[("x-forwarded-for", "203.0.113.9"), ("x-forwarded-proto", "http")][..],
        &[("x-forwarded-for", "203.0.113.9")],
        &[("x-forwarded-for", "203.0.113.9"), ("x-forwarded-proto", "https")],
        &[],
    ] {
        for path in ["/healthz", "/readyz", "/metrics", "/api/", "/api", "/healthz/"] {
            let answer = client.send(Method::GET, path, None, headers).await;
            assert_eq!(answer.status, 200, "{path} {headers:?}: {answer:?}");
        }
    }
    for path in ["/api/leads", "/healthz/x", "/api/schedule", "/agent-dashboard", "/api/openapi.json"] {
        let plain = [("x-forwarded-for", "203.0.113.9"), ("x-forwarded-proto", "http")];
        let answer = client.send(Method::GET, path, None, &plain).await;
        assert_eq!(
            (answer.status.as_u16(), answer.body["code"].as_str()),
            (403, Some("https_required")),
            "{path}"
        );
    }
}

/// C-06: the settings bring in the first key; what was revoked stays so, and a new one belongs to the same machine.
#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_key_stays_revoked_and_a_new_one_is_the_same_machines() {
    let app = TestApp::start().await;
    history::documents_agents(&app.app).await;
    let client = Client::nobody(&app);
    let click = json!({ "user": "CalebG", "lead_id": "7", "phone": "+44123456789" });
    let first = client.click(&click).await;
    app.app.ledger.ensure_from_dialer("another key for tests", "GB").await.unwrap();
    let known = app.app.ledger.all_machines().await.unwrap();
    let machine = known.iter().find(|machine| machine.credential.name == "from-dialer").unwrap();
    assert_eq!(machine.credential.keys.len(), 2);
    let body = json!({ "user": "CalebG", "lead_id": "7" }).to_string();
    let headers = [("x-dialer-api-key", "another key for tests")];
    let again = client.send(Method::POST, FROM_DIALER, Some(&body), &headers).await;
    assert_eq!(again.body["lead"]["id"], first.body["lead"]["id"], "its ids are still its own");

    let fingerprint = sha256_hex(FROM_DIALER_KEY)[..16].to_owned();
    let revoke = RevokeKey { id: machine.id, fingerprint };
    app.app.ledger.record(&Context::system("test"), &revoke).await.unwrap();
    app.app.ledger.ensure_from_dialer(FROM_DIALER_KEY, "GB").await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(1_050)).await;
    assert_eq!(client.click(&click).await.status, 401);
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

/// B-010: a proxy that says so, or nothing.
#[tokio::test(flavor = "multi_thread")]
async fn only_https_is_taken_from_other_machines() {
    let settings = [("LEDGER_REQUIRE_HTTPS", "on"), ("LEDGER_TRUSTED_PROXIES", "127.0.0.1")];
    let app = TestApp::start_with(&settings).await;
    history::documents_agents(&app.app).await;
    let client = Client::nobody(&app);
    for (scheme, status) in [("http", 403), ("https", 201)] {
        let headers = [
            ("x-dialer-api-key", FROM_DIALER_KEY),
            ("x-forwarded-for", "203.0.113.9"),
            ("x-forwarded-proto", scheme),
        ];
        let body = json!({ "user": "CalebG", "phone": "+44123456789" }).to_string();
        let answer = client.send(Method::POST, FROM_DIALER, Some(&body), &headers).await;
        assert_eq!(answer.status, status, "{answer:?}");
        assert!(status == 201 || answer.body["error"].is_string());
    }
    assert_eq!(app.count("lead_captured").await, 1);
}
