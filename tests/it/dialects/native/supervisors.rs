//! What of the log does a supervisor read? The team's people, their leads, what is nobody's, and dialing.

use crate::support::TestApp;
use crate::support::clients::{Client, report};
use crate::support::history;
use domain::ids::AnyId;
use domain::principal::Role;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Seen as a new user
#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_reads_the_teams_events_and_figures_only() {
    let app = TestApp::with_numbers(&["09123456780", "09123456781", "09123456782"]).await;
    let boss = app.register("boss", Role::Supervisor, None).await;
    let (ali, bob) =
        (app.register("ali", Role::Agent, None).await, app.register("bob", Role::Agent, None).await);
    history::lead_by(&app.app, ali, boss).await;
    let views = app.app.ledger.views();
    let dialer = Client::dialer(&app);
    for (number, agent) in [(1, ali), (2, bob)] {
        let mut body = report(number, "CONNECTED", 1);
        body["agent_id"] = json!(agent);
        assert_eq!(dialer.report(&body).await.status, 200);
    }
    dialer.next_batch(1).await;
    let lead = async |num| views.find_lead(AnyId::Num(num)).await.unwrap().unwrap().id.to_string();
    let supervisor = Client::person(&app, "boss").await;
    let answer = supervisor.get("/api/v1/ledger/events").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let events: Vec<Value> =
        answer.body.as_str().unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let streams: BTreeSet<(String, String)> = events
        .iter()
        .map(|event| {
            let text = |name: &str| event[name].as_str().unwrap().to_owned();
            (text("aggregate_type"), text("aggregate_id"))
        })
        .collect();
    let mut expected = BTreeSet::from([("dialing".to_owned(), "default".to_owned())]);
    expected.extend([boss, ali].map(|id| ("agent".to_owned(), id.to_string())));
    expected.extend([lead(1).await, lead(3).await].map(|id| ("lead".to_owned(), id)));
    assert_eq!(streams, expected);
    let head = views.head().await.unwrap();
    assert_eq!(answer.header("ledger-next").unwrap(), (head + 1).to_string());
    // A page that holds nothing for them says where to go on all the same.
    let admin = Client::person(&app, "admin").await;
    let all = admin.get("/api/v1/ledger/events").await.body.as_str().unwrap().lines().count();
    assert!(events.len() < all, "{} of {all}", events.len());

    let value = async |client: &Client, query: &str| {
        let answer = client.get(&format!("/api/v1/ledger/explain/{query}")).await;
        assert_eq!(answer.status, 200, "{query} {answer:?}");
        answer.body["value"].as_i64().unwrap()
    };
    for (metric, of_all, of_team) in
        [("total_leads", 3, 2), ("completed_calls", 2, 1), ("active_telecallers", 2, 1)]
    {
        assert_eq!(
            (value(&admin, metric).await, value(&supervisor, metric).await),
            (of_all, of_team),
            "{metric}"
        );
    }
    assert_eq!(value(&supervisor, &format!("completed_calls?userId={bob}")).await, 0, "not of the team");
    assert_eq!(value(&supervisor, &format!("completed_calls?userId={ali}")).await, 1);
    for others in ["leads/1/events", "projections", "dead-letters", "restatements?since=1", "verify"] {
        assert_eq!(supervisor.get(&format!("/api/v1/ledger/{others}")).await.status, 403, "{others}");
    }
    let agent = Client::person(&app, "ali").await;
    for others in ["events", "explain/total_leads"] {
        assert_eq!(agent.get(&format!("/api/v1/ledger/{others}")).await.status, 403, "{others}");
    }
}
