//! What was known at some time: of a lead, of its calls, of what stood in its way, and in lists and sums.

use super::{lead, start};
use crate::cli::{printed, run};
use crate::support::clients::{Client, report};
use crate::support::{TestApp, history};
use chrono::{Duration, SecondsFormat};
use domain::time::Instant;
use serde_json::{Value, json};

/// When the ledger last recorded anything: the database's time, not the tests'.
async fn recorded(app: &TestApp) -> String {
    let at: Instant =
        sqlx::query_scalar("SELECT max(recorded_at) FROM events").fetch_one(&app.app.pool).await.unwrap();
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// What was recorded up to a time, whatever was learned later; the events that decided what next-batch does.
#[tokio::test(flavor = "multi_thread")]
async fn a_lead_its_calls_and_its_gates_are_told_as_they_were() {
    let (app, admin, agent) = start().await;
    history::open_dialing(&app.app).await;
    let now = async || recorded(&app).await;
    let later = || app.clock.advance(Duration::minutes(10));
    let before = now().await;
    later();
    let id = admin.post("/api/v1/leads/", &lead(&agent, "+14155552671")).await.body["id"].clone();
    let path = format!("/api/v1/leads/{}", id.as_str().unwrap());
    let created = (now().await, admin.get(&path).await.body);
    later();
    Client::dialer(&app).report(&report(1, "MISSED", 1)).await;
    let missed = (now().await, admin.get(&path).await.body, admin.get(&format!("{path}/calls")).await.body);
    assert_eq!((&missed.1["attempts_count"], &missed.2["total"]), (&json!(1), &json!(1)));
    later();
    // Learned later, of the same call.
    Client::dialer(&app).report(&report(1, "CONNECTED", 1)).await;
    let connected = now().await;
    later();
    admin.delete(&path).await;
    let gone = now().await;
    let get = async |what: &str, at: &str| admin.get(&format!("{path}{what}?as_of={at}")).await;
    assert_eq!(get("", &created.0).await.body, created.1);
    assert_eq!(get("", &missed.0).await.body, missed.1);
    assert_eq!(get("/calls", &missed.0).await.body, missed.2);
    assert_eq!(get("/calls", &created.0).await.body["total"], 0);
    let then = get("", &connected).await.body;
    assert_eq!((&then["status"], &then["disposition"]), (&json!("done"), &json!("completed")));
    for at in [&before, &gone] {
        for what in ["", "/calls"] {
            assert_eq!(get(what, at).await.status, 404, "{what} {at}");
        }
    }
    assert_eq!(get("", "soon").await.status, 422);
    assert_eq!(admin.get(&path).await.status, 404);
}

/// B-087, B-088, C-20
#[tokio::test(flavor = "multi_thread")]
async fn every_gate_names_the_event_that_decided_it() {
    let (app, admin, agent) = start().await;
    history::open_dialing(&app.app).await;
    let id = admin.post("/api/v1/leads/", &lead(&agent, "+14155552671")).await.body["id"].clone();
    let path = format!("/api/v1/leads/{}/dialability", id.as_str().unwrap());
    let asleep = recorded(&app).await;
    app.clock.advance(Duration::minutes(1));
    Client::dialer(&app).next_batch(1).await;
    let gates = async |query: &str| {
        let answer = admin.get(&format!("{path}{query}")).await.body;
        let gates = answer["gates"].as_array().unwrap().clone();
        move |name: &str| {
            let gate = gates.iter().find(|gate| gate["gate"] == name).unwrap();
            (gate["passes"].as_bool().unwrap(), gate["decided_by"]["event_type"].clone())
        }
    };
    let gate = gates("").await;
    assert_eq!(gate("window"), (true, json!("schedule_set")));
    assert_eq!(gate("switch"), (true, json!("dialing_opened")));
    assert_eq!((gate("deletion"), gate("suppression")), ((true, Value::Null), (true, Value::Null)));
    assert_eq!(gate("phone"), (true, json!("lead_captured")));
    assert_eq!(gate("due"), (true, json!("lead_captured")));
    assert_eq!(gate("lease"), (false, json!("lead_leased")));
    assert_eq!(gates(&format!("?as_of={asleep}")).await("lease"), (true, Value::Null));
    Client::dialer(&app).report(&report(1, "BANNED", 1)).await;
    let office = json!({ "business_hours_start": "09:00", "business_hours_end": "17:00", "timezone": "America/New_York" });
    admin.put(&format!("/api/v1/agents/{}", agent.as_str().unwrap()), &office).await;
    let gate = gates("").await;
    assert_eq!(gate("suppression"), (false, json!("attempt_reported")));
    assert_eq!(gate("attempts"), (false, json!("attempt_reported")));
    assert_eq!(gate("business_hours"), (false, json!("dial_policy_set")));
    // Another lead of the number is banned by the first one's event.
    let other = admin.post("/api/v1/agents", &json!({ "name": "Other" })).await.body["id"].clone();
    let second = admin.post("/api/v1/leads/", &lead(&other, "+14155552671")).await.body["id"].clone();
    let answer = admin.get(&format!("/api/v1/leads/{}/dialability", second.as_str().unwrap())).await.body;
    let ban = answer["gates"].as_array().unwrap().iter().find(|gate| gate["gate"] == "suppression").unwrap();
    assert_eq!(
        (&ban["passes"], &ban["decided_by"]["event_type"]),
        (&json!(false), &json!("attempt_reported"))
    );
    assert!(ban["decided_by"]["stream"].as_str().unwrap().contains(id.as_str().unwrap()), "{ban}");
}

/// B-065, B-080, B-082: named read models say what lists and sums said then, and nothing moves them.
#[tokio::test(flavor = "multi_thread")]
async fn lists_and_sums_are_told_as_of_a_name() {
    let (app, admin, agent) = start().await;
    let dir = tempfile::tempdir().unwrap();
    let questions = ["leads", "leads?status_filter=new", "calls/history", "calls/metrics"];
    let answers = async |name: Option<&str>| {
        let mut told = Vec::new();
        for question in questions {
            let mark = if question.contains('?') { '&' } else { '?' };
            let query = name.map_or_else(String::new, |name| format!("{mark}as_of={name}"));
            told.push(admin.get(&format!("/api/v1/{question}{query}")).await.body);
        }
        told
    };
    let grow = async |n: i64| {
        admin.post("/api/v1/leads/", &lead(&agent, &format!("+1415555267{n}"))).await;
        Client::dialer(&app).report(&report(n, "MISSED", 1)).await;
        admin.post("/api/v1/leads/", &lead(&agent, &format!("+1415555268{n}"))).await;
        app.clock.advance(Duration::minutes(10));
    };
    grow(1).await;
    let (then, told) = (recorded(&app).await, answers(None).await);
    assert_eq!((&told[0]["total"], &told[1]["total"], &told[2]["total"]), (&json!(2), &json!(1), &json!(1)));
    app.clock.advance(Duration::minutes(10));
    grow(3).await;
    printed(&run(&app, dir.path(), &["rebuild", "--as-of", &then, "--into", "then"]));
    assert_eq!(answers(Some("then")).await, told);
    let second = (recorded(&app).await, answers(None).await);
    app.clock.advance(Duration::minutes(10));
    grow(5).await;
    assert_eq!(answers(Some("then")).await, told);
    // The name is given to another time.
    printed(&run(&app, dir.path(), &["rebuild", "--as-of", &second.0, "--into", "then", "--json"]));
    assert_eq!(answers(Some("then")).await, second.1);
    for (name, status) in [("never", 404), ("Then", 422), ("public;", 422), (&*then, 422)] {
        let answer = admin.get(&format!("/api/v1/leads?as_of={name}")).await;
        assert_eq!(answer.status, status, "{name}: {answer:?}");
    }
    for wrong in
        [vec!["rebuild", "--into", "then"], vec!["rebuild", "--as-of", &then, "--into", "x", "--all"]]
    {
        assert_eq!(run(&app, dir.path(), &wrong).status.code(), Some(64), "{wrong:?}");
    }
    assert_eq!(
        run(&app, dir.path(), &["rebuild", "--as-of", &then, "--into", "live;"]).status.code(),
        Some(64)
    );
    app.rebuilt_equals_live().await;
}
