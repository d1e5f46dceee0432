//! The agents' page in a real browser: from the dialer's link to the qualifier, with the lists alive. Skipped, and said so,
//! where no Chromium is installed.

use crate::support::chromium::Chromium;
use crate::support::clients::Client;
use crate::support::{PASSWORD, TestApp, history};
use domain::principal::Scope;
use fantoccini::Locator::Css;
use serde_json::json;
use std::time::Duration;

/// How long something may take to appear: three of the page's own rounds, and some for a slow machine.
const APPEARS: Duration = Duration::from_secs(15);

/// B-050, B-051, B-052, B-053
#[tokio::test(flavor = "multi_thread")]
async fn an_agent_follows_the_link_sees_new_leads_arrive_and_submits() {
    let Some(chromium) = Chromium::start().await else { return };
    let page = &chromium.client;
    let app = TestApp::start().await;
    history::documents_agents(&app.app).await;
    history::let_in(&app.app, "CalebG", &[Scope::LeadsQualify]).await;
    let client = Client::nobody(&app);
    let text = async |css: &str| page.find(Css(css)).await.unwrap().text().await.unwrap();
    let click = async |name: &str, phone: &str| {
        let body = json!({ "user": "CalebG", "full_name": name, "phone": phone, "email": "a@example.com" });
        client.click(&body).await.body
    };
    let link = click("Ann One", "+44123456789").await["redirect_url"].as_str().unwrap().to_owned();
    let base = format!("http://{}", app.address);

    page.goto(&format!("{base}{}&city=York", link.replace("a%40", "b%40"))).await.unwrap();
    for (name, value) in [("username", "CalebG"), ("password", PASSWORD)] {
        let input = page.find(Css(&format!("input[name={name}]"))).await.unwrap();
        input.send_keys(value).await.unwrap();
    }
    page.find(Css("form button")).await.unwrap().click().await.unwrap();
    page.wait().at_most(APPEARS).for_element(Css("#lead")).await.unwrap();
    let shown = page.current_url().await.unwrap();
    assert_eq!((shown.path(), shown.query()), ("/agent-dashboard/leads/1", None), "the link has left");
    assert_eq!(text("#phone").await, "+44123456789");
    assert_eq!(text("mark[data-of=email]").await, "the link says b@example.com");
    assert_eq!(text("mark[data-of=city]").await, "from the link, not saved yet");
    assert_eq!(page.find_all(Css("#lists a[data-num]")).await.unwrap().len(), 1);

    // Two rounds of the lists: what was there when the page came is not announced.
    tokio::time::sleep(Duration::from_millis(4_500)).await;
    assert!(page.find_all(Css(".toast")).await.unwrap().is_empty(), "not on the first load");
    click("Bea Two", "+44123456780").await;
    let toast = page.wait().at_most(APPEARS).for_element(Css(".toast")).await.unwrap();
    assert_eq!(toast.text().await.unwrap(), "New lead: Bea Two");
    assert_eq!(page.find_all(Css("#lists a[data-list=own]")).await.unwrap().len(), 2);

    page.find(Css("[data-for=f-email]")).await.unwrap().click().await.unwrap();
    page.find(Css("textarea[name=note]")).await.unwrap().send_keys("call in May").await.unwrap();
    page.find(Css("button[value=submit]")).await.unwrap().click().await.unwrap();
    page.wait().at_most(APPEARS).for_element(Css("#submission")).await.unwrap();
    assert_eq!(text("#notice").await, "Saved and submitted to a qualifier.");
    assert_eq!(text("#latest-note").await, "call in May");
    let city = page.find(Css("#f-city")).await.unwrap().prop("value").await.unwrap();
    assert_eq!(city.as_deref(), Some("York"), "it was filled from the link");
    let email = page.find(Css("#f-email")).await.unwrap().prop("value").await.unwrap();
    assert_eq!(email.as_deref(), Some("b@example.com"));
    assert_eq!(page.current_url().await.unwrap().query(), None);
    assert!(page.find_all(Css("#answer-form")).await.unwrap().is_empty(), "nobody answers their own");
    assert_eq!(app.count("lead_submitted").await, 1);
    chromium.end().await;
}
