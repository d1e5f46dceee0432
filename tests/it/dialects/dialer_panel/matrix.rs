//! Every route of the panel and of the native API, every role: made from the routes themselves.

use crate::support::TestApp;
use crate::support::clients::Client;
use domain::principal::Role;
use domain::rights::Deed;
use lead_ledger::dialects::{dialer_panel, native};
use reqwest::Method;
use serde_json::json;

/// B-171, C-36
#[tokio::test(flavor = "multi_thread")]
async fn every_route_asks_who_it_is_and_what_they_may() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    let mut people = Vec::new();
    for &role in Role::ALL {
        app.register(&format!("a-{role}"), role, None).await;
        people.push((role, Client::person(&app, &format!("a-{role}")).await));
    }
    let (nobody, dialer) = (Client::nobody(&app), Client::dialer(&app));
    for (method, path, deed) in dialer_panel::OPERATIONS.iter().chain(native::OPERATIONS) {
        let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
        let body = (method != Method::GET).then_some("{}");
        let url = path.replace("{id}", "999999").replace("{metric}", "total_leads");
        for stranger in [&nobody, &dialer, &nobody.with_token("eyJhbGciOiJub25lIn0.e30.")] {
            let answer = stranger.send(method.clone(), &url, body, &[]).await;
            let told = (answer.status.as_u16(), &answer.body["detail"]);
            assert_eq!(told, (401, &json!("Not authenticated")), "{method} {url}");
        }
        for (role, person) in &people {
            let answer = person.send(method.clone(), &url, body, &[]).await;
            let told = format!("{role} {method} {url}: {answer:?}");
            if role.may(*deed) {
                assert!(![401, 403].contains(&answer.status.as_u16()), "{told}");
            } else {
                assert_eq!(
                    (answer.status.as_u16(), &answer.body["detail"]),
                    (403, &json!("Not enough permissions")),
                    "{told}"
                );
            }
            assert!(answer.status.as_u16() < 500, "{told}");
        }
    }
    app.rebuilt_equals_live().await;
}

/// Every deed is what some path is for: a right that nothing asks for protects nothing.
#[test]
fn every_deed_is_asked_for() {
    let tables =
        [dialer_panel::OPERATIONS, native::OPERATIONS, lead_ledger::dialects::telecaller::OPERATIONS];
    let asked: Vec<Deed> = tables.iter().flat_map(|table| table.iter().map(|(.., deed)| *deed)).collect();
    // Windows and holidays lie under the path of the switch, which asks for them itself.
    let missing: Vec<_> =
        Deed::ALL.iter().filter(|deed| **deed != Deed::SetSchedule && !asked.contains(deed)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
