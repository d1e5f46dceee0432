//! From the dialer to the form: the link, the hand-over, what is marked.

use crate::support::clients::Client;
use crate::support::pages::Pages;
use crate::support::{TestApp, history};
use serde_json::json;

async fn start() -> (TestApp, Client) {
    let app = TestApp::start().await;
    history::documents_agents(&app.app).await;
    history::let_in(&app.app, "CalebG", &[]).await;
    history::let_in(&app.app, "agent1", &[]).await;
    let client = Client::nobody(&app);
    (app, client)
}

/// B-050: what the ledger knows fills the form; what the link says otherwise is marked, and nothing more.
#[tokio::test(flavor = "multi_thread")]
async fn the_form_shows_what_the_ledger_knows_and_marks_what_the_link_says_otherwise() {
    let (app, client) = start().await;
    let click = json!({ "user": "CalebG", "full_name": "<b>John</b> & Co", "phone": "+44123456789",
        "email": "john@example.com", "postal_code": "SW1A 1AA", "has_ev_charger": true, "notes": "solar",
        "campaign": "Solar" });
    let answer = client.click(&click).await;
    let link = answer.body["redirect_url"].as_str().unwrap().to_owned();
    let caleb = Pages::person(&app, "CalebG").await;
    let page = caleb.get(&link).await;
    assert_eq!(page.status, 200);
    assert!(!page.text.contains("<b>John</b>") && page.text.contains("&#60;b&#62;John&#60;/b&#62; &#38; Co"));
    assert!(!page.text.contains("the link says"), "the ledger's own link differs in nothing");
    assert!(page.text.contains("data-path=\"/agent-dashboard/leads/1\""));
    let inputs = page.inputs();
    assert_eq!((inputs["email"].as_str(), inputs["has_ev_charger"].as_str()), ("john@example.com", "yes"));

    let changed =
        link.replace("john%40example.com", "jon%40example.com") + "&postcode=SW1A%201AA&has_ev_charger=1";
    let page = caleb.get(&format!("{changed}&campaign=Wind&closer=DaniC&pass=x&phone=0123&city=York")).await;
    let marked: Vec<&str> =
        page.text.split("data-of=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(marked, ["phone", "email", "city", "campaign", "closer"]);
    assert_eq!(page.inputs()["email"], "john@example.com", "the ledger's value stands in the form");
}

/// C-36: nobody sees another's lead by its link, and nobody learns that it is there.
#[tokio::test(flavor = "multi_thread")]
async fn a_link_opens_leads_of_its_own_agent_only() {
    let (app, client) = start().await;
    client.click(&json!({ "user": "CalebG", "full_name": "Canaria", "phone": "+44123456789" })).await;
    let other = Pages::person(&app, "agent1").await;
    for path in ["/agent-dashboard?lead_id=1", "/agent-dashboard?lead_id=7", "/agent-dashboard?lead_id=x"] {
        let page = other.get(path).await;
        assert!(
            page.text.contains("The link names no lead of yours") && !page.text.contains("Canaria"),
            "{path}"
        );
    }
    assert_eq!(other.get("/agent-dashboard/leads/1").await.status, 404);
    assert_eq!(Pages::person(&app, "admin").await.get("/agent-dashboard/leads/1").await.status, 200);
}

/// C-42: a hand-over opens its lead once, for five minutes, for whom it is meant.
#[tokio::test(flavor = "multi_thread")]
async fn a_hand_over_is_good_once_and_not_for_long() {
    let (app, client) = start().await;
    let click = async |phone: &str| {
        let answer = client.click(&json!({ "user": "CalebG", "full_name": "Ann", "phone": phone })).await;
        answer.body["handoff_url"].as_str().unwrap().to_owned()
    };
    let link = click("+44123456789").await;
    assert!(!link.contains("Ann") && !link.contains("44123456789"), "{link}");
    let (caleb, other) = (Pages::person(&app, "CalebG").await, Pages::person(&app, "agent1").await);
    assert!(other.get(&link).await.text.contains("over or was used"), "it is not theirs");
    let prefetch = [("sec-purpose", "prefetch;prerender")];
    assert_eq!(caleb.get_with(&link, &prefetch).await.status, 200, "nobody looks yet: it is not used up");
    let first = caleb.get(&link).await;
    assert_eq!((first.status.as_u16(), first.location()), (303, "/agent-dashboard/leads/1"));
    assert!(caleb.get(&link).await.text.contains("over or was used"));
    assert!(caleb.get(&format!("{link}x")).await.text.contains("over or was used"), "tampered");
    let token = caleb.cookie.as_ref().unwrap().split_once('=').unwrap().1;
    let mistaken = caleb.get(&format!("/agent-dashboard?handoff={token}")).await;
    assert!(mistaken.text.contains("over or was used"), "a session is no hand-over");

    let late = click("+44123456780").await;
    app.clock.advance(chrono::Duration::seconds(301));
    assert!(caleb.get(&late).await.text.contains("over or was used"));
    let again = click("+44123456780").await;
    assert_eq!(caleb.get(&again).await.status, 303);
}
