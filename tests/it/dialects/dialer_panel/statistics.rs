//! `GET /api/stats/*`: what the panel's dashboard asks for and reads.

use crate::support::TestApp;
use crate::support::clients::Client;
use chrono::Duration;
use domain::principal::Role;
use serde_json::{Value, json};

/// The dashboard finds a status in `status_counts` and formats its `percentage`.
fn share(summary: &Value, status: &str) -> (i64, f64) {
    let shares = summary["status_counts"].as_array().unwrap();
    assert_eq!(shares.len(), 11, "every status is there: {summary}");
    let share = shares.iter().find(|share| share["status"] == status).unwrap();
    (share["count"].as_i64().unwrap(), share["percentage"].as_f64().unwrap())
}

async fn call(app: &TestApp, number: i64, status: &str) {
    let body = json!({ "number_id": number, "status": status, "attempted_at": app.now_text() });
    assert_eq!(Client::dialer(app).report(&body).await.status, 200);
}

/// F17
#[tokio::test(flavor = "multi_thread")]
async fn the_dashboard_is_drawn_from_the_read_models() {
    let phones: Vec<String> = (0..10).map(|n| format!("0912345600{n}")).collect();
    let app = TestApp::with_numbers(&phones.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let admin = Client::person(&app, "admin").await;
    let empty = admin.get("/api/stats/attempts-summary").await.body;
    assert_eq!((&empty["total_attempts"], share(&empty, "BUSY")), (&json!(0), (0, 0.0)));

    // Yesterday noon, and today at 11:50, 12:05 and 12:20 in Tehran.
    for (number, status, minutes) in
        [(1, "BUSY", 24 * 60 - 10), (2, "CONNECTED", 15), (3, "MISSED", 15), (3, "CONNECTED", 0)]
    {
        call(&app, number, status).await;
        app.clock.advance(Duration::minutes(minutes));
    }
    // A day later everybody has to log in again.
    let admin = Client::person(&app, "admin").await;
    let numbers = admin.get("/api/stats/numbers-summary").await.body;
    assert_eq!((&numbers["total_numbers"], share(&numbers, "IN_QUEUE")), (&json!(10), (7, 70.0)));
    assert_eq!(share(&numbers, "CONNECTED"), (2, 20.0));

    let summary = async |query: &str| admin.get(&format!("/api/stats/attempts-summary{query}")).await.body;
    let ever = summary("").await;
    assert_eq!(
        (&ever["total_attempts"], share(&ever, "CONNECTED"), share(&ever, "IN_QUEUE")),
        (&json!(4), (2, 50.0), (0, 0.0))
    );
    for (query, total) in [
        ("?days=1", 3),
        ("?days=7", 4),
        ("?days=30", 4),
        ("?hours=1", 3),
        ("?hours=3", 3),
        ("?hours=720", 4),
        ("?days=365&hours=1", 3),
    ] {
        assert_eq!(summary(query).await["total_attempts"], total, "{query}");
    }
    // An hour from now cuts the quarter hour of 12:05: what was before it is not counted.
    app.clock.advance(Duration::minutes(45) + Duration::seconds(30));
    assert_eq!(summary("?hours=1").await["total_attempts"], 1);
    app.rebuilt_equals_live().await;
}

/// F17
#[tokio::test(flavor = "multi_thread")]
async fn a_trend_has_a_bucket_for_every_hour_or_day_of_the_ledgers_zone() {
    let app = TestApp::with_numbers(&["09123456780", "09123456781", "09123456782"]).await;
    for (number, status, minutes) in
        [(1, "BUSY", 24 * 60 - 10), (2, "CONNECTED", 15), (3, "MISSED", 15), (3, "BUSY", 0)]
    {
        call(&app, number, status).await;
        app.clock.advance(Duration::minutes(minutes));
    }
    // A day later everybody has to log in again.
    let admin = Client::person(&app, "admin").await;
    let trend = async |query: &str| admin.get(&format!("/api/stats/attempt-trend{query}")).await.body;
    let hours = trend("?granularity=hour&span=6").await;
    assert_eq!((&hours["granularity"], hours["buckets"].as_array().unwrap().len()), (&json!("hour"), 6));
    let last = &hours["buckets"][5];
    assert_eq!(
        (&last["bucket"], &last["total_attempts"]),
        (&json!("2025-03-02T12:00:00.000000+03:30"), &json!(2))
    );
    assert_eq!((share(last, "MISSED"), share(last, "CONNECTED")), ((1, 50.0), (0, 0.0)));
    assert_eq!(share(&hours["buckets"][4], "CONNECTED"), (1, 100.0));
    assert_eq!(hours["buckets"][3]["total_attempts"], 0);
    let days = trend("?granularity=day&span=7").await;
    let totals: Vec<&Value> =
        days["buckets"].as_array().unwrap().iter().map(|b| &b["total_attempts"]).collect();
    assert_eq!(totals, [&json!(0), &json!(0), &json!(0), &json!(0), &json!(0), &json!(1), &json!(3)]);
    assert_eq!(days["buckets"][6]["bucket"], "2025-03-02T00:00:00.000000+03:30");
    assert_eq!(trend("").await["buckets"].as_array().unwrap().len(), 14);
    assert_eq!(trend("?granularity=hour&span=240").await["buckets"].as_array().unwrap().len(), 240);
}

/// F17: what is out of bounds is refused by name, and nothing is counted.
#[tokio::test(flavor = "multi_thread")]
async fn times_have_bounds_and_not_everybody_sees_them() {
    let app = TestApp::start().await;
    let admin = Client::person(&app, "admin").await;
    for (query, field) in [
        ("attempts-summary?days=0", "days"),
        ("attempts-summary?days=366", "days"),
        ("attempts-summary?days=99999999999999999999", "days"),
        ("attempts-summary?hours=721", "hours"),
        ("attempts-summary?hours=-1", "hours"),
        ("attempts-summary?hours=soon", "hours"),
        ("attempt-trend?span=0", "span"),
        ("attempt-trend?span=241", "span"),
        ("attempt-trend?granularity=week", "granularity"),
    ] {
        let answer = admin.get(&format!("/api/stats/{query}")).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.body["detail"][0]["loc"]),
            (422, &json!(["query", field])),
            "{query}"
        );
    }
    assert_eq!(admin.get("/api/stats/attempts-summary?days=&hours=").await.status, 200);
    app.register("ali", Role::Agent, None).await;
    app.register("boss", Role::Supervisor, None).await;
    let (ali, boss) = (Client::person(&app, "ali").await, Client::person(&app, "boss").await);
    for path in ["numbers-summary", "attempts-summary", "attempt-trend"] {
        let path = format!("/api/stats/{path}");
        assert_eq!((boss.get(&path).await.status.as_u16(), ali.get(&path).await.status.as_u16()), (200, 403));
        assert_eq!(Client::nobody(&app).get(&path).await.status, 401);
    }
}
