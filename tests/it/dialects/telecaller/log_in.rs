//! `POST /api/auth/login`, `GET /api/auth/profile`, and what is nobody's.

use crate::support::clients::Client;
use crate::support::{PASSWORD, TestApp};
use domain::principal::Role;
use lead_ledger::actions::people::register::{SetPassword, Switch, hash_password};
use lead_ledger::ledger::Context;
use reqwest::Method;
use serde_json::json;

/// B-122, B-132
#[tokio::test(flavor = "multi_thread")]
async fn a_person_logs_in_by_user_name_or_address_and_sees_the_profile() {
    let app = TestApp::start().await;
    let ali = app.register("ali", Role::Telecaller, Some("09121111111")).await;
    let nobody = Client::nobody(&app);
    let by_name = nobody.log_in("ali", PASSWORD).await;
    let by_mail =
        nobody.post("/api/auth/login/", &json!({ "email": "ALI@example.com", "password": PASSWORD })).await;
    for answer in [by_name, by_mail] {
        assert_eq!((answer.status.as_u16(), &answer.body["success"]), (200, &json!(true)));
        assert_eq!(answer.body["token"], answer.body["access_token"]);
        assert_eq!(answer.body["user"]["_id"], domain::ids::oid(ali));
        assert!(!answer.body.to_string().contains("argon2"));
        let person = nobody.with_token(answer.body["token"].as_str().unwrap());
        let profile = person.get("/api/auth/profile").await;
        assert_eq!(profile.body["user"]["name"], "Ali Ahmadi");
        assert_eq!(
            (&profile.body["user"]["role"], &profile.body["user"]["isActive"]),
            (&json!("telecaller"), &json!(true))
        );
    }
}

/// B-123
#[tokio::test(flavor = "multi_thread")]
async fn wrong_passwords_and_unknown_names_are_refused_alike_and_then_limited() {
    let app = TestApp::start().await;
    let nobody = Client::nobody(&app);
    let wrong = nobody.log_in("admin", "wrong password").await;
    let unknown = nobody.log_in("nobody", "wrong password").await;
    assert_eq!((wrong.status.as_u16(), unknown.status.as_u16()), (401, 401));
    assert_eq!(wrong.body["message"], unknown.body["message"]);
    for _ in 0..4 {
        nobody.log_in("admin", "wrong password").await;
    }
    let limited = nobody.log_in("admin", PASSWORD).await;
    assert_eq!((limited.status.as_u16(), limited.header("retry-after")), (429, Some("900")));
    app.clock.advance(chrono::Duration::minutes(15));
    assert_eq!(nobody.log_in("admin", PASSWORD).await.status, 200);
}

/// B-123, B-162
#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_void_after_deactivation_password_change_expiry_or_forgery() {
    let app = TestApp::start().await;
    let ali = app.register("ali", Role::Agent, None).await;
    let context = Context::system("test");
    let person = Client::person(&app, "ali").await;
    assert_eq!(person.get("/api/auth/profile").await.status, 200);
    let password_hash = hash_password(PASSWORD).unwrap();
    app.app.ledger.record(&context, &SetPassword { id: ali, password_hash }).await.unwrap();
    assert_eq!(person.get("/api/auth/profile").await.status, 401);

    let person = Client::person(&app, "ali").await;
    app.app.ledger.record(&context, &Switch { id: ali, is_active: false }).await.unwrap();
    assert_eq!(person.get("/api/auth/profile").await.status, 401);
    assert_eq!(Client::nobody(&app).log_in("ali", PASSWORD).await.status, 403);

    let admin = Client::person(&app, "admin").await;
    app.clock.advance(chrono::Duration::hours(12));
    assert_eq!(admin.get("/api/auth/profile").await.status, 401);
    let none = "eyJhbGciOiJub25lIn0.eyJzdWIiOiIwMTkwZjBkZS1kZDI5LTdhNmItOTQ1MC1iNjU1NmVmM2U2MjMifQ.";
    let forged = Client::nobody(&app).with_token(none).get("/api/auth/profile").await;
    assert_eq!((forged.status.as_u16(), forged.body["success"].as_bool()), (401, Some(false)));
    let missing = Client::nobody(&app).get("/api/auth/profile").await;
    assert_eq!(missing.body["message"], "Access denied. No token provided.");
}

/// B-012, B-161, B-164
#[tokio::test(flavor = "multi_thread")]
async fn what_is_nobodys_is_refused_in_this_shape() {
    let app = TestApp::start().await;
    let nobody = Client::nobody(&app);
    assert_eq!(nobody.get("/api/").await.body, json!({ "status": "ok" }));
    for path in ["/api/nothing", "/api/nothing/at/all", "/else"] {
        let answer = nobody.get(path).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.body["message"]),
            (404, &json!("Resource not found")),
            "{path}"
        );
    }
    let answer = nobody.get("/api/auth/login").await;
    assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, Some("POST")));
    let answer = nobody.post("/api/auth/login", &json!({ "email": "" })).await;
    assert_eq!((answer.status.as_u16(), &answer.body["message"]), (400, &json!("Validation error")));
    assert_eq!(answer.body["errors"].as_array().unwrap().len(), 2);
    let answer = nobody.send(Method::POST, "/api/auth/login", Some("{"), &[]).await;
    assert_eq!((answer.status.as_u16(), &answer.body["success"]), (400, &json!(false)));
}
