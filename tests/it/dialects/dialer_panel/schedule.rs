//! `GET` and `PUT /api/schedule`

use crate::support::TestApp;
use crate::support::clients::Client;
use domain::principal::Role;
use serde_json::json;

/// B-120
#[tokio::test(flavor = "multi_thread")]
async fn an_admin_sets_what_is_given_and_the_rest_stays() {
    let app = TestApp::start().await;
    let admin = Client::person(&app, "admin").await;
    let interval = json!([{ "day_of_week": 0, "start_time": "09:00", "end_time": "17:30" }]);
    let answer =
        admin.put("/api/schedule", &json!({ "intervals": interval, "holidays": ["2025-03-21"] })).await;
    assert_eq!((answer.status.as_u16(), &answer.body["schedule_version"]), (200, &json!(2)));
    let answer = admin.put("/api/schedule/", &json!({ "timezone": "Europe/London", "unknown": 1 })).await;
    assert_eq!((&answer.body["intervals"], &answer.body["holidays"]), (&interval, &json!(["2025-03-21"])));
    assert_eq!(answer.body["server_time"], "2025-03-01T08:30:00.000000+00:00");
    assert_eq!(admin.get("/api/schedule").await.body["timezone"], "Europe/London");
    app.rebuilt_equals_live().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_admins_may_and_nonsense_changes_nothing() {
    let app = TestApp::start().await;
    app.register("ali", Role::Agent, None).await;
    let agent = Client::person(&app, "ali").await;
    assert_eq!(agent.get("/api/schedule").await.status, 403);
    assert_eq!(Client::dialer(&app).get("/api/schedule").await.status, 401);
    let admin = Client::person(&app, "admin").await;
    for (body, field) in [
        (json!({ "timezone": "Mars" }), "timezone"),
        (
            json!({ "intervals": [{ "day_of_week": 7, "start_time": "09:00", "end_time": "10:00" }] }),
            "intervals",
        ),
        (
            json!({ "intervals": [{ "day_of_week": 1, "start_time": "soon", "end_time": "10:00" }] }),
            "intervals",
        ),
        (json!({ "holidays": ["yesterday"] }), "body"),
        // K27: days of another calendar.
        (json!({ "holidays": ["1405-01-01"] }), "holidays"),
        (json!({ "holidays": ["2025-03-21", "1404-12-29"] }), "holidays"),
        (json!({ "holidays": ["0001-01-01"] }), "holidays"),
        (json!({ "holidays": ["2569-04-13"] }), "holidays"),
        (json!({ "holidays": ["1446-09-01"] }), "holidays"),
        (json!({ "holidays": ["1899-12-31"] }), "holidays"),
        (json!({ "holidays": ["2201-01-01"] }), "holidays"),
    ] {
        let answer = admin.put("/api/schedule", &body).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.body["detail"][0]["loc"][1]),
            (422, &json!(field)),
            "{body}"
        );
    }
    assert_eq!(app.count("schedule_set").await, 0);
}

/// Decided: the lock on the switch says nothing of when numbers may be dialed, and raises no version.
#[tokio::test(flavor = "multi_thread")]
async fn the_lock_raises_no_schedule_version() {
    let app = TestApp::start().await;
    let admin = Client::person(&app, "admin").await;
    let version = async |body| admin.put("/api/schedule", &body).await.body["schedule_version"].clone();
    let before = version(json!({})).await;
    assert_eq!(version(json!({ "switch_locked": true })).await, before);
    assert_eq!(admin.get("/api/schedule").await.body["switch_locked"], true);
    assert_eq!(version(json!({ "switch_locked": false })).await, before);
    assert_eq!(
        version(json!({ "switch_locked": true, "enabled": false })).await,
        json!(before.as_i64().unwrap() + 1)
    );
    assert_eq!(app.count("switch_lock_set").await, 3);
    app.rebuilt_equals_live().await;
}

/// F17: the dashboard reads `version` and whether a dialer switched dialing off.
#[tokio::test(flavor = "multi_thread")]
async fn the_dashboard_reads_who_switched_dialing_off() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    let (admin, dialer) = (Client::person(&app, "admin").await, Client::dialer(&app));
    let read = async || {
        let config = admin.get("/api/schedule").await.body;
        assert_eq!(config["version"], config["schedule_version"]);
        (config["enabled"].as_bool().unwrap(), config["disabled_by_dialer"].as_bool().unwrap())
    };
    assert_eq!(read().await, (true, false));
    let mut stop = crate::support::clients::report(1, "FAILED", 30);
    stop["call_allowed"] = json!(false);
    dialer.report(&stop).await;
    assert_eq!(read().await, (false, true));
    app.clock.advance(chrono::Duration::minutes(1));
    assert_eq!(
        admin.put("/api/schedule", &json!({ "enabled": true })).await.body["disabled_by_dialer"],
        false
    );
    assert_eq!(
        admin.put("/api/schedule", &json!({ "enabled": false })).await.body["disabled_by_dialer"],
        false
    );
    assert_eq!(read().await, (false, false));
    // A report that no lead is found for switches dialing off all the same.
    admin.put("/api/schedule", &json!({ "enabled": true })).await;
    app.clock.advance(chrono::Duration::minutes(1));
    let unknown =
        json!({ "number_id": 77, "status": "FAILED", "call_allowed": false, "attempted_at": app.now_text() });
    assert_eq!(dialer.report(&unknown).await.body["quarantined"], true);
    assert_eq!(read().await, (false, true));
    app.rebuilt_equals_live().await;
}

/// Seen as a new user: a supervisor reads the schedule and stops dialing with a reason; the rest is the admins'.
#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_turns_the_switch_and_says_why() {
    let app = TestApp::start().await;
    app.register("boss", Role::Supervisor, None).await;
    let supervisor = Client::person(&app, "boss").await;
    assert_eq!(supervisor.get("/api/schedule").await.body["enabled"], true);
    for silent in [json!({ "enabled": false }), json!({ "enabled": false, "reason": "  " })] {
        let answer = supervisor.put("/api/schedule", &silent).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.body["detail"][0]["loc"]),
            (422, &json!(["body", "reason"]))
        );
    }
    let stopped =
        supervisor.put("/api/schedule", &json!({ "enabled": false, "reason": "the trunk is down" })).await;
    assert_eq!((stopped.status.as_u16(), &stopped.body["enabled"]), (200, &json!(false)), "{stopped:?}");
    for others in [
        json!({ "intervals": [] }),
        json!({ "holidays": ["2025-03-21"] }),
        json!({ "skip_holidays": false }),
        json!({ "timezone": "UTC" }),
        json!({ "switch_locked": true }),
        json!({ "enabled": true, "reason": "it is up", "skip_holidays": false }),
    ] {
        assert_eq!(supervisor.put("/api/schedule", &others).await.status, 403, "{others}");
    }
    assert_eq!((app.count("schedule_set").await, app.count("dialer_switch_set").await), (0, 1));
    let events = supervisor.get("/api/v1/ledger/events").await.body;
    let events =
        events.as_str().unwrap().lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let set = events.into_iter().find(|event| event["event_type"] == "dialer_switch_set").unwrap();
    assert_eq!(set["actor_name"], "Ali Ahmadi", "{set}");
    assert_eq!(set["payload"]["dialer_switch_set"]["person"]["reason"], "the trunk is down");
}
