//! People: registered, listed with figures, changed, deleted; sessions that end.

use super::Company;
use crate::support::PASSWORD;
use crate::support::clients::{Client, report};
use serde_json::{Value, json};

/// B-121, B-124, B-125, B-132, C-08
#[tokio::test(flavor = "multi_thread")]
async fn only_admins_register_and_every_bad_field_is_told_at_once() {
    let company = Company::start_with(&[("LEDGER_RATE_LIMIT_AUTH", "50")]).await;
    let body = json!({ "name": "New Telecaller", "email": "new@telecaller.com", "password": "password123",
        "role": "telecaller", "department": "lead_generation", "phone": "9876543210", "supervisor": company.supervisor_id });
    let nobody = Client::nobody(&company.app);
    for (who, status) in [(&nobody, 401), (&company.alice, 403), (&company.supervisor, 403)] {
        assert_eq!(who.post("/api/auth/register", &body).await.status, status);
    }
    let answer = company.admin.post("/api/auth/register", &body).await;
    assert_eq!(
        (answer.status.as_u16(), &answer.body["message"]),
        (201, &json!("User registered successfully"))
    );
    let user = &answer.body["user"];
    assert_eq!((&user["name"], &user["role"]), (&json!("New Telecaller"), &json!("telecaller")));
    assert!(!answer.body.to_string().contains("password") && !answer.body.to_string().contains("argon2"));
    let again = company.admin.post("/api/auth/register", &body).await;
    assert_eq!((again.status.as_u16(), &again.body["errors"][0]["field"]), (400, &json!("email")));
    let bad = json!({ "email": "nobody", "password": "short", "role": "king", "supervisor": company.bob_id });
    let answer = company.admin.post("/api/auth/register", &bad).await;
    let fields: Vec<&str> =
        answer.body["errors"].as_array().unwrap().iter().map(|e| e["field"].as_str().unwrap()).collect();
    assert_eq!((answer.status.as_u16(), &answer.body["message"]), (400, &json!("Validation error")));
    assert_eq!(fields, ["name", "email", "password", "role"]);
    let mut under = body.clone();
    under["email"] = json!("under@telecaller.com");
    under["supervisor"] = json!(company.bob_id);
    let answer = company.admin.post("/api/auth/register", &under).await;
    assert_eq!(answer.body["errors"][0]["field"], "supervisor", "a telecaller leads nobody");
    company.app.rebuilt_equals_live().await;
}

/// B-126
#[tokio::test(flavor = "multi_thread")]
async fn logging_out_ends_that_token_and_no_other() {
    let company = Company::start().await;
    let second = Client::person(&company.app, "alice@example.com").await;
    company.app.clock.advance(chrono::Duration::seconds(1));
    let out = company.alice.post("/api/auth/logout", &json!({})).await;
    assert_eq!(out.body, json!({ "success": true, "message": "Logged out successfully" }));
    assert_eq!(company.alice.get("/api/auth/profile").await.status, 401);
    assert_eq!(second.get("/api/auth/profile").await.status, 200);
    let wrong = json!({ "currentPassword": "wrong password", "newPassword": "another password" });
    assert_eq!(second.put("/api/auth/change-password", &wrong).await.status, 401);
    let right = json!({ "currentPassword": PASSWORD, "newPassword": "another password" });
    let changed = second.put("/api/auth/change-password", &right).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_eq!(second.get("/api/auth/profile").await.status, 401, "every token given out before is void");
    let third = second.with_token(changed.body["token"].as_str().unwrap());
    assert_eq!(third.get("/api/auth/profile").await.status, 200);
}

/// B-127, B-128, B-129, C-26
#[tokio::test(flavor = "multi_thread")]
async fn people_are_listed_with_what_they_did() {
    let company = Company::start().await;
    for n in 1..=3 {
        company.lead(&company.alice, &format!("987654321{n}")).await;
    }
    let dialer = Client::dialer(&company.app);
    for (number, word) in [(1, "CONNECTED"), (2, "MISSED")] {
        let mut report = report(number, word, 1);
        report["agent_id"] = json!(3);
        assert_eq!(dialer.report(&report).await.status, 200);
    }
    let first = company.alice.get("/api/leads?limit=1").await.body["leads"][0]["_id"].clone();
    let path = format!("/api/leads/{}", first.as_str().unwrap());
    let converted = company.alice.put(&path, &json!({ "status": "converted", "value": 2000 })).await;
    assert_eq!(
        (&converted.body["lead"]["status"], &converted.body["lead"]["value"]),
        (&json!("converted"), &json!(2000))
    );
    let listed =
        company.admin.get("/api/users?role=telecaller&department=sales&isActive=true&search=").await.body;
    assert_eq!((&listed["total"], &listed["pagination"]["pages"]), (&json!(2), &json!(1)));
    let alice =
        listed["users"].as_array().unwrap().iter().find(|user| user["_id"] == json!(company.alice_id));
    let alice = alice.unwrap();
    for (name, value) in [("totalCalls", 2), ("successfulCalls", 1), ("totalLeads", 3), ("convertedLeads", 1)]
    {
        assert_eq!(alice[name], value, "{name}");
    }
    assert_eq!((&alice["successRate"], &alice["conversionRate"]), (&json!(50), &json!(33.3)));
    let team = company.supervisor.get("/api/users").await.body;
    assert_eq!(team["total"], 2, "themselves and their team");
    let one = company.supervisor.get(&format!("/api/users/{}", company.alice_id)).await.body;
    assert_eq!(one["user"]["supervisor"]["_id"], json!(company.supervisor_id));
    assert_eq!(one["user"]["performance"]["totalCalls"], 2);
    let own = company.supervisor.get(&format!("/api/users/{}", company.supervisor_id)).await.body;
    assert_eq!(own["user"]["teamMembers"][0]["name"], "Alice Johnson");
    assert_eq!(company.supervisor.get(&format!("/api/users/{}", company.bob_id)).await.status, 403);
    assert_eq!(company.alice.get(&format!("/api/users/{}", company.alice_id)).await.status, 200);
    assert_eq!(company.admin.get("/api/users?role=king").await.status, 400);
    assert_eq!(company.admin.get("/api/users/x").await.status, 404);
    company.app.rebuilt_equals_live().await;
}

/// B-130, B-131, C-38
#[tokio::test(flavor = "multi_thread")]
async fn people_change_what_they_may_and_a_deleted_one_is_gone() {
    let company = Company::start().await;
    let path = format!("/api/users/{}", company.alice_id);
    let wish = json!({ "name": "Alice Miller", "department": "support", "phone": "9876500000", "isActive": false,
        "role": "admin", "_id": "000000000000000000000000", "email": "other@example.com" });
    let own = company.alice.put(&path, &wish).await.body["user"].clone();
    assert_eq!((&own["name"], &own["phone"]), (&json!("Alice Miller"), &json!("9876500000")));
    assert_eq!(
        (&own["department"], &own["isActive"], &own["role"]),
        (&json!("sales"), &json!(true), &json!("telecaller"))
    );
    assert_eq!((&own["_id"], &own["email"]), (&json!(company.alice_id), &json!("alice@example.com")));
    let led = company.supervisor.put(&path, &json!({ "department": "support" })).await;
    assert_eq!(led.body["user"]["department"], "support");
    assert_eq!(company.supervisor.put(&format!("/api/users/{}", company.bob_id), &wish).await.status, 403);
    assert_eq!(company.bob.put(&path, &wish).await.status, 403);
    let moved = company.admin.put(&path, &json!({ "supervisor": null, "isActive": false })).await.body;
    assert_eq!((&moved["user"]["supervisor"], &moved["user"]["isActive"]), (&Value::Null, &json!(false)));
    assert_eq!(company.alice.get("/api/auth/profile").await.status, 401);
    assert_eq!(company.supervisor.delete(&path).await.status, 403);
    let gone = company.admin.delete(&path).await;
    assert_eq!((gone.status.as_u16(), &gone.body["message"]), (200, &json!("User deleted successfully")));
    assert_eq!(company.admin.get(&path).await.status, 404);
    let me = company.admin.get("/api/auth/profile").await.body["user"]["_id"].clone();
    let me = format!("/api/users/{}", me.as_str().unwrap());
    assert_eq!(company.admin.delete(&me).await.status, 400, "nobody deletes themselves");
    company.app.rebuilt_equals_live().await;
}
