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
