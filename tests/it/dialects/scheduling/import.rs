//! The leads of a CSV file.

use super::start;
use crate::support::clients::Client;
use serde_json::json;

fn path(agent: &serde_json::Value) -> String {
    format!("/api/v1/leads/csv-import?agent_id={}", agent.as_str().unwrap())
}

/// B-073, B-077, B-078: one bad row, the others in; the same file again changes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn good_rows_become_leads_and_bad_ones_are_told_by_their_row() {
    let (app, admin, agent) = start().await;
    let file = "first_name,phone,company,position,notes,schedule_at\n\
        John,+14155552671,Acme Corp,Manager,Interested in premium,2025-06-24T14:00:00Z\n\
        Jane,415-555-2672,TechCo,Director,\"Follow up\nnext week\",\n\
        Bob,(415) 555-invalid,StartupInc,CEO,High priority,\n\
        Ann,4155552672,,,,\n";
    let answer = admin.upload(&path(&agent), "leads.csv", file.into()).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let duplicate = "Lead with this phone number already exists for this agent";
    let expected = json!({ "success_count": 2, "error_count": 2, "total_processed": 4, "errors": [
        { "row": 5, "error": "Invalid phone number format: (415) 555-invalid" },
        { "row": 6, "error": duplicate },
    ] });
    assert_eq!(answer.body, expected);
    let jane = admin.get("/api/v1/leads/?search=Jane").await.body["leads"][0].clone();
    assert_eq!((&jane["phone_e164"], &jane["status"]), (&json!("+14155552672"), &json!("new")));
    assert_eq!(jane["custom_fields"]["notes"], "Follow up\nnext week");
    let events = app.app.ledger.views().head().await.unwrap();
    let again = admin.upload(&path(&agent), "leads.csv", file.into()).await.body;
    assert_eq!((&again["success_count"], &again["error_count"]), (&json!(0), &json!(4)));
    assert_eq!(app.app.ledger.views().head().await.unwrap(), events);
    app.rebuilt_equals_live().await;
}

/// C-37: what is wrong with the whole file.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_none_is_refused_with_a_reason() {
    let (app, admin, agent) = start().await;
    let good = || b"first_name,phone\nA,4155552671\n".to_vec();
    let missing = admin.upload("/api/v1/leads/csv-import", "a.csv", good()).await;
    assert_eq!(
        (missing.status.as_u16(), &missing.body["detail"][0]["loc"]),
        (422, &json!(["query", "agent_id"]))
    );
    let unknown = admin.upload(&path(&json!("00000000-0000-7000-8000-000000000000")), "a.csv", good()).await;
    assert_eq!((unknown.status.as_u16(), &unknown.body["detail"]), (404, &json!("Agent not found")));
    for (file, why) in [
        (b"name,phone\nA,1\n".to_vec(), "Missing required column: first_name"),
        (vec![0xFF, 0xFE, b'f', 0], "The file is UTF-16; save it as UTF-8"),
        (Vec::new(), "The file is empty"),
    ] {
        let answer = admin.upload(&path(&agent), "a.csv", file).await;
        assert_eq!((answer.status.as_u16(), &answer.body["detail"]), (400, &json!(why)));
    }
    let large = admin.upload(&path(&agent), "a.csv", vec![b'x'; 11 << 20]).await;
    assert_eq!(large.status, 413);
    assert_eq!(Client::nobody(&app).upload(&path(&agent), "a.csv", good()).await.status, 401);
    assert_eq!(app.count("lead_captured").await, 0);
}

/// The same file by many at once is the same leads.
#[tokio::test(flavor = "multi_thread")]
async fn many_who_import_the_same_file_make_each_lead_once() {
    let (app, admin, agent) = start().await;
    let rows: Vec<String> = (0..600).map(|n| format!("Name {n},+1415555{:04}", 2000 + n)).collect();
    let file = format!("first_name,phone\n{}\n", rows.join("\n"));
    let target = path(&agent);
    let imports = (0..4).map(|_| admin.upload(&target, "a.csv", file.clone().into_bytes()));
    let answers = futures_util::future::join_all(imports).await;
    let created: u64 = answers.iter().map(|answer| answer.body["success_count"].as_u64().unwrap()).sum();
    assert_eq!((created, app.count("lead_captured").await), (600, 600));
    app.rebuilt_equals_live().await;
}
