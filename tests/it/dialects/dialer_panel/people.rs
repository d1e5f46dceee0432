//! `/api/admins`

use crate::support::clients::Client;
use crate::support::{PASSWORD, TestApp};
use domain::principal::Role;
use serde_json::{Value, json};

fn find<'a>(people: &'a Value, username: &str) -> &'a Value {
    people.as_array().unwrap().iter().find(|person| person["username"] == username).unwrap()
}

/// B-116
#[tokio::test(flavor = "multi_thread")]
async fn an_admin_lists_adds_changes_switches_and_deletes_people() {
    let app = TestApp::start().await;
    let admin = Client::person(&app, "admin").await;
    let body = json!({ "username": "ali", "password": "long enough", "first_name": "Ali", "last_name": "Ahmadi",
        "phone_number": "09121111111", "role": "agent", "email": null, "unknown": 1 });
    let added = admin.post("/api/admins", &body).await;
    assert_eq!(added.status, 200, "{added:?}");
    let listed = admin.get("/api/admins/").await.body;
    let expected = json!({ "id": added.body["id"], "username": "ali", "role": "AGENT", "first_name": "Ali",
        "last_name": "Ahmadi", "phone_number": "09121111111", "email": null, "is_active": true, "scopes": [] });
    assert_eq!(find(&listed, "ali"), &expected);
    let ali = Client::nobody(&app).log_in("ali", "long enough").await;
    let ali = Client::nobody(&app).with_token(ali.body["access_token"].as_str().unwrap());
    assert_eq!(ali.get("/api/admins").await.status, 403);

    let path = format!("/api/admins/{}", added.body["id"]);
    let changed = admin.put(&path, &json!({ "last_name": "Karimi", "role": "admin", "username": "" })).await;
    assert_eq!((&changed.body["last_name"], &changed.body["first_name"]), (&json!("Karimi"), &json!("Ali")));
    assert_eq!(ali.get("/api/admins").await.status, 200, "the role is read with every request");
    let reset = admin.post(&format!("{path}/reset-password"), &json!({ "password": "another one" })).await;
    assert_eq!(reset.status, 200, "{reset:?}");
    assert_eq!(ali.get("/api/admins").await.status, 401, "older tokens are void");
    assert_eq!(Client::nobody(&app).log_in("ali", "long enough").await.status, 401);
    assert_eq!(Client::nobody(&app).log_in("ali", "another one").await.status, 200);
    let scoped = admin.put(&path, &json!({ "scopes": ["leads:qualify"] })).await;
    assert_eq!(scoped.body["scopes"], json!(["leads:qualify"]));
    for wrong in [json!(["dialer"]), json!(["everything"]), json!("leads:qualify")] {
        assert_eq!(admin.put(&path, &json!({ "scopes": wrong })).await.status, 422);
    }
    let off = admin.post(&format!("{path}/deactivate"), &json!({})).await;
    assert_eq!(off.body["is_active"], false);
    let on = admin.post(&format!("{path}/activate"), &json!({})).await;
    assert_eq!(on.body["is_active"], true);

    assert_eq!(admin.delete(&path).await.status, 200);
    assert_eq!(admin.delete(&path).await.status, 404);
    assert!(admin.get("/api/admins").await.body.as_array().unwrap().iter().all(|p| p["username"] != "ali"));
    assert_eq!(Client::nobody(&app).log_in("ali", "another one").await.status, 401);
    assert_eq!(admin.post("/api/admins", &body).await.status, 200, "a deleted name is free");
    app.rebuilt_equals_live().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_or_malformed_is_refused_and_the_last_admin_stays() {
    let app = TestApp::start().await;
    let admin = Client::person(&app, "admin").await;
    let me = find(&admin.get("/api/admins").await.body, "admin")["id"].clone();
    let taken = json!({ "username": "admin", "password": PASSWORD });
    let answer = admin.post("/api/admins", &taken).await;
    assert_eq!((answer.status.as_u16(), &answer.body["code"]), (409, &json!("taken")));
    for (body, field) in [
        (json!({ "password": PASSWORD }), "username"),
        (json!({ "username": "x" }), "password"),
        (json!({ "username": "x", "password": "short" }), "password"),
        (json!({ "username": "a@b", "password": PASSWORD }), "username"),
        (json!({ "username": "x", "password": PASSWORD, "role": "king" }), "role"),
        (json!({ "username": ["x"], "password": PASSWORD }), "username"),
    ] {
        let answer = admin.post("/api/admins", &body).await;
        let told = (answer.status.as_u16(), &answer.body["detail"][0]["loc"][1]);
        assert_eq!(told, (422, &json!(field)), "{body}");
    }
    let path = format!("/api/admins/{me}");
    let own = admin.delete(&path).await;
    assert_eq!((own.status.as_u16(), &own.body["code"]), (409, &json!("own_account")));
    assert_eq!(admin.put(&path, &json!({ "role": "agent" })).await.status, 409);
    assert_eq!(admin.get("/api/admins/").await.status, 200);
    assert_eq!(admin.delete("/api/admins/999999").await.status, 404);
    assert_eq!(admin.put("/api/admins/nobody", &json!({})).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_admins_who_delete_each_other_at_once_do_not_both_succeed() {
    let app = TestApp::start().await;
    app.register("second", Role::Admin, None).await;
    let (one, two) = (Client::person(&app, "admin").await, Client::person(&app, "second").await);
    let people = one.get("/api/admins").await.body;
    let path = |name: &str| format!("/api/admins/{}", find(&people, name)["id"]);
    let (of_two, of_one) = (path("second"), path("admin"));
    let (first, second) = tokio::join!(one.delete(&of_two), two.delete(&of_one));
    let done = [&first, &second].iter().filter(|answer| answer.status == 200).count();
    assert_eq!(done, 1, "{first:?} {second:?}");
}
