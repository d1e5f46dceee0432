//! Leads: created once for each agent and number, listed, changed, deleted.

use super::{lead, start};
use crate::support::clients::{Client, report};
use serde_json::{Value, json};

const LEADS: &str = "/api/v1/leads/";

/// B-058, B-059, B-060, B-061, B-062, B-068
#[tokio::test(flavor = "multi_thread")]
async fn the_documents_own_body_creates_a_lead_and_is_answered_as_documented() {
    let (app, admin, agent) = start().await;
    let custom =
        json!({ "company": "Acme Corp", "position": "Manager", "notes": "Interested in premium plan" });
    let mut body = lead(&agent, "+14155552670");
    body["custom_fields"] = custom.clone();
    body["schedule_at"] = json!("2025-06-24T14:00:00Z");
    let created = admin.post(LEADS, &body).await;
    assert_eq!(created.status, 201, "{created:?}");
    let expected = json!({
        "id": created.body["id"], "agent_id": agent, "first_name": "John", "phone_e164": "+14155552670",
        "status": "new", "custom_fields": custom, "schedule_at": "2025-06-24T14:00:00Z", "attempts_count": 0,
        "disposition": null, "created_at": "2025-03-01T08:30:00Z", "updated_at": "2025-03-01T08:30:00Z",
    });
    assert_eq!(created.body, expected);
    let id = created.body["id"].as_str().unwrap();
    assert_eq!(admin.get(&format!("{LEADS}{id}")).await.body, expected);
    let minimal = admin.post(LEADS, &lead(&agent, "+14155552672")).await;
    assert_eq!(minimal.body["custom_fields"], json!({}));
    assert_eq!(minimal.body["schedule_at"], "2025-03-01T08:30:00Z", "at once");
    let past = json!({ "agent_id": agent, "first_name": "Ann", "phone_e164": "+14155552673", "schedule_at": "2020-01-01T00:00:00Z" });
    assert_eq!(admin.post(LEADS, &past).await.body["schedule_at"], "2025-03-01T08:30:00Z");
    app.rebuilt_equals_live().await;
}

/// B-063, B-064, B-084, C-40: what is wrong, in the order in which it is looked at.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_lead_is_told_as_documented() {
    let (_app, admin, agent) = start().await;
    assert_eq!(admin.post(LEADS, &lead(&agent, "+14155552671")).await.status, 201);
    let again = admin.post(LEADS, &lead(&agent, "+14155552671")).await;
    let text = "Lead with this phone number already exists for this agent";
    assert_eq!((again.status.as_u16(), &again.body["detail"]), (400, &json!(text)));
    let other = admin.post("/api/v1/agents", &json!({ "name": "Other" })).await.body["id"].clone();
    assert_eq!(admin.post(LEADS, &lead(&other, "+14155552671")).await.status, 201, "another agent's own");

    let shape = admin.post(LEADS, &lead(&json!(uuid::Uuid::nil()), "4155552671")).await;
    let expected = json!([{ "loc": ["body", "phone_e164"], "msg": "Phone number must be in E.164 format", "type": "value_error" }]);
    assert_eq!((shape.status.as_u16(), &shape.body["detail"]), (422, &expected));
    let nobody = admin.post(LEADS, &lead(&json!(uuid::Uuid::nil()), "+1415")).await;
    assert_eq!((nobody.status.as_u16(), &nobody.body["detail"]), (404, &json!("Agent not found")));
    let odd = admin.post(LEADS, &lead(&agent, "+1415")).await;
    assert_eq!((odd.status.as_u16(), &odd.body["detail"]), (400, &json!("Invalid phone number format")));
    let nothing = admin.post(LEADS, &json!({ "first_name": "", "agent_id": "x", "custom_fields": [] })).await;
    let kinds: Vec<&str> =
        nothing.body["detail"].as_array().unwrap().iter().map(|one| one["type"].as_str().unwrap()).collect();
    assert_eq!(
        (nothing.status.as_u16(), kinds),
        (422, vec!["uuid_parsing", "missing", "missing", "dict_type"])
    );
    for missing in ["00000000-0000-7000-8000-000000000000", "999999"] {
        let gone = admin.get(&format!("{LEADS}{missing}")).await;
        assert_eq!((gone.status.as_u16(), &gone.body["detail"]), (404, &json!("Lead not found")));
    }
    let path = admin.get(&format!("{LEADS}not-an-id")).await;
    assert_eq!(path.status, 422);
    assert_eq!(path.body["detail"][0]["loc"], json!(["path", "lead_id"]));
}

/// C-13: many at once for one agent and number are one lead.
#[tokio::test(flavor = "multi_thread")]
async fn simultaneous_creations_of_one_lead_are_one_lead() {
    let (app, admin, agent) = start().await;
    let body = lead(&agent, "+14155552671");
    let creations = (0..24).map(|_| admin.post(LEADS, &body));
    let answers = futures_util::future::join_all(creations).await;
    let created = answers.iter().filter(|answer| answer.status == 201).count();
    let refused = answers.iter().filter(|answer| answer.status == 400).count();
    assert_eq!((created, refused, app.count("lead_captured").await), (1, 23, 1));
}

/// B-065, B-066, B-067, C-41
#[tokio::test(flavor = "multi_thread")]
async fn leads_are_listed_filtered_searched_and_paged() {
    let (app, admin, agent) = start().await;
    for n in 0..12 {
        let mut body = lead(&agent, &format!("+1415555{:04}", 2600 + n));
        body["first_name"] = json!(format!("Name {n}"));
        assert_eq!(admin.post(LEADS, &body).await.status, 201);
    }
    let listed = admin.get("/api/v1/leads?status_filter=&search=").await.body;
    assert_eq!((&listed["total"], &listed["page"], &listed["per_page"]), (&json!(12), &json!(1), &json!(10)));
    assert_eq!(listed["leads"][0]["first_name"], "Name 11", "the newest first");
    let second = admin.get("/api/v1/leads/?page=2&per_page=10").await.body;
    assert_eq!((second["leads"].as_array().unwrap().len(), &second["total"]), (2, &json!(12)));
    let count = async |query: &str| admin.get(&format!("{LEADS}?{query}")).await.body["total"].clone();
    assert_eq!(count("search=name%203").await, 1);
    assert_eq!(count("search=5552605").await, 1);
    assert_eq!(count("search=%2B14155552607").await, 1);
    assert_eq!(count(&format!("agent_id={}", agent.as_str().unwrap())).await, 12);
    assert_eq!(count("agent_id=00000000-0000-7000-8000-000000000000").await, 0);
    assert_eq!(count("status_filter=new").await, 12);
    crate::support::history::open_dialing(&app.app).await;
    Client::dialer(&app).next_batch(5).await;
    assert_eq!(
        (count("status_filter=new").await, count("status_filter=in_progress").await),
        (json!(7), json!(5))
    );
    app.clock.advance(chrono::Duration::minutes(16));
    assert_eq!(count("status_filter=new").await, 12, "a lease ends by the clock");
    for wrong in ["page=0", "per_page=101", "per_page=x", "status_filter=old", "agent_id=x"] {
        let answer = admin.get(&format!("{LEADS}?{wrong}")).await;
        assert_eq!(answer.status, 422, "{wrong}");
        assert_eq!(answer.body["detail"][0]["loc"][0], "query");
    }
}

/// B-069, B-070, B-071, C-22
#[tokio::test(flavor = "multi_thread")]
async fn what_is_given_changes_and_the_rest_stays() {
    let (app, admin, agent) = start().await;
    let id = admin.post(LEADS, &lead(&agent, "+14155552671")).await.body["id"].as_str().unwrap().to_owned();
    admin.post(LEADS, &lead(&agent, "+14155552672")).await;
    let path = format!("{LEADS}{id}");
    let custom = json!({ "company": "Acme Corp", "position": "Senior Manager" });
    let body = json!({ "first_name": "John Smith", "custom_fields": custom, "schedule_at": "2025-06-25T10:00:00Z", "phone_e164": null });
    let changed = admin.put(&path, &body).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_eq!(
        (&changed.body["first_name"], &changed.body["custom_fields"]),
        (&json!("John Smith"), &custom)
    );
    assert_eq!(
        (&changed.body["schedule_at"], &changed.body["phone_e164"]),
        (&json!("2025-06-25T10:00:00Z"), &json!("+14155552671"))
    );
    assert_eq!(
        admin.put(&path, &json!({ "phone_e164": "+14155552672" })).await.status,
        400,
        "another lead's"
    );
    assert_eq!(admin.put(&path, &json!({ "phone_e164": "5552672" })).await.status, 422);
    assert_eq!(
        admin.put(&path, &json!({ "phone_e164": "+14155552679" })).await.body["phone_e164"],
        "+14155552679"
    );
    assert_eq!(admin.post(LEADS, &lead(&agent, "+14155552671")).await.status, 201, "the old number is free");

    let status = async |body: &Value| {
        let answer = admin.put(&path, body).await.body;
        (answer["status"].clone(), answer["disposition"].clone())
    };
    assert_eq!(status(&json!({ "disposition": "hung_up" })).await, (json!("done"), json!("hung_up")));
    assert_eq!(
        status(&json!({ "status": "done" })).await,
        (json!("done"), json!("hung_up")),
        "it is done already"
    );
    let mut whole = admin.get(&path).await.body;
    whole["first_name"] = json!("Jon");
    assert_eq!(
        status(&whole).await,
        (json!("done"), json!("hung_up")),
        "what was read and sent back is no wish"
    );
    assert_eq!(
        status(&json!({ "schedule_at": "2025-07-01T10:00:00Z" })).await.0,
        "done",
        "and a time opens nothing"
    );
    assert_eq!(status(&json!({ "status": "in_progress" })).await, (json!("in_progress"), json!(null)));
    assert_eq!(status(&json!({ "status": "new" })).await, (json!("new"), json!(null)));
    assert_eq!(status(&json!({ "status": "done" })).await, (json!("done"), json!("completed")));
    assert_eq!(admin.put(&path, &json!({ "status": "finished" })).await.status, 422);
    app.rebuilt_equals_live().await;
}

/// B-072: deleted and created again is another lead.
#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_lead_is_gone_and_its_number_is_free() {
    let (app, admin, agent) = start().await;
    let first = admin.post(LEADS, &lead(&agent, "+14155552671")).await.body["id"].clone();
    let path = format!("{LEADS}{}", first.as_str().unwrap());
    let deleted = admin.delete(&path).await;
    assert_eq!((deleted.status.as_u16(), &deleted.body), (200, &json!({ "message": "Lead deleted" })));
    for answer in [admin.get(&path).await, admin.put(&path, &json!({})).await, admin.delete(&path).await] {
        assert_eq!(answer.status, 404);
    }
    let again = admin.post(LEADS, &lead(&agent, "+14155552671")).await;
    assert_eq!(again.status, 201);
    assert_ne!(again.body["id"], first);
    assert_eq!(app.count("lead_deleted").await, 1);
    app.rebuilt_equals_live().await;
}

/// A ban belongs to the number that it was told of.
#[tokio::test(flavor = "multi_thread")]
async fn a_banned_number_is_not_changed_away() {
    let (app, admin, agent) = start().await;
    let id = admin.post(LEADS, &lead(&agent, "+14155552671")).await.body["id"].as_str().unwrap().to_owned();
    assert_eq!(Client::dialer(&app).report(&report(1, "BANNED", 1)).await.status, 200);
    let refused = admin.put(&format!("{LEADS}{id}"), &json!({ "phone_e164": "+14155552679" })).await;
    assert_eq!(refused.status, 400, "{refused:?}");
}
