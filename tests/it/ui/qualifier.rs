//! An agent edits and submits, a qualifier answers; both are events.

use crate::support::clients::Client;
use crate::support::pages::Pages;
use crate::support::{TestApp, history};
use domain::principal::Scope;
use serde_json::json;

const LEAD: &str = "/agent-dashboard/leads/1";

async fn start() -> (TestApp, Client) {
    let app = TestApp::start().await;
    history::documents_agents(&app.app).await;
    history::let_in(&app.app, "CalebG", &[]).await;
    history::let_in(&app.app, "agent1", &[Scope::LeadsQualify]).await;
    let client = Client::nobody(&app);
    client.click(&json!({ "user": "CalebG", "full_name": "Ann", "phone": "+44123456789" })).await;
    (app, client)
}

/// B-053
#[tokio::test(flavor = "multi_thread")]
async fn an_agent_edits_and_submits_and_a_qualifier_qualifies() {
    let (app, client) = start().await;
    let (caleb, qualifier) = (Pages::person(&app, "CalebG").await, Pages::person(&app, "agent1").await);
    assert_eq!(qualifier.get(LEAD).await.status, 404, "nothing waits yet");
    let form = caleb.get(LEAD).await;
    // Meanwhile the dialer tells more: what the agent did not touch stays.
    client.click(&json!({ "user": "CalebG", "phone": "+44123456789", "city": "York" })).await;
    let edits = [
        ("energy_bill_amount", "185.50"),
        ("has_ev_charger", "no"),
        ("note", "call in May"),
        ("then", "submit"),
    ];
    let saved = caleb.fill(&form, LEAD, &edits).await;
    assert_eq!((saved.status.as_u16(), saved.location()), (303, "/agent-dashboard/leads/1?done=submitted"));
    let inputs = caleb.get(LEAD).await.inputs();
    assert_eq!((inputs["city"].as_str(), inputs["energy_bill_amount"].as_str()), ("York", "185.50"));
    assert_eq!(app.count("lead_submitted").await, 1);
    caleb.fill(&form, LEAD, &[("then", "submit")]).await;
    assert_eq!(app.count("lead_submitted").await, 1, "it waits already");

    assert!(qualifier.get("/agent-dashboard").await.text.contains("data-list=\"waiting\""));
    let page = qualifier.get(LEAD).await;
    assert!(page.text.contains("call in May") && page.text.contains("disabled"));
    let stolen =
        qualifier.fill(&page, LEAD, &[("city", "Leeds"), ("was.city", "York"), ("then", "save")]).await;
    assert_eq!(stolen.status, 404, "a qualifier answers and does not edit");
    let own = caleb.fill(&form, &format!("{LEAD}/answer"), &[("verdict", "qualified")]).await;
    assert_eq!(own.status, 404, "agents do not qualify");
    let answered = qualifier.fill(&page, &format!("{LEAD}/answer"), &[("verdict", "qualified")]).await;
    assert_eq!(
        (answered.status.as_u16(), answered.location()),
        (303, "/agent-dashboard/leads/1?done=answered")
    );
    let late = qualifier.fill(&page, &format!("{LEAD}/answer"), &[("verdict", "returned")]).await;
    assert_eq!(late.status, 409);
    let page = caleb.get(LEAD).await;
    assert!(page.text.contains("<strong id=\"stage\">qualified</strong>"));
    assert!(!page.text.contains("submit to qualifier"), "qualified already");
    assert_eq!((app.count("submission_answered").await, app.count("stage_set").await), (1, 1));
    app.rebuilt_equals_live().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_given_back_may_be_submitted_again_and_nobody_answers_themselves() {
    let (app, client) = start().await;
    let (caleb, qualifier) = (Pages::person(&app, "CalebG").await, Pages::person(&app, "agent1").await);
    let form = caleb.get(LEAD).await;
    caleb.fill(&form, LEAD, &[("then", "submit")]).await;
    let page = qualifier.get(LEAD).await;
    let back = [("verdict", "returned"), ("note", "ask for the bill <b>")];
    assert_eq!(qualifier.fill(&page, &format!("{LEAD}/answer"), &back).await.status, 303);
    let page = caleb.get(LEAD).await;
    assert!(page.text.contains("ask for the bill &#60;b&#62;") && page.text.contains("submit to qualifier"));
    assert!(page.text.contains("data-state=\"returned\""), "the list says so too");
    assert_eq!(caleb.fill(&page, LEAD, &[("then", "submit")]).await.status, 303);
    assert_eq!(app.count("lead_submitted").await, 2);

    // The qualifier's own lead is somebody else's to answer.
    client.click(&json!({ "user": "agent1", "full_name": "Bea", "phone": "+44123456780" })).await;
    let own = qualifier.get("/agent-dashboard/leads/2").await;
    qualifier.fill(&own, "/agent-dashboard/leads/2", &[("then", "submit")]).await;
    let refused = qualifier.fill(&own, "/agent-dashboard/leads/2/answer", &[("verdict", "qualified")]).await;
    assert_eq!(refused.status, 409);
    let admin = Pages::person(&app, "admin").await;
    let page = admin.get("/agent-dashboard/leads/2").await;
    assert_eq!(
        admin.fill(&page, "/agent-dashboard/leads/2/answer", &[("verdict", "qualified")]).await.status,
        303
    );
    app.rebuilt_equals_live().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_value_is_told_beside_its_field_and_nothing_is_saved() {
    let (app, _) = start().await;
    let caleb = Pages::person(&app, "CalebG").await;
    let form = caleb.get(LEAD).await;
    let events = app.app.ledger.views().head().await.unwrap();
    let wrong = [("energy_bill_amount", "a lot"), ("city", "York"), ("then", "submit")];
    let page = caleb.fill(&form, LEAD, &wrong).await;
    assert_eq!(page.status, 422);
    assert!(page.text.contains("an amount is written 185.50"));
    let inputs = page.inputs();
    assert_eq!((inputs["city"].as_str(), inputs["was.city"].as_str()), ("York", ""), "nothing typed is lost");
    assert_eq!(app.app.ledger.views().head().await.unwrap(), events);
}
