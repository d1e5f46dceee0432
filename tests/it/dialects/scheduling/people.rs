//! Who is logged in: what the client of document 002 asks before it shows anything (clients F3, F9).

use crate::support::clients::Client;
use crate::support::{PASSWORD, TestApp};
use domain::principal::Role;
use reqwest::Method;
use serde_json::{Value, json};

/// F3, C-36: the log-in is at this dialect's path as well.
#[tokio::test(flavor = "multi_thread")]
async fn a_person_logs_in_at_this_dialects_own_path() {
    let app = TestApp::start().await;
    app.register("ali", Role::Agent, None).await;
    let nobody = Client::nobody(&app);
    for body in [
        json!({ "email": "ali@example.com", "password": PASSWORD }),
        json!({ "email": "", "username": "ali", "password": PASSWORD }),
        json!({ "username": " ali ", "password": PASSWORD, "remember_me": true }),
    ] {
        let answer = nobody.post("/api/v1/auth/login", &body).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(
            (&answer.body["token_type"], &answer.body["user"]["email"]),
            (&json!("bearer"), &json!("ali@example.com"))
        );
        let own = nobody.with_token(answer.body["access_token"].as_str().unwrap());
        assert_eq!(own.get("/api/v1/leads/").await.status, 200);
    }
    for (body, status) in [
        (json!({ "email": "ali@example.com", "password": "wrong" }), 401),
        (json!({ "email": "nobody@example.com", "password": PASSWORD }), 401),
        (json!({ "email": "ali@example.com" }), 422),
        (json!({ "password": PASSWORD }), 422),
        (json!({ "email": 1, "password": [] }), 422),
    ] {
        let answer = nobody.post("/api/v1/auth/login/", &body).await;
        assert_eq!(answer.status, status, "{body} {answer:?}");
        assert!(!answer.body["detail"].is_null(), "{answer:?}");
    }
}

/// B-170, C-48: who guesses is told to wait, in this dialect's shape.
#[tokio::test(flavor = "multi_thread")]
async fn failed_log_ins_are_limited_here_too() {
    let app = TestApp::start().await;
    let nobody = Client::nobody(&app);
    let wrong = json!({ "email": "admin@localhost", "password": "wrong password" });
    let mut last = nobody.post("/api/v1/auth/login", &wrong).await;
    for _ in 0..7 {
        last = nobody.post("/api/v1/auth/login", &wrong).await;
    }
    assert_eq!((last.status.as_u16(), &last.body["code"]), (429, &json!("too_many_tries")), "{last:?}");
    assert!(last.body["detail"].is_string() && last.header("retry-after").is_some(), "{last:?}");
}

/// F9
#[tokio::test(flavor = "multi_thread")]
async fn the_client_learns_who_is_logged_in_and_for_which_company() {
    let app = TestApp::start_with(&[("LEDGER_COMPANY_NAME", "Acme Solar")]).await;
    app.register("ali", Role::Agent, Some("09120000001")).await;
    let (ali, admin) = (Client::person(&app, "ali").await, Client::person(&app, "admin").await);
    let me = ali.get("/api/v1/auth/me").await;
    let expected = json!({ "email": "ali@example.com", "name": "Ali Ahmadi", "phone": "09120000001",
        "is_profile_complete": true, "has_company": true });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&me.body[name], value, "{name}");
    }
    assert_eq!(me.body["id"].as_str().unwrap().len(), 36, "a UUID");
    let boss = admin.get("/api/v1/auth/me/").await.body;
    assert!(boss["phone"].is_null() && !boss["name"].as_str().unwrap().is_empty(), "{boss}");
    let company = ali.get("/api/v1/auth/company").await;
    assert_eq!((company.status.as_u16(), &company.body["name"]), (200, &json!("Acme Solar")));
    let nobody = Client::nobody(&app);
    for path in ["/api/v1/auth/me", "/api/v1/auth/company"] {
        let answer = nobody.get(path).await;
        assert_eq!((answer.status.as_u16(), &answer.body["detail"]), (401, &json!("Not authenticated")));
    }
}

/// F9: without a password while developing; in production nothing is at the path.
#[tokio::test(flavor = "multi_thread")]
async fn the_test_log_in_is_there_while_developing_only() {
    let app = TestApp::start().await;
    let id = app.register("ali", Role::Agent, None).await;
    let path = "/api/v1/auth/test-login";
    let answer = Client::nobody(&app).post(path, &json!({ "email": "Ali@example.com" })).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let ali = Client::nobody(&app).with_token(answer.body["access_token"].as_str().unwrap());
    assert_eq!(ali.get("/api/v1/auth/me").await.body["id"], id.to_string());
    for (body, status) in
        [(json!({ "email": "nobody@example.com" }), 404), (json!({ "email": "ali" }), 422), (json!({}), 422)]
    {
        assert_eq!(Client::nobody(&app).post(path, &body).await.status, status, "{body}");
    }
    let secret = "a long and random secret of production";
    let production = app.serve_with(production(secret)).await;
    let answer = Client::nobody(&production).post(path, &json!({ "email": "ali@example.com" })).await;
    assert_eq!((answer.status.as_u16(), &answer.body["detail"]), (404, &json!("Not Found")), "{answer:?}");
}

fn production(secret: &str) -> lead_ledger::config::Config {
    crate::support::config(&[
        ("LEDGER_ENV", "production"),
        ("LEDGER_REQUIRE_HTTPS", "off"),
        ("LEDGER_JWT_SECRET", secret),
        ("DIALER_TOKEN", secret),
        ("DIALER_API_KEY", secret),
    ])
}

/// F4, F10, F12: as the agents' pages of the client send and read it.
#[tokio::test(flavor = "multi_thread")]
async fn the_agents_pages_are_served_as_the_client_asks() {
    let (app, admin, first) = super::start().await;
    app.register("ali", Role::Agent, None).await;
    let second = admin.post("/api/v1/agents/", &json!({ "name": "Second" })).await.body["id"].clone();
    let listed = admin.get("/api/v1/agents/").await.body;
    let names: Vec<_> =
        listed["agents"].as_array().unwrap().iter().map(|agent| agent["name"].clone()).collect();
    assert_eq!(names, ["Second", "Sales Agent", "Ali Ahmadi"], "AI agents first, the newest first");
    assert_eq!((&listed["total"], &listed["per_page"]), (&json!(3), &json!(100)));
    assert_eq!(admin.get("/api/v1/agents/voices/").await.body, json!([]));

    let path = format!("/api/v1/agents/{}", second.as_str().unwrap());
    let switch = async |body: Option<&str>| {
        let answer = admin.send(Method::PATCH, &format!("{path}/status"), body, &[]).await;
        (answer.status.as_u16(), answer.body["status"].clone())
    };
    assert_eq!(switch(None).await, (200, json!("inactive")), "without a body: the other of the two");
    assert_eq!(switch(Some("{}")).await, (200, json!("active")));
    assert_eq!(switch(Some("{\"status\":null}")).await, (200, json!("inactive")));
    assert_eq!(switch(Some("{\"status\":\"inactive\"}")).await, (200, json!("inactive")));
    assert_eq!(switch(Some("{\"is_active\":true}")).await, (200, json!("active")));
    assert_eq!(switch(Some("{\"status\":\"maybe\"}")).await.0, 422);
    assert_eq!(switch(Some("not json")).await.0, 422);
    assert_eq!(admin.put(&format!("{path}/status"), &json!({})).await.status, 422, "PUT says which");

    let deleted = admin.delete(&path).await;
    assert_eq!((deleted.status.as_u16(), &deleted.body["status"]), (200, &json!("inactive")));
    assert_eq!(admin.get(&path).await.body["status"], "inactive", "its leads and calls still name it");
    assert_eq!(admin.delete(&path).await.status, 200, "switched off twice is switched off");
    assert_eq!(admin.delete("/api/v1/agents/00000000-0000-7000-8000-000000000000").await.status, 404);
    assert_eq!(
        admin.get(&format!("/api/v1/agents/{}", first.as_str().unwrap())).await.body["status"],
        "active"
    );
    let ali = Client::person(&app, "ali").await;
    assert_eq!(ali.delete(&path).await.status, 403);
    app.rebuilt_equals_live().await;
}

/// F12: what the ledger has no use for is kept as it is and given back.
#[tokio::test(flavor = "multi_thread")]
async fn unknown_fields_of_an_agent_are_kept_as_they_are() {
    let (app, admin, _) = super::start().await;
    let extra = json!({ "prompt": "You are\nbrief.", "welcome_message": "Hello {{first_name}}", "voice_id": "",
        "variables": { "tone": "calm", "none": null }, "functions": [{ "name": "end_call", "parameters": {} }],
        "inbound_phone": "+14155550100", "outbound_phone": null, "max_call_duration_minutes": 20, "rate": 0.5 });
    let mut body = json!({ "name": "Mira", "max_attempts": 4, "password": "hunter2", "created_at": "never" });
    body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    let added = admin.post("/api/v1/agents/", &body).await;
    assert_eq!(added.status, 201, "{added:?}");
    let path = format!("/api/v1/agents/{}", added.body["id"].as_str().unwrap());
    let holds = |agent: &Value, expected: &Value| {
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(agent.get(name), Some(value), "{name} of {agent}");
        }
    };
    holds(&added.body, &extra);
    holds(&admin.get(&path).await.body, &extra);
    let listed = admin.get("/api/v1/agents/").await.body;
    holds(&listed["agents"][0], &extra);
    assert!(added.body.get("password").is_none() && added.body["created_at"] != "never", "{added:?}");

    let changed = admin.put(&path, &json!({ "prompt": "Be kind.", "voice_id": "v1" })).await.body;
    holds(&changed, &json!({ "prompt": "Be kind.", "voice_id": "v1", "max_attempts": 4, "name": "Mira" }));
    holds(&changed, &json!({ "variables": { "tone": "calm", "none": null } }));
    let count = app.count("agent_extra_set").await;
    assert_eq!(admin.put(&path, &changed).await.body["prompt"], "Be kind.", "the whole agent sent back");
    assert_eq!(app.count("agent_extra_set").await, count, "is no change");

    for n in 0..2 {
        let long = json!({ format!("notes_{n}"): "x".repeat(60_000) });
        assert_eq!(admin.put(&path, &long).await.status, 200);
    }
    let refused = admin.put(&path, &json!({ "notes_2": "x".repeat(60_000) })).await;
    assert_eq!(refused.status, 422, "an agent does not grow without end: {refused:?}");
    assert_eq!(admin.put(&path, &json!({ "prompt": "a\u{0}b" })).await.status, 422);
    let deep = format!("{{\"deep\":{}{}}}", "[".repeat(40), "]".repeat(40));
    assert_eq!(admin.send(Method::PUT, &path, Some(&deep), &[]).await.status, 422);
    app.rebuilt_equals_live().await;
}
