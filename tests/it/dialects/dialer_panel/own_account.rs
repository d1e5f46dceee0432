//! `GET` and `PUT /api/auth/me`

use crate::support::clients::Client;
use crate::support::{PASSWORD, TestApp};
use domain::principal::Role;
use serde_json::{Value, json};

/// F6, F8: the web application logs in, reads only the token, and asks who it is; it compares the role with `ADMIN` and
/// `AGENT`.
#[tokio::test(flavor = "multi_thread")]
async fn everybody_is_told_who_they_are() {
    let app = TestApp::start().await;
    for (role, word) in [
        (Role::Agent, "AGENT"),
        (Role::Telecaller, "AGENT"),
        (Role::Supervisor, "SUPERVISOR"),
        (Role::Auditor, "AUDITOR"),
        (Role::Analyst, "ANALYST"),
    ] {
        let name = format!("a-{role}");
        app.register(&name, role, Some("09121111111")).await;
        let me = Client::person(&app, &name).await.get("/api/auth/me/").await;
        let id = me.body["id"].as_i64().unwrap();
        let expected = json!({ "id": id, "username": name, "role": word, "is_superuser": false, "is_active": true,
            "first_name": "Ali", "last_name": "Ahmadi", "phone_number": "09121111111",
            "email": format!("{name}@example.com") });
        assert_eq!((me.status.as_u16(), &me.body), (200, &expected));
    }
    let admin = Client::person(&app, "admin").await.get("/api/auth/me").await.body;
    assert_eq!((&admin["role"], &admin["is_superuser"]), (&json!("ADMIN"), &json!(true)));
    for stranger in [Client::nobody(&app), Client::dialer(&app), Client::nobody(&app).with_token("guess")] {
        let answer = stranger.get("/api/auth/me").await;
        assert_eq!((answer.status.as_u16(), &answer.body["detail"]), (401, &json!("Not authenticated")));
    }
}

/// F6
#[tokio::test(flavor = "multi_thread")]
async fn people_change_their_own_names_phone_and_password_and_nothing_else() {
    let app = TestApp::start().await;
    app.register("ali", Role::Agent, None).await;
    let ali = Client::person(&app, "ali").await;
    let body = json!({ "first_name": "Alireza", "last_name": "Karimi", "phone_number": "09122222222", "role": "ADMIN",
        "is_active": false, "username": "king", "is_superuser": true, "scopes": ["leads:qualify"] });
    let changed = ali.put("/api/auth/me", &body).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    let me = ali.get("/api/auth/me").await.body;
    assert_eq!(changed.body, me);
    assert_eq!(
        (&me["first_name"], &me["last_name"], &me["phone_number"]),
        (&json!("Alireza"), &json!("Karimi"), &json!("09122222222"))
    );
    assert_eq!(
        (&me["role"], &me["is_active"], &me["username"]),
        (&json!("AGENT"), &json!(true), &json!("ali"))
    );
    let partly = ali.put("/api/auth/me", &json!({ "last_name": "Ahmadi", "password": "" })).await.body;
    assert_eq!((&partly["first_name"], &partly["last_name"]), (&json!("Alireza"), &json!("Ahmadi")));

    for wrong in [json!({ "password": "short" }), json!({ "first_name": 7 }), json!({ "new_password": "x" })]
    {
        assert_eq!(ali.put("/api/auth/me", &wrong).await.status, 422, "{wrong}");
    }
    let guess = json!({ "current_password": "wrong one", "new_password": "a longer one" });
    let refused = ali.put("/api/auth/me", &guess).await;
    assert_eq!(
        (refused.status.as_u16(), &refused.body["detail"][0]["loc"]),
        (422, &json!(["body", "current_password"]))
    );
    let right = json!({ "current_password": PASSWORD, "new_password": "a longer one" });
    let renewed = ali.put("/api/auth/me", &right).await;
    assert_eq!(renewed.status, 200, "{renewed:?}");
    assert_eq!(ali.get("/api/auth/me").await.status, 401, "older tokens are void");
    let again = ali.with_token(renewed.body["access_token"].as_str().unwrap());
    assert_eq!(again.get("/api/auth/me").await.body["access_token"], Value::Null);
    assert_eq!(again.put("/api/auth/me", &json!({ "password": "yet another one" })).await.status, 200);
    assert_eq!(Client::nobody(&app).log_in("ali", PASSWORD).await.status, 401);
    assert_eq!(Client::nobody(&app).log_in("ali", "yet another one").await.status, 200);
    app.rebuilt_equals_live().await;
}

/// F8: roles are written in upper case and read in either.
#[tokio::test(flavor = "multi_thread")]
async fn roles_are_read_in_either_case() {
    let app = TestApp::start().await;
    let admin = Client::person(&app, "admin").await;
    for (at, (role, word)) in [
        ("AGENT", "AGENT"),
        ("agent", "AGENT"),
        ("ADMIN", "ADMIN"),
        ("Supervisor", "SUPERVISOR"),
        ("telecaller", "AGENT"),
    ]
    .into_iter()
    .enumerate()
    {
        let body =
            json!({ "username": format!("u{at}"), "password": PASSWORD, "role": role, "is_active": true });
        let added = admin.post("/api/admins", &body).await;
        assert_eq!((added.status.as_u16(), &added.body["role"]), (200, &json!(word)), "{role}");
    }
    let path = format!("/api/admins/{}", admin.get("/api/admins").await.body[1]["id"]);
    assert_eq!(admin.put(&path, &json!({ "role": "ADMIN" })).await.body["role"], "ADMIN");
}
