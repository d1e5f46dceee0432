//! Leads of advertisements.

use super::Company;
use crate::support::clients::{Answer, Client};
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use std::fmt::Write as _;

const SECRET: &str = "a meta secret for tests";
pub const SETTINGS: [(&str, &str); 2] =
    [("META_APP_SECRET", SECRET), ("META_VERIFY_TOKEN", "a verify token")];
const WEBHOOK: &str = "/api/meta/webhook";

pub async fn send(company: &Company, body: &Value) -> Answer {
    let body = body.to_string();
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    let mut signature = "sha256=".to_owned();
    for byte in mac.finalize().into_bytes() {
        let _ = write!(signature, "{byte:02x}");
    }
    let headers = [("x-hub-signature-256", signature)];
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    Client::nobody(&company.app).send(reqwest::Method::POST, WEBHOOK, Some(&body), &headers).await
}

pub fn document() -> Value {
    json!({ "full_name": "John Doe", "phone_number": "9876543210", "email": "john.doe@example.com",
        "campaign_id": "123456789", "ad_id": "987654321", "form_id": "456789123", "lead_id": "789123456",
        "created_time": 1_642_234_567, "field_data": [{ "name": "requirements", "values": ["Software development"] }] })
}

/// B-152, B-153, B-154, B-155, C-29
#[tokio::test(flavor = "multi_thread")]
async fn a_lead_comes_once_is_assigned_and_has_its_campaigns_names() {
    let company = Company::start_with(&SETTINGS).await;
    let names =
        json!({ "campaigns": { "123456789": "Q4 Sales" }, "ads": { "987654321": "Premium Campaign" } });
    assert_eq!(company.alice.put("/api/meta/names", &names).await.status, 403);
    assert_eq!(company.admin.put("/api/meta/names", &names).await.body["campaigns"]["123456789"], "Q4 Sales");
    let first = send(&company, &document()).await;
    assert_eq!(
        (first.status.as_u16(), &first.body["message"]),
        (200, &json!("Lead processed successfully")),
        "{first:?}"
    );
    assert_eq!(
        first.body["assignment"]["telecaller"],
        json!({ "id": company.alice_id, "name": "Alice Johnson" })
    );
    let events = company.app.app.ledger.views().head().await.unwrap();
    assert_eq!(send(&company, &document()).await.body, first.body, "the same again");
    assert_eq!(company.app.app.ledger.views().head().await.unwrap(), events);
    let id = first.body["lead"]["_id"].as_str().unwrap();
    let lead = company.alice.get(&format!("/api/leads/{id}")).await.body["lead"].clone();
    assert_eq!(
        lead["metaData"],
        json!({ "adName": "Premium Campaign", "campaignName": "Q4 Sales", "leadGenFormName": "456789123" })
    );
    assert_eq!(
        (&lead["source"], &lead["requirements"]),
        (&json!("facebook"), &json!("Software development"))
    );
    // Another form of the same person: the lead that is there.
    let mut second = document();
    second["lead_id"] = json!("789123457");
    second["full_name"] = json!("Somebody Else");
    let again = send(&company, &second).await;
    assert_eq!(again.body["lead"], first.body["lead"]);
    company.app.rebuilt_equals_live().await;
}

/// B-156, B-157, C-26, C-29
#[tokio::test(flavor = "multi_thread")]
async fn metas_own_shape_is_read_and_sums_are_those_of_the_leads() {
    let company = Company::start_with(&SETTINGS).await;
    let value = |n: u64| {
        json!({ "leadgen_id": 1_000 + n, "campaign_id": "1", "form_id": 7, "created_time": 1_740_817_800,
            "field_data": [{ "name": "full_name", "values": [format!("Person {n}")] },
                           { "name": "phone_number", "values": [format!("+9198765432{n:02}")] }] })
    };
    let nested = json!({ "object": "instagram", "entry": [{ "id": "1", "changes": [
        { "field": "leadgen", "value": value(1) }, { "field": "leadgen", "value": value(2) },
        { "field": "leadgen", "value": { "leadgen_id": 5, "form_id": 7 } } ] }] });
    let answer = send(&company, &nested).await;
    assert_eq!((answer.status.as_u16(), &answer.body["pending"]), (200, &json!(1)), "{answer:?}");
    assert_eq!(answer.body["leads"].as_array().unwrap().len(), 2);
    assert_eq!(company.app.count("report_quarantined").await, 1);
    send(&company, &document()).await;
    let lead = company.admin.get("/api/leads?source=instagram&limit=1").await.body["leads"][0]["_id"].clone();
    let path = format!("/api/leads/{}", lead.as_str().unwrap());
    company.admin.put(&path, &json!({ "status": "converted", "value": 1999.5, "quality": "hot" })).await;
    let stats = company.supervisor.get("/api/meta/stats?dateFrom=2025-03-01&dateTo=2025-03-01").await.body;
    assert_eq!(
        stats["stats"],
        json!({ "totalLeads": 2, "convertedLeads": 1, "totalValue": 1999.5, "campaigns": ["1"], "avgQuality": 2.5 })
    );
    let campaigns = company.supervisor.get("/api/meta/campaigns").await.body["campaigns"].clone();
    assert_eq!(
        campaigns[0],
        json!({ "campaignId": "1", "campaignName": "1", "totalLeads": 2, "convertedLeads": 1, "conversionRate": 50 })
    );
    assert_eq!(company.alice.get("/api/meta/stats").await.status, 403);
    company.app.rebuilt_equals_live().await;
}

/// B-155, C-29
#[tokio::test(flavor = "multi_thread")]
async fn the_challenge_is_answered_to_who_knows_the_token_and_only_signed_leads_are_taken() {
    let company = Company::start_with(&SETTINGS).await;
    let nobody = Client::nobody(&company.app);
    let ask = |token: &str| {
        format!("{WEBHOOK}?hub.mode=subscribe&hub.verify_token={token}&hub.challenge=1158201444")
    };
    let good = nobody.get(&ask("a%20verify%20token")).await;
    assert_eq!((good.status.as_u16(), &good.body), (200, &json!(1_158_201_444)));
    assert_eq!(nobody.get(&ask("another")).await.status, 403);
    assert_eq!(nobody.get(WEBHOOK).await.status, 403);
    for signature in
        ["", "sha256=00", "sha256=8c134c045d66966c8bcd785cf0cd48e0a458dbf4e804471b7a05265e8938a19a"]
    {
        let headers = [("x-hub-signature-256", signature)];
        let answer =
            nobody.send(reqwest::Method::POST, WEBHOOK, Some(&document().to_string()), &headers).await;
        assert_eq!(answer.status, 401, "{signature}");
    }
    assert_eq!(company.app.count("lead_captured").await, 0);
    let nothing = send(&company, &json!([1])).await;
    assert_eq!((nothing.status.as_u16(), &nothing.body["success"]), (400, &json!(false)));
}

/// C-29, C-35
#[tokio::test(flavor = "multi_thread")]
async fn a_lead_that_nobody_can_take_is_kept_and_says_so() {
    let company = Company::start_with(&SETTINGS).await;
    for id in [&company.alice_id, &company.bob_id] {
        company.admin.put(&format!("/api/users/{id}"), &json!({ "isActive": false })).await;
    }
    let answer = send(&company, &document()).await;
    assert_eq!(answer.body["assignment"], json!({ "success": false, "reason": "no_active_telecaller" }));
    company.app.rebuilt_equals_live().await;
}
