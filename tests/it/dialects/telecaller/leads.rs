//! Leads on their way to a sale: made, given out, found, changed, deleted.

use super::Company;
use serde_json::{Value, json};

/// B-133, B-134, B-135, B-136, C-13, C-35
#[tokio::test(flavor = "multi_thread")]
async fn a_lead_is_graded_given_to_whoever_is_next_and_found_by_what_it_is() {
    let company = Company::start().await;
    let body = json!({ "name": "New Lead", "email": "newlead@example.com", "phone": "9876543210", "source": "website",
        "priority": "high", "quality": "hot", "requirements": "Looking for software development",
        "notes": "Interested in custom solutions", "_id": "x", "score": 3, "assignedTo": "" });
    let made = company.admin.post("/api/leads", &body).await;
    assert_eq!(made.status, 201, "{made:?}");
    let lead = &made.body["lead"];
    for name in ["name", "email", "phone", "source", "priority", "quality", "requirements", "notes"] {
        assert_eq!(lead[name], body[name], "{name}");
    }
    assert_eq!(
        (&lead["status"], &lead["score"], &lead["followupCount"]),
        (&json!("new"), &json!(90), &json!(0))
    );
    assert_eq!((&lead["lastContactDate"], &lead["metaData"]["adName"]), (&Value::Null, &Value::Null));
    // Nobody had any: the first of them; then the one who has fewer, then who waits the longest.
    let mut given = vec![lead["assignedTo"]["_id"].clone()];
    for n in 0..3 {
        company.app.clock.advance(chrono::Duration::seconds(1));
        let body = json!({ "name": "Next", "phone": format!("987654300{n}") });
        given.push(company.admin.post("/api/leads", &body).await.body["lead"]["assignedTo"]["_id"].clone());
    }
    let (alice, bob) = (json!(company.alice_id), json!(company.bob_id));
    assert_eq!(given, [alice.clone(), bob.clone(), alice, bob]);
    assert_eq!(company.app.count("assignment_weighed").await, 4);
    let found =
        async |query: &str| company.admin.get(&format!("/api/leads?{query}")).await.body["total"].clone();
    for (query, total) in [
        ("", 4),
        ("status=&source=&priority=&quality=&assignedTo=&dateFrom=&dateTo=&page=&limit=", 4),
        ("status=new", 4),
        ("status=contacted", 0),
        ("source=website", 1),
        ("source=manual&priority=medium&quality=warm", 3),
        ("priority=high", 1),
        ("quality=hot", 1),
        ("dateFrom=2025-03-01&dateTo=2025-03-01", 4),
        ("dateFrom=2025-03-02", 0),
        ("search=new", 1),
    ] {
        assert_eq!(found(query).await, total, "{query}");
    }
    assert_eq!(found(&format!("assignedTo={}", company.bob_id)).await, 2);
    for wrong in [
        "status=lost",
        "source=tv",
        "quality=lukewarm",
        "dateFrom=soon",
        "dateFrom=2025-03-02&dateTo=2025-03-01",
    ] {
        let answer = company.admin.get(&format!("/api/leads?{wrong}")).await;
        assert_eq!((answer.status.as_u16(), &answer.body["success"]), (400, &json!(false)), "{wrong}");
    }
    // The same number again is another lead, and that is said.
    let twin = company.admin.post("/api/leads", &body).await.body;
    assert_eq!(twin["possible_duplicates"], json!([lead["_id"]]));
    assert_ne!(twin["lead"]["_id"], lead["_id"]);
    let page = company.admin.get("/api/leads?page=2&limit=2").await.body;
    assert_eq!(page["pagination"], json!({ "page": 2, "limit": 2, "total": 5, "pages": 3 }));
    company.app.rebuilt_equals_live().await;
}

/// B-135, B-161
#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_lead_is_told_field_by_field_and_changes_nothing() {
    let company = Company::start().await;
    let events = company.app.app.ledger.views().head().await.unwrap();
    let bad = json!({ "email": "nobody", "priority": "now", "quality": 7, "value": -1 });
    let answer = company.alice.post("/api/leads", &bad).await;
    let mut fields: Vec<&str> =
        answer.body["errors"].as_array().unwrap().iter().map(|e| e["field"].as_str().unwrap()).collect();
    fields.sort_unstable();
    assert_eq!(
        (answer.status.as_u16(), fields),
        (400, vec!["email", "name", "phone", "priority", "quality", "value"])
    );
    for broken in ["{", "[]", "7", "\"x\""] {
        let answer = company.alice.send(reqwest::Method::POST, "/api/leads", Some(broken), &[]).await;
        assert_eq!((answer.status.as_u16(), &answer.body["success"]), (400, &json!(false)), "{broken}");
    }
    assert_eq!(company.app.app.ledger.views().head().await.unwrap(), events);
}

/// B-137, B-138, B-139, B-140, B-164, C-22, C-36
#[tokio::test(flavor = "multi_thread")]
async fn leads_are_changed_given_and_deleted_by_those_who_may() {
    let company = Company::start().await;
    let id = company.lead(&company.alice, "9876543210").await;
    let path = format!("/api/leads/{id}");
    let change = json!({ "status": "contacted", "priority": "urgent", "notes": "Updated notes",
        "requirements": "Updated requirements", "score": 1, "assignedTo": company.bob_id, "email": null, "phone": "" });
    let changed = company.alice.send(reqwest::Method::PATCH, &path, Some(&change.to_string()), &[]).await;
    let lead = &changed.body["lead"];
    for name in ["status", "priority", "notes", "requirements"] {
        assert_eq!(lead[name], change[name], "{name}");
    }
    assert_eq!((&lead["score"], &lead["assignedTo"]["name"]), (&json!(70), &json!("Alice Johnson")));
    assert_eq!(lead["email"], "john.doe@example.com", "null says nothing");
    let events = company.app.app.ledger.views().head().await.unwrap();
    assert_eq!(company.alice.put(&path, &change).await.header("idempotent-replayed"), Some("true"));
    assert_eq!(company.app.app.ledger.views().head().await.unwrap(), events);
    // Others' leads are not there; a supervisor sees the team's.
    assert_eq!(company.bob.get(&path).await.status, 404);
    assert_eq!(company.bob.put(&path, &change).await.status, 404);
    assert_eq!(company.supervisor.get(&path).await.status, 200);
    let to = |id: &str| json!({ "assignedTo": id });
    assert_eq!(company.alice.post(&format!("{path}/assign"), &to(&company.bob_id)).await.status, 403);
    let outside = company.supervisor.post(&format!("{path}/assign"), &to(&company.bob_id)).await;
    assert_eq!(outside.status, 404, "Bob is nobody of theirs");
    for (body, by) in
        [(json!({ "telecallerId": company.bob_id }), "Bob"), (json!({ "assignedTo": "auto" }), "Alice")]
    {
        let given = company.admin.post(&format!("{path}/assign"), &body).await;
        assert_eq!(given.status, 200, "{given:?}");
        let name = given.body["lead"]["assignedTo"]["name"].as_str().unwrap().to_owned();
        assert!(name.starts_with(by), "{name}");
    }
    for body in
        [json!({}), json!({ "assignedTo": "x" }), to("000000000000000000000000"), to(&company.supervisor_id)]
    {
        let answer = company.admin.post(&format!("{path}/assign"), &body).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.body["errors"][0]["field"]),
            (400, &json!("assignedTo")),
            "{body}"
        );
    }
    let assigned = company.supervisor.get(&format!("/api/leads/assigned/{}", company.alice_id)).await.body;
    assert_eq!((&assigned["total"], &assigned["leads"][0]["_id"]), (&json!(1), &json!(id)));
    assert_eq!(company.bob.get(&format!("/api/leads/assigned/{}", company.alice_id)).await.status, 403);
    assert_eq!(company.supervisor.delete(&path).await.status, 403);
    let gone = company.admin.delete(&path).await;
    assert_eq!((gone.status.as_u16(), &gone.body["message"]), (200, &json!("Lead deleted successfully")));
    for id in [&*id, "x", "17171717171717171717", "000000000000000000000000"] {
        assert_eq!(company.admin.get(&format!("/api/leads/{id}")).await.status, 404, "{id}");
    }
    company.app.rebuilt_equals_live().await;
}
