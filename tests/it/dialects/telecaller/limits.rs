//! So many requests in a quarter of an hour, and what does not count.

use super::Company;
use crate::support::clients::{Answer, Client, FROM_DIALER};
use crate::support::{DIALER_TOKEN, FROM_DIALER_KEY, TestApp, history};
use reqwest::Method;
use serde_json::json;

fn number(answer: &Answer, name: &str) -> i64 {
    answer.header(name).unwrap_or_else(|| panic!("no {name}: {answer:?}")).parse().unwrap()
}

/// B-170
#[tokio::test(flavor = "multi_thread")]
async fn the_hundred_and_first_request_is_one_too_many() {
    let app = TestApp::start_with(&[("LEDGER_RATE_LIMIT_GENERAL", "100")]).await;
    let admin = Client::person(&app, "admin").await;
    for n in 1..=100 {
        let answer = admin.get("/api/leads").await;
        assert_eq!((answer.status.as_u16(), number(&answer, "ratelimit-remaining")), (200, 100 - n));
        assert_eq!(number(&answer, "x-ratelimit-limit"), 100);
    }
    app.clock.advance(chrono::Duration::minutes(10));
    let refused = admin.get("/api/dashboard/overview").await;
    assert_eq!(refused.status, 429);
    assert_eq!(
        (&refused.body["success"], &refused.body["message"]),
        (&json!(false), &json!("Too many requests. Please try again later."))
    );
    for (name, value) in [
        ("retry-after", 300),
        ("ratelimit-limit", 100),
        ("ratelimit-remaining", 0),
        ("ratelimit-reset", 300),
        ("x-ratelimit-remaining", 0),
        ("x-ratelimit-reset", app.clock_seconds() + 300),
    ] {
        assert_eq!(number(&refused, name), value, "{name}");
    }
    assert_eq!(refused.header("ratelimit-policy"), Some("100;w=900"));
    // Others go on, by another person's token or without one; so do the other dialects, streams and machines.
    assert_eq!(Client::nobody(&app).get("/api/leads").await.status, 401);
    assert_eq!(admin.get("/api/v1/leads").await.status, 200);
    assert_eq!(admin.get("/api/schedule").await.status, 200);
    assert_eq!(Client::dialer(&app).next_batch(1).await.status, 200);
    app.clock.advance(chrono::Duration::minutes(5));
    assert_eq!(admin.get("/api/leads").await.status, 200);
}

/// C-28: who has it already asks for nothing.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_the_client_has_costs_nothing() {
    let company = Company::start_with(&[("LEDGER_RATE_LIMIT_GENERAL", "40")]).await;
    let first = company.alice.get("/api/leads").await;
    let tag = first.header("etag").unwrap().to_owned();
    let asked = [("if-none-match", tag.as_str())];
    for _ in 0..60 {
        let again = company.alice.send(Method::GET, "/api/leads", None, &asked).await;
        assert_eq!((again.status.as_u16(), again.body), (304, json!("")));
        assert_eq!(again.headers["ratelimit-remaining"], first.headers["ratelimit-remaining"]);
    }
    company.lead(&company.alice, "9876543210").await;
    let changed = company.alice.send(Method::GET, "/api/leads", None, &asked).await;
    assert_eq!((changed.status.as_u16(), changed.body["total"].as_i64()), (200, Some(1)));
    assert_ne!(changed.header("etag"), Some(tag.as_str()));
}

/// B-170, C-48: failed log-ins by account and address, files by person; each in the words of whom it stops.
#[tokio::test(flavor = "multi_thread")]
async fn log_ins_and_uploads_have_limits_of_their_own() {
    let app = TestApp::start().await;
    history::open_dialing(&app.app).await;
    app.register("ann", domain::principal::Role::Telecaller, None).await;
    let nobody = Client::nobody(&app);
    for _ in 1..=8 {
        let answer = nobody.log_in("ann", crate::support::PASSWORD).await;
        assert_eq!((answer.status.as_u16(), number(&answer, "ratelimit-remaining")), (200, 5));
    }
    for n in 1..=5 {
        let answer = nobody.log_in("ann", "wrong password").await;
        assert_eq!((answer.status.as_u16(), number(&answer, "ratelimit-remaining")), (401, 5 - n));
    }
    let refused = nobody.log_in("ann", crate::support::PASSWORD).await;
    assert_eq!((refused.status.as_u16(), number(&refused, "retry-after")), (429, 900));
    let admin = Client::person(&app, "admin").await;
    let path = format!(
        "/api/v1/leads/csv-import?agent_id={}",
        app.register("ben", domain::principal::Role::Agent, None).await
    );
    for n in 0..10 {
        let file = format!("first_name,phone\nJohn,+1415555{:04}\n", 2671 + n);
        assert_eq!(admin.upload(&path, "leads.csv", file.into_bytes()).await.status, 200);
    }
    let refused = admin.upload(&path, "leads.csv", b"first_name,phone\n".to_vec()).await;
    assert_eq!(
        (refused.status.as_u16(), &refused.body["detail"]),
        (429, &json!("Too many uploads; try again later"))
    );
    let refused = admin.upload("/api/numbers/upload", "n.csv", b"phone\n".to_vec()).await;
    assert_eq!((refused.status.as_u16(), number(&refused, "ratelimit-limit")), (429, 10), "the same bucket");
}

/// C-28: machines and webhooks are counted apart, and much more generously.
#[tokio::test(flavor = "multi_thread")]
async fn machines_have_a_bucket_of_their_own() {
    let app =
        TestApp::start_with(&[("LEDGER_RATE_LIMIT_MACHINE", "2"), ("LEDGER_RATE_LIMIT_GENERAL", "1")]).await;
    let dialer = Client::nobody(&app).with_token(DIALER_TOKEN);
    for status in [200, 200, 429] {
        let answer = dialer.next_batch(1).await;
        assert_eq!(answer.status, status);
        if status == 429 {
            assert_eq!(answer.body["detail"], "Too many requests; try again later");
            assert_eq!(number(&answer, "retry-after"), 900);
        }
    }
    let headers = [("x-dialer-api-key", FROM_DIALER_KEY)];
    for status in [400, 400, 429] {
        let answer = Client::nobody(&app).send(Method::POST, FROM_DIALER, Some("{}"), &headers).await;
        assert_eq!(answer.status, status);
        if status == 429 {
            assert_eq!(answer.body["error"], "Too many requests; try again later");
        }
    }
    let form = [("content-type", "application/x-www-form-urlencoded")];
    for status in [200, 200, 429] {
        let said = "CallSid=CA1&CallStatus=ringing";
        assert_eq!(Client::nobody(&app).form("/api/calls/status-callback", said, &form).await.status, status);
    }
}

/// Whoever shows a token that is void is charged where they are; whose it was goes on.
#[tokio::test(flavor = "multi_thread")]
async fn a_void_token_locks_nobody_out_and_a_star_is_no_tag() {
    let app = TestApp::start_with(&[("LEDGER_RATE_LIMIT_GENERAL", "5")]).await;
    let thief = Client::person(&app, "admin").await;
    assert_eq!(thief.post("/api/auth/logout", &json!({})).await.status, 200);
    for status in [401, 401, 401, 401, 401, 429, 429] {
        assert_eq!(thief.get("/api/leads").await.status, status);
    }
    let admin = Client::person(&app, "admin").await;
    for status in [200, 200, 200, 200, 429] {
        let star = [("if-none-match", "*")];
        assert_eq!(admin.send(Method::GET, "/api/leads", None, &star).await.status, status);
    }
}
