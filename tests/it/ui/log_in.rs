//! Who sees the agents' page, and what a browser may do with it.

use crate::support::clients::Client;
use crate::support::pages::Pages;
use crate::support::{PASSWORD, TestApp, history};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_anything_before_logging_in_and_comes_back_to_what_they_asked_for() {
    let app = TestApp::start().await;
    let pages = Pages::nobody(&app);
    let link = "/agent-dashboard?from_dialer=true&lead_id=1&full_name=John%20Smith";
    for path in [link, "/agent-dashboard/", "/agent-dashboard/leads", "/agent-dashboard/leads/1"] {
        let page = pages.get(path).await;
        assert_eq!(page.status, 401, "{path}");
        assert!(page.text.contains("Log in") && !page.text.contains("Your leads"), "{path}");
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("form-action 'self'"), "{policy}");
        assert_eq!(page.headers["cache-control"], "no-store");
        assert_eq!(page.headers["referrer-policy"], "no-referrer");
    }
    let next = pages.get(link).await.inputs()["next"].replace("&#38;", "&");
    assert_eq!(next, link);
    let fields = [("username", "admin"), ("password", PASSWORD), ("next", next.as_str())];
    let page = pages.post("/agent-dashboard/log-in", &fields).await;
    assert_eq!((page.status.as_u16(), page.location()), (303, link));
    let cookie = page.headers["set-cookie"].to_str().unwrap();
    for part in ["HttpOnly", "SameSite=Lax", "Path=/agent-dashboard"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let elsewhere = [("username", "admin"), ("password", PASSWORD), ("next", "//evil.example")];
    assert_eq!(pages.post("/agent-dashboard/log-in", &elsewhere).await.location(), "/agent-dashboard");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_passwords_are_counted_and_a_session_ends_with_the_account() {
    let app = TestApp::start().await;
    history::documents_agents(&app.app).await;
    history::let_in(&app.app, "CalebG", &[]).await;
    let caleb = Pages::person(&app, "CalebG").await;
    assert_eq!(caleb.get("/agent-dashboard").await.status, 200);
    let admin = Client::person(&app, "admin").await;
    let people = admin.get("/api/admins").await.body;
    let id = people.as_array().unwrap().iter().find(|one| one["username"] == "CalebG").unwrap()["id"].clone();
    admin.post(&format!("/api/admins/{id}/deactivate"), &json!({})).await;
    assert_eq!(caleb.get("/agent-dashboard").await.status, 401);
    let mut stranger = Pages::nobody(&app);
    stranger.cookie = Some("lead_ledger_session=no.such.token".to_owned());
    assert_eq!(stranger.get("/agent-dashboard").await.status, 401);

    let auditor = json!({ "username": "audit", "password": PASSWORD, "role": "auditor" });
    admin.post("/api/admins", &auditor).await;
    let refused = Pages::person(&app, "audit").await.get("/agent-dashboard").await;
    assert_eq!(refused.status, 403);
    assert!(refused.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"), "the next may log in");

    // All at once: what is not yet known to be wrong counts too.
    let wrong = [("username", "agent1"), ("password", "wrong"), ("next", "")];
    let tries = (0..20).map(|_| stranger.post("/agent-dashboard/log-in", &wrong));
    let answers = futures_util::future::join_all(tries).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 401).count(), 5);
    let locked = stranger.post("/agent-dashboard/log-in", &[("username", "agent1"), ("password", "x")]).await;
    assert_eq!(locked.status, 429);
    assert!(locked.headers.contains_key("retry-after"));
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_from_elsewhere_change_nothing() {
    let app = TestApp::start().await;
    history::documents_agents(&app.app).await;
    history::let_in(&app.app, "CalebG", &[]).await;
    Client::nobody(&app).click(&json!({ "user": "CalebG", "phone": "+44123456789" })).await;
    let caleb = Pages::person(&app, "CalebG").await;
    let events = app.app.ledger.views().head().await.unwrap();
    for forged in ["", "0000"] {
        let fields = [("csrf", forged), ("city", "York"), ("was.city", ""), ("then", "save")];
        assert_eq!(caleb.post("/agent-dashboard/leads/1", &fields).await.status, 403);
        assert_eq!(caleb.post("/agent-dashboard/leads/1/answer", &fields).await.status, 403);
        assert_eq!(caleb.post("/agent-dashboard/log-out", &fields).await.status, 403);
    }
    let page = caleb.get("/agent-dashboard/leads/1").await;
    let large = "x".repeat(1_100_000);
    let answer = caleb.fill(&page, "/agent-dashboard/leads/1", &[("city", &large)]).await;
    assert_eq!(answer.status, 413);
    for path in ["/agent-dashboard/leads/x", "/agent-dashboard/leads/999", "/agent-dashboard/nothing"] {
        assert_eq!(caleb.get(path).await.status, 404, "{path}");
    }
    assert_eq!(app.app.ledger.views().head().await.unwrap(), events);
    let token = caleb.cookie.as_ref().unwrap().split_once('=').unwrap().1;
    let as_bearer = Client::nobody(&app).with_token(token).get("/api/auth/profile").await;
    assert_eq!(as_bearer.status, 401, "a browser's token is none of the API");
    let out = caleb.fill(&page, "/agent-dashboard/log-out", &[]).await;
    assert!(out.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    assert_eq!(caleb.get("/agent-dashboard").await.status, 401, "the session is over, not only forgotten");
}
