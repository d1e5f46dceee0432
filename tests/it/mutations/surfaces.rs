//! The same mutations over HTTP, against every surface that reads something: no 5xx, and every "no" in its shape.

use super::asked;
use super::mutate::Mutator;
use crate::support::clients::{Client, FROM_DIALER};
use crate::support::{FROM_DIALER_KEY, TestApp, history};
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use reqwest::Method;

/// Mutations sent to each surface where nobody says.
const MUTATIONS: usize = 25;
/// The most that are sent to each, however many are asked for: real HTTP takes its time.
const MUTATIONS_MAX: usize = 20_000;

const JSON: [(&str, &str); 1] = [("content-type", "application/json")];
const FORM: [(&str, &str); 1] = [("content-type", "application/x-www-form-urlencoded")];
const KEYED_JSON: [(&str, &str); 2] = [("x-dialer-api-key", FROM_DIALER_KEY), JSON[0]];
const KEYED_FORM: [(&str, &str); 2] = [("x-dialer-api-key", FROM_DIALER_KEY), FORM[0]];

/// Who sends to which path which corpus with which headers.
type Surface<'a> = (&'a Client, &'a str, &'a str, &'a [(&'a str, &'a str)]);

#[tokio::test(flavor = "multi_thread")]
async fn no_surface_answers_with_an_error_of_ours() {
    let app = TestApp::with_numbers(&["09123456789", "09123456780"]).await;
    history::documents_agents(&app.app).await;
    let (admin, dialer, nobody) =
        (Client::person(&app, "admin").await, Client::dialer(&app), Client::nobody(&app));
    let bodies: [Surface<'_>; 12] = [
        (&nobody, FROM_DIALER, "json_bodies", &KEYED_JSON),
        (&nobody, FROM_DIALER, "forms", &KEYED_FORM),
        (&dialer, "/api/dialer/report-result", "json_bodies", &JSON),
        (&admin, "/api/numbers", "json_bodies", &JSON),
        (&admin, "/api/numbers/export", "json_bodies", &JSON),
        (&admin, "/api/admins", "json_bodies", &JSON),
        (&admin, "/api/v1/leads", "json_bodies", &JSON),
        (&admin, "/api/v1/agents", "json_bodies", &JSON),
        (&admin, "/api/leads", "json_bodies", &JSON),
        (&admin, "/api/reports", "json_bodies", &JSON),
        (&nobody, "/api/meta/webhook", "meta", &JSON),
        (&nobody, "/api/calls/status-callback", "twilio", &FORM),
    ];
    let count = asked(MUTATIONS).min(MUTATIONS_MAX);
    for (seed, (client, path, target, headers)) in (100..).zip(bodies) {
        let mut mutator = Mutator::new(target, seed);
        for n in 0..count + mutator.corpus().len() {
            let body = mutator.corpus().get(n).cloned().unwrap_or_else(|| mutator.next());
            let answer = client.bytes(Method::POST, path, body.clone(), headers).await;
            let shown = String::from_utf8_lossy(&body);
            assert!(!answer.status.is_server_error(), "{path} {shown:?} {answer:?}");
            assert!(answer.status.is_success() || answer.body.is_object(), "{path} {shown:?} {answer:?}");
        }
    }
    let lists = [
        ("/api/numbers", &["search", "status", "agent_id", "start_date", "end_date", "skip", "limit"][..]),
        ("/api/v1/leads", &["search", "agent_id", "status_filter", "page"]),
        ("/api/v1/calls/history", &["search", "start_date", "end_date", "tz", "agent_id"]),
        ("/api/leads", &["search", "dateFrom", "dateTo", "assignedTo", "page"]),
        ("/api/calls", &["dateFrom", "dateTo", "telecaller", "status"]),
        ("/api/v1/ledger/dead-letters", &["after", "limit", "all"]),
    ];
    for (seed, (path, names)) in (200..).zip(lists) {
        let mut mutators = ["instants", "phones"].map(|target| Mutator::new(target, seed));
        for n in 0..count {
            let value = mutators[n % 2].next();
            let value = percent_encode(&value[..value.len().min(300)], NON_ALPHANUMERIC).to_string();
            let answer = admin.get(&format!("{path}?{}={value}", names[n % names.len()])).await;
            assert!(!answer.status.is_server_error(), "{path} {value} {answer:?}");
        }
    }
    // Nothing is queued that is no number.
    let odd: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM live.dial_queue q JOIN live.lead l ON l.id = q.lead_id WHERE l.phone_key !~ '^[+][1-9][0-9]{6,14}$'",
    )
    .fetch_one(&app.app.pool)
    .await
    .unwrap();
    assert_eq!(odd, 0);
    app.rebuilt_equals_live().await;
}
