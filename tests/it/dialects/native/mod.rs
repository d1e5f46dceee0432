//! `/api/v1/ledger`

mod supervisors;
mod verification;

use crate::support::TestApp;
use crate::support::clients::{Client, report};
use crate::support::history;
use domain::principal::Role;
use domain::rights::Deed;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_handed_out_in_order_and_can_be_gone_on_with() {
    let app = TestApp::with_numbers(&["09123456789", "09123456780"]).await;
    app.register("audrey", Role::Auditor, None).await;
    let auditor = Client::person(&app, "audrey").await;
    let head = app.app.ledger.views().head().await.unwrap();
    let mut positions = Vec::new();
    loop {
        let from = positions.len() + 1;
        let answer = auditor.get(&format!("/api/v1/ledger/events?from={from}&limit=3")).await;
        let Value::String(text) = &answer.body else {
            positions.push(answer.body["position"].as_i64().unwrap());
            continue;
        };
        if text.is_empty() {
            break;
        }
        for line in text.lines() {
            let event: Value = serde_json::from_str(line).unwrap();
            assert!(event["payload"][event["event_type"].as_str().unwrap()].is_object(), "{event}");
            positions.push(event["position"].as_i64().unwrap());
        }
    }
    assert_eq!(positions, (1..=head).collect::<Vec<_>>());
    assert_eq!(auditor.get("/api/v1/ledger/events?from=0").await.status, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leads_history_is_found_by_any_of_its_ids() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    Client::dialer(&app).report(&report(1, "BUSY", 1)).await;
    let admin = Client::person(&app, "admin").await;
    let by_num = admin.get("/api/v1/ledger/leads/1/events").await.body;
    let types: Vec<_> =
        by_num["events"].as_array().unwrap().iter().map(|e| e["event_type"].as_str().unwrap()).collect();
    assert_eq!(types, ["lead_captured", "attempt_reported", "lead_status_changed"]);
    let id = by_num["lead_id"].as_str().unwrap();
    let oid = domain::ids::oid(id.parse().unwrap());
    assert_eq!(admin.get(&format!("/api/v1/ledger/leads/{id}/events")).await.body, by_num);
    assert_eq!(admin.get(&format!("/api/v1/ledger/leads/{oid}/events/")).await.body, by_num);
    for unknown in ["2", "nobody", "0190f0de-dd29-7a6b-9450-b6556ef3e623"] {
        assert_eq!(admin.get(&format!("/api/v1/ledger/leads/{unknown}/events")).await.status, 404);
    }
}

/// How often leads and agents were switched.
async fn generations(admin: &Client) -> (i64, i64) {
    let projections = admin.get("/api/v1/ledger/projections").await.body;
    let generation = |name: &str| {
        let all = projections["projections"].as_array().unwrap();
        all.iter().find(|p| p["name"] == name).unwrap()["generation"].as_i64().unwrap()
    };
    (generation("lead"), generation("agents"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_is_started_watched_and_switched() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    let admin = Client::person(&app, "admin").await;
    let before = generations(&admin).await;
    let started =
        admin.post("/api/v1/ledger/rebuilds", &json!({ "projections": ["lead", "dial_queue"] })).await;
    assert_eq!(started.status, 202);
    let path = format!("/api/v1/ledger/rebuilds/{}", started.body["id"].as_str().unwrap());
    let done = loop {
        let answer = admin.get(&path).await;
        if answer.body["state"] != "running" {
            break answer.body;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    assert_eq!((&done["state"], &done["is_clean"]), (&json!("done"), &json!(true)), "{done}");
    let after = generations(&admin).await;
    assert_eq!((after.0, after.1), (before.0 + 1, before.1), "only what was asked for");
    assert_eq!(
        admin.post("/api/v1/ledger/rebuilds", &json!({ "projections": ["nothing"] })).await.status,
        422
    );
    Client::dialer(&app).report(&report(1, "BUSY", 1)).await;
    app.rebuilt_equals_live().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_is_listed_and_resolved_once() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    let admin = Client::person(&app, "admin").await;
    Client::dialer(&app).report(&json!({ "number_id": 77, "status": "BUSY" })).await;
    let listed = admin.get("/api/v1/ledger/dead-letters").await.body;
    assert_eq!(listed["dead_letters"][0]["reason"], "unknown_number");
    let resolve = async || {
        let body = json!({ "resolution": "was number 1", "lead_id": 1 });
        admin.post("/api/v1/ledger/dead-letters/1/resolve", &body).await
    };
    let resolved = resolve().await;
    assert_eq!((resolved.status.as_u16(), &resolved.body["resolution"]), (200, &json!("was number 1")));
    assert_eq!(resolve().await.status, 409);
    assert_eq!(admin.get("/api/v1/ledger/dead-letters").await.body["dead_letters"], json!([]));
    app.rebuilt_equals_live().await;
}

/// C-44: reports move the status of a suppressed number and leave it withheld; an admin lifts that, and says why.
#[tokio::test(flavor = "multi_thread")]
async fn a_suppression_outlasts_later_reports_until_an_admin_lifts_it() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    history::open_dialing(&app.app).await;
    app.register("audrey", Role::Auditor, None).await;
    let (admin, dialer) = (Client::person(&app, "admin").await, Client::dialer(&app));
    let given = async || dialer.next_batch(5).await.body["batch"]["size_returned"].as_u64().unwrap_or(0);
    let path = "/api/v1/ledger/leads/1/lift-suppression";
    assert_eq!(dialer.report(&report(1, "BANNED", 1)).await.body["warnings"], json!([]));
    let later = dialer.report(&report(1, "MISSED", 2)).await;
    assert_eq!((&later.body["status"], &later.body["warnings"]), (&json!("MISSED"), &json!(["suppressed"])));
    app.clock.advance(chrono::Duration::hours(2));
    assert_eq!(given().await, 0);

    let reason = json!({ "reason": "asked to be called again" });
    let auditor = Client::person(&app, "audrey").await;
    assert_eq!(auditor.post(path, &reason).await.status, 403);
    assert_eq!(admin.post(path, &json!({ "reason": " " })).await.status, 422);
    assert_eq!(admin.post("/api/v1/ledger/leads/2/lift-suppression", &reason).await.status, 404);
    let lifted = admin.post(path, &reason).await;
    assert_eq!((lifted.status.as_u16(), &lifted.body["suppressed"]), (200, &json!(false)), "{lifted:?}");
    assert_eq!(lifted.body["was_suppressed"], true);
    assert_eq!(admin.post(path, &reason).await.body["was_suppressed"], false);
    assert_eq!((app.count("suppression_lifted").await, given().await), (1, 1));
    app.rebuilt_equals_live().await;
}

/// Deny unless a role allows: every route, every role.
#[tokio::test(flavor = "multi_thread")]
async fn roles_see_what_they_may() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    let routes = ["events", "leads/1/events", "projections", "dead-letters"];
    for &role in Role::ALL {
        app.register(&format!("a-{role}"), role, None).await;
        let person = Client::person(&app, &format!("a-{role}")).await;
        for route in routes {
            let deed = if route == "events" { Deed::ReadLog } else { Deed::ReadLedger };
            let expected = if role.may(deed) { 200 } else { 403 };
            assert_eq!(
                person.get(&format!("/api/v1/ledger/{route}")).await.status,
                expected,
                "{role} {route}"
            );
        }
        let expected = if role == Role::Admin { 422 } else { 403 };
        let rebuild = json!({ "projections": ["nothing"] });
        assert_eq!(person.post("/api/v1/ledger/rebuilds", &rebuild).await.status, expected, "{role}");
    }
    for route in routes {
        assert_eq!(Client::nobody(&app).get(&format!("/api/v1/ledger/{route}")).await.status, 401);
        assert_eq!(Client::dialer(&app).get(&format!("/api/v1/ledger/{route}")).await.status, 401);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn health_readiness_and_figures_tell_no_secrets() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    lead_ledger::telemetry::metrics();
    let nobody = Client::nobody(&app);
    assert_eq!(nobody.get("/healthz").await.body["status"], "ok");
    let ready = nobody.get("/readyz").await;
    assert_eq!(
        (ready.status.as_u16(), &ready.body["status"], &ready.body["lag"]),
        (200, &json!("ready"), &json!(0))
    );
    Client::dialer(&app).report(&report(1, "BUSY", 1)).await;
    let figures = nobody.get("/metrics").await.body.as_str().unwrap().to_owned();
    for line in [
        "# HELP ledger_append_seconds Seconds that one append statement takes",
        "# HELP ledger_http_requests_total Requests, by method, route and status",
        "# TYPE ledger_pool_connections gauge",
    ] {
        assert!(figures.lines().any(|told| told == line), "{line}\n{figures}");
    }
    // Every figure says what it is.
    let types = figures.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next());
    for name in types {
        assert!(figures.contains(&format!("# HELP {name} ")), "{name} has no HELP line");
    }
    let counted =
        r#"ledger_http_requests_total{method="POST",route="/api/dialer/report-result",status="200"}"#;
    assert!(figures.contains(counted), "{figures}");
    assert!(
        figures.contains(r#"ledger_http_request_seconds_count{method="GET",route="/readyz""#),
        "{figures}"
    );
    assert!(figures.contains(r#"ledger_pool_connections_max{pool="main"} 16"#), "{figures}");
    // Made-up paths and methods are one series each, not one for every try.
    for path in ["/api/nothing/1", "/api/nothing/2"] {
        nobody.send(reqwest::Method::from_bytes(b"MAKEUP").unwrap(), path, None, &[]).await;
    }
    let figures = nobody.get("/metrics").await.body.as_str().unwrap().to_owned();
    assert!(figures.contains(r#"method="OTHER",route="none",status="404""#), "{figures}");
    assert!(!figures.contains("MAKEUP") && !figures.contains("nothing"));
    assert!(!figures.contains("09123456789"));
}

/// Seen as a new user: a misspelt filter must not widen an answer without a word.
#[tokio::test(flavor = "multi_thread")]
async fn unknown_query_parameters_are_refused_by_name() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    let admin = Client::person(&app, "admin").await;
    for (path, name) in [
        ("events?event_type=lead_captured", "event_type"),
        ("events?from=1&Limit=3", "Limit"),
        ("explain/total_leads?user=1", "user"),
        ("leads/1/events?limit=1", "limit"),
        ("projections?name=lead", "name"),
        ("dead-letters?resolved=1", "resolved"),
        ("restatements?since=1&date=2", "date"),
        ("verify?last=1", "last"),
        ("stream?from=1", "from"),
        ("events?%D9%86=1", "ن"),
    ] {
        let answer = admin.get(&format!("/api/v1/ledger/{path}")).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.body["detail"][0]["loc"]),
            (422, &json!(["query", name])),
            "{path}"
        );
        assert!(answer.body["detail"][0]["msg"].as_str().unwrap().contains("there are: "), "{answer:?}");
    }
    for path in ["events?from=1&limit=2", "events?", "events?&from=1", "explain/total_leads?userId=&limit=5"]
    {
        assert_eq!(admin.get(&format!("/api/v1/ledger/{path}")).await.status, 200, "{path}");
    }
    assert_eq!(Client::nobody(&app).get("/api/v1/ledger/events?event_type=x").await.status, 401);
}

/// Seen as a new user: who did it is said by name beside the id.
#[tokio::test(flavor = "multi_thread")]
async fn actors_have_names_beside_their_ids() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    let admin = Client::person(&app, "admin").await;
    Client::dialer(&app).report(&report(1, "BUSY", 1)).await;
    admin.set_status(1, "IN_QUEUE").await;
    let history = admin.get("/api/v1/ledger/leads/1/events").await.body;
    let actor = |event: &Value| {
        assert_eq!(event["actor"], event["metadata"]["actor"]);
        (event["event_type"].as_str().unwrap().to_owned(), event["actor_name"].as_str().unwrap().to_owned())
    };
    let told: Vec<_> = history["events"].as_array().unwrap().iter().map(actor).collect();
    let by = |name: &str| {
        told.iter()
            .find(|(event_type, _)| event_type == name)
            .unwrap_or_else(|| panic!("{name} in {told:?}"))
            .1
            .clone()
    };
    assert_eq!((&*by("lead_captured"), &*by("lead_requeued")), ("system", "Admin User"), "{told:?}");
    assert!(!by("attempt_reported").is_empty(), "the machine's name: {told:?}");
    let lines = admin.get("/api/v1/ledger/events").await;
    for line in lines.body.as_str().unwrap().lines() {
        actor(&serde_json::from_str(line).unwrap());
    }
    let head = app.app.ledger.views().head().await.unwrap();
    assert_eq!(lines.header("ledger-next").unwrap(), (head + 1).to_string());
}
