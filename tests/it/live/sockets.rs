//! Socket.IO on the wire.

use crate::support::clients::Client;
use crate::support::socket::Socket;
use crate::support::{TestApp, history};
use domain::principal::Role;
use projections::rebuild;
use projections::rebuild::Targets;
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

async fn token(app: &TestApp, name: &str) -> String {
    let answer = Client::nobody(app).log_in(name, crate::support::PASSWORD).await;
    answer.body["token"].as_str().unwrap().to_owned()
}

async fn connect(app: &TestApp, name: &str) -> Socket {
    Socket::connect(app, &json!({ "token": token(app, name).await })).await.ok().unwrap()
}

async fn people(app: &TestApp) -> [Uuid; 2] {
    history::open_dialing(&app.app).await;
    [app.register("ann", Role::Telecaller, None).await, app.register("ben", Role::Telecaller, None).await]
}

/// B-166, B-167, C-32: a lead is made through one dialect and heard of in another; by whose it is, and by no other telecaller.
#[tokio::test(flavor = "multi_thread")]
async fn a_telecaller_hears_of_their_own_leads_and_nobody_elses() {
    let app = TestApp::start().await;
    let [ann, ben] = people(&app).await;
    let (mut anns, mut bens, mut admins) =
        (connect(&app, "ann").await, connect(&app, "ben").await, connect(&app, "admin").await);
    anns.emit("join-user-room", &json!(domain::ids::oid(ann))).await;
    bens.emit("join-user-room", &json!({ "userId": ben.to_string() })).await;
    bens.emit("typing", &json!({ "nobody": "documented that" })).await;
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;

    let admin = Client::person(&app, "admin").await;
    let lead = json!({ "agent_id": ann, "first_name": "John", "phone_e164": "+14155552671" });
    let made = admin.post("/api/v1/leads/", &lead).await;
    assert_eq!(made.status, 201, "{made:?}");
    let (event, told) = anns.next().await.unwrap();
    assert_eq!(event, "new-lead-assigned");
    let id: Uuid = made.body["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(
        told,
        json!({ "leadId": domain::ids::oid(id), "leadName": "John", "leadPhone": "+14155552671",
            "name": "John", "phoneNumber": "+14155552671", "assignedAt": "2025-03-01T08:30:00Z" })
    );
    assert_eq!(admins.next().await.unwrap().1, told, "whoever sees all hears all");
    assert_eq!(bens.next().await, None);

    // Somebody else's room is not theirs to join.
    bens.emit("join-user-room", &json!(ann.to_string())).await;
    let (event, told) = bens.next().await.unwrap();
    assert_eq!(
        (event.as_str(), &told["message"]),
        ("error", &json!("Access denied. Insufficient permissions."))
    );
    bens.emit("join-user-room", &json!({ "userId": null })).await;
    assert_eq!(bens.next().await.unwrap().0, "error");
}

/// B-168, B-169: what becomes of calls, and of people; the latter is for those who lead.
#[tokio::test(flavor = "multi_thread")]
async fn calls_and_people_are_told_of_to_those_whom_they_concern() {
    let app = TestApp::start().await;
    let [ann, _] = people(&app).await;
    app.register("sue", Role::Supervisor, None).await;
    let admin = Client::person(&app, "admin").await;
    let (mut anns, mut sues) = (connect(&app, "ann").await, connect(&app, "sue").await);
    anns.emit("join-user-room", &json!(ann)).await;
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    let calling = Client::person(&app, "ann").await;
    let lead = calling.post("/api/leads", &json!({ "name": "John Doe", "phone": "9876543210" })).await;
    let begun =
        calling.post("/api/calls/initiate", &json!({ "leadId": lead.body["lead"]["_id"] })).await.body;
    let id = begun["callId"].as_str().unwrap();
    calling.put(&format!("/api/calls/{id}"), &json!({ "status": "completed", "duration": 61 })).await;
    let mut heard = Vec::new();
    while heard.last()
        != Some(&(
            "call-status-updated".to_owned(),
            json!({ "callId": id, "status": "completed", "duration": 61 }),
        ))
    {
        heard.push(anns.next().await.expect("the end of the call"));
    }
    assert_eq!(heard[0].0, "new-lead-assigned");
    assert_eq!(heard[1].1, json!({ "callId": id, "status": "initiated", "duration": null }));
    assert_eq!(sues.next().await, None, "ann is in nobody's team");

    // From now on she is.
    let sue = admin.get("/api/users?role=supervisor").await.body["users"][0]["_id"].clone();
    admin.put(&format!("/api/users/{ann}"), &json!({ "supervisor": sue })).await;
    admin.put(&format!("/api/users/{ann}"), &json!({ "isActive": false })).await;
    let (event, told) = sues.next().await.unwrap();
    assert_eq!(event, "user-status-updated");
    assert_eq!(
        told,
        json!({ "userId": domain::ids::oid(ann), "status": "inactive", "lastActive": "2025-03-01T08:30:00Z" })
    );
    assert_eq!(anns.next().await, None, "not for themselves");
}

/// C-32
#[tokio::test(flavor = "multi_thread")]
async fn without_a_good_token_nobody_connects() {
    let app = TestApp::start().await;
    for (auth, message) in [
        (json!({}), "Access denied. No token provided."),
        (json!({ "token": " " }), "Access denied. No token provided."),
        (Value::Null, "Access denied. No token provided."),
        (json!({ "token": "eyJhbGciOiJub25lIn0.e30." }), "Access denied. Invalid token."),
        (json!({ "token": crate::support::DIALER_TOKEN }), "Access denied. Invalid token."),
    ] {
        let refused = Socket::connect(&app, &auth).await.err().expect("it was refused");
        assert_eq!(refused["message"], message, "{auth}");
    }
}

/// A rebuild folds every event again, and a second process begins on a full log: neither tells of any.
#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_or_a_restart_tells_nothing_again() {
    let app = TestApp::start().await;
    people(&app).await;
    let admin = Client::person(&app, "admin").await;
    admin.post("/api/leads", &json!({ "name": "John Doe", "phone": "9876543210" })).await;
    let mut here = connect(&app, "admin").await;
    let other = TestApp::join(&app.database_url, app.clock.clone()).await;
    let mut there = connect(&other, "admin").await;
    let report = rebuild::run(&app.app.pool, &Targets::all(), false, Arc::new(|_, _| {})).await.unwrap();
    assert!(report.switched_at.is_some());
    assert_eq!((here.next().await, there.next().await), (None, None));
    let made = admin.post("/api/leads", &json!({ "name": "Jane Doe", "phone": "9876543211" })).await;
    for socket in [&mut here, &mut there] {
        let (event, told) = socket.next().await.unwrap();
        assert_eq!(event, "new-lead-assigned");
        assert_eq!(told["leadId"], made.body["lead"]["_id"], "once, by whichever process");
        assert_eq!(socket.next().await, None);
    }
}
