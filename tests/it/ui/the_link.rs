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

/// B-050, F15: what the ledger knows fills the form; what the link says otherwise is marked; what only the link says fills the
/// field that is empty, marked and not saved.
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
    let inputs = page.inputs();
    assert_eq!(inputs["email"], "john@example.com", "the ledger's value stands in the form");
    assert_eq!((inputs["city"].as_str(), inputs["was.city"].as_str()), ("York", ""), "filled, and not saved");
    assert!(page.text.contains("data-for=\"f-email\"") && !page.text.contains("data-for=\"f-city\""));
    assert_eq!(page.text.matches("from the link, not saved yet").count(), 1);
    assert_eq!(caleb.get("/agent-dashboard/leads/1").await.inputs()["city"], "", "the ledger knows no city");
    let saved = caleb.fill(&page, "/agent-dashboard/leads/1", &[("then", "save")]).await;
    assert_eq!(saved.status, 303, "{saved:?}");
    let page = caleb.get("/agent-dashboard/leads/1").await;
    assert_eq!(
        (page.inputs()["city"].as_str(), page.inputs()["email"].as_str()),
        ("York", "john@example.com")
    );
}

/// F15, document 001: the form of a lead of which little is known opens filled, with whatever kinds of fields there are.
#[tokio::test(flavor = "multi_thread")]
async fn a_form_opens_filled_from_the_link_where_nothing_is_known() {
    let (app, client) = start().await;
    client.click(&json!({ "user": "CalebG", "phone": "+44123456789" })).await;
    let caleb = Pages::person(&app, "CalebG").await;
    let link = "/agent-dashboard?from_dialer=true&lead_id=1&full_name=John%20Smith&address=1%20High%20St&postcode=SW1&\
        date_of_birth=1980-02-29&energy_bill_amount=185.50&has_ev_charger=1&day_night_rate=Unsure&comments=two%0Alines\
        &has_previous_quotes=maybe&notes=wants%20solar&gender=";
    let page = caleb.get(link).await;
    let inputs = page.inputs();
    for (name, value) in [
        ("full_name", "John Smith"),
        ("address1", "1 High St"),
        ("postal_code", "SW1"),
        ("date_of_birth", "1980-02-29"),
        ("energy_bill_amount", "185.50"),
        ("has_ev_charger", "yes"),
        ("day_night_rate", "unsure"),
        ("gender", ""),
    ] {
        assert_eq!(inputs[name], value, "{name}");
    }
    assert_eq!(inputs["has_previous_quotes"], "", "what is no answer fills nothing");
    assert!(page.text.contains("the link says maybe"));
    assert!(page.text.contains(">two\nlines</textarea>") && page.text.contains(">wants solar</textarea>"));
    let before = app.count("lead_details_changed").await;
    caleb.get(link).await;
    assert_eq!(app.count("lead_details_changed").await, before, "looking saves nothing");
    let other = Pages::person(&app, "admin").await.get("/agent-dashboard/leads/1").await;
    assert!(!other.text.contains("John Smith"), "nobody else sees what is not saved");
}

/// B-034, B-050: a link of the dialer itself names its own id and the phone that made the lead.
#[tokio::test(flavor = "multi_thread")]
async fn a_dialers_own_link_finds_the_lead_by_the_dialers_id_and_the_phone() {
    let (app, client) = start().await;
    let lead = async |id: &str, phone: &str, name: &str| {
        let click = json!({ "user": "CalebG", "lead_id": id, "phone_number": phone, "full_name": name });
        assert_eq!(client.click(&click).await.status, 201);
    };
    lead("67770", "07911123451", "Ann").await;
    lead("1", "07911123452", "Bea").await;
    lead("3", "07911123453", "Cat").await;
    let caleb = Pages::person(&app, "CalebG").await;
    for (query, name) in [
        ("&lead_id=67770&vendor_id=&phone_number=07911123451&title=&user=CalebG", "Ann"),
        ("&lead_id=67770", "Ann"),
        ("lead_id=&phone_number=07911123451", "Ann"),
        ("phone=%2B447911123451", "Ann"),
        ("phone_code=44&phone_number=7911123451&lead_id=unknown", "Ann"),
        // The dialer's id 1 is our 2: the phone tells, and where there is none, whose link it is.
        ("lead_id=1&phone_number=07911123452", "Bea"),
        ("lead_id=1&phone_number=07911123451", "Ann"),
        ("lead_id=1", "Bea"),
        ("from_dialer=true&lead_id=1", "Ann"),
        ("from_dialer=true&lead_id=3&phone=%2B447911123453", "Cat"),
        ("lead_id=2", "Bea"),
    ] {
        let page = caleb.get(&format!("/agent-dashboard?{query}")).await;
        assert!(page.text.contains(&format!("<h1>{name}</h1>")), "{query}");
    }
    let other = Pages::person(&app, "agent1").await;
    for query in
        ["lead_id=67770&phone_number=07911123451", "phone_number=07911123451", "lead_id=0", "phone=0"]
    {
        let page = other.get(&format!("/agent-dashboard?{query}")).await;
        assert!(page.text.contains("The link names no lead of yours"), "{query}");
    }
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
