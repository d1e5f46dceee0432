//! What the web application of the telecaller CRM sends and reads (F2, F11, F14, F16).

use super::Company;
use crate::support::PASSWORD;
use crate::support::clients::{Client, report};
use crate::support::web_app::WebApp;
use reqwest::Method;
use serde_json::{Value, json};

/// F2, F16: rows have `id`, details are read at the top too.
#[tokio::test(flavor = "multi_thread")]
async fn rows_have_an_id_and_details_are_at_the_top_too() {
    let company = Company::start().await;
    let page = WebApp(&company.admin);
    let lead = company.lead(&company.alice, "9876543210").await;
    let wish = json!({ "leadId": lead });
    let call = WebApp::read(&company.alice.post("/api/calls/initiate", &wish).await, "call");
    let filed = company.alice.post("/api/reports", &json!({ "reportDate": "2025-03-01" })).await;
    let report = WebApp::read(&filed, "report");
    for (path, list, name, id) in [
        ("/api/leads", "leads", "lead", json!(lead)),
        ("/api/calls", "calls", "call", call["_id"].clone()),
        ("/api/reports", "reports", "report", report["_id"].clone()),
        ("/api/users", "users", "user", json!(company.alice_id)),
    ] {
        let rows = page.rows(path, list).await;
        assert!(rows.iter().any(|row| row["id"] == id), "{path}");
        let shown = page.detail(&format!("{path}/{}", id.as_str().unwrap()), name).await;
        assert_eq!(shown["_id"], id, "{path}");
    }
    let path = format!("/api/leads/{lead}");
    let changed = company.alice.put(&path, &json!({ "notes": "called" })).await;
    assert_eq!(WebApp::read(&changed, "lead")["notes"], "called");
    let given = company.admin.post(&format!("{path}/assign"), &json!({ "assignedTo": company.bob_id })).await;
    assert_eq!(WebApp::read(&given, "lead")["assignedTo"]["name"], "Bob Johnson");
}

/// F11, and: the source filter takes every word that lists show.
#[tokio::test(flavor = "multi_thread")]
async fn leads_of_nobody_and_of_every_source_are_found() {
    let company = Company::start().await;
    company.lead(&company.alice, "9876543210").await;
    let dialer = Client::dialer(&company.app);
    let unknown = json!({ "number_id": null, "phone_number": "09121230001", "status": "MISSED",
        "attempted_at": company.app.now_text() });
    assert_eq!(dialer.report(&unknown).await.status, 200);
    crate::support::history::capture(&company.app.app, ["09120000001".to_owned()]).await;
    let listed = WebApp(&company.admin).rows("/api/leads", "leads").await;
    let sources: std::collections::BTreeSet<&str> =
        listed.iter().map(|lead| lead["source"].as_str().unwrap()).collect();
    assert!(sources.len() >= 3, "{sources:?}");
    for source in sources {
        let of_it = listed.iter().filter(|lead| lead["source"] == source).count();
        let found = company.admin.get(&format!("/api/leads?source={source}")).await;
        assert_eq!((found.status.as_u16(), &found.body["total"]), (200, &json!(of_it)), "{source}");
    }
    let nobodys = |client: &Client| {
        let client = client.clone();
        async move { client.get("/api/leads?assignedTo=unassigned").await.body["total"].clone() }
    };
    assert_eq!(nobodys(&company.admin).await, 2);
    assert_eq!(nobodys(&company.supervisor).await, 2, "a supervisor gives them out");
    assert_eq!(nobodys(&company.alice).await, 0, "a telecaller sees their own");
    let all = company.admin.get("/api/leads?assignedTo=").await.body["total"].clone();
    assert_eq!(all, 3);
    assert_eq!(company.admin.get("/api/leads?source=tv").await.status, 400);
}

/// F14: asked with every page, and never one request too many.
#[tokio::test(flavor = "multi_thread")]
async fn the_profile_is_answered_when_the_limit_is_used_up() {
    let company = Company::start_with(&[("LEDGER_RATE_LIMIT_GENERAL", "20")]).await;
    for _ in 0..30 {
        company.alice.get("/api/leads").await;
    }
    assert_eq!(company.alice.get("/api/leads").await.status, 429);
    for _ in 0..30 {
        let profile = company.alice.get("/api/auth/profile").await;
        assert_eq!((profile.status.as_u16(), &profile.body["user"]["name"]), (200, &json!("Alice Johnson")));
        assert_eq!(profile.body["name"], "Alice Johnson", "at the top too");
    }
    // Who guesses tokens is charged all the same.
    let stranger = Client::nobody(&company.app).with_token("a.b.c");
    let mut refused = 0;
    for _ in 0..40 {
        refused += u32::from(stranger.get("/api/auth/profile").await.status == 429);
    }
    assert!(refused > 0, "a void token costs its address something");
}

/// Fault 15, C-09
#[tokio::test(flavor = "multi_thread")]
async fn what_calls_itself_xml_is_of_an_unsupported_type() {
    let company = Company::start_with(&[("LEDGER_RATE_LIMIT_AUTH", "200")]).await;
    let events = company.app.app.ledger.views().head().await.unwrap();
    for path in [
        "/api/leads",
        "/api/auth/login",
        "/api/auth/register",
        "/api/reports",
        "/api/calls/initiate",
        "/api/calls",
        "/api/users",
    ] {
        for (kind, body) in [
            ("application/xml", "<a/>"),
            ("text/plain", "name=Ali"),
            ("text/csv", "a,b"),
            ("application/x-www-form-urlencoded", "a=b"),
            ("application/octet-stream", "\u{1}"),
        ] {
            let token = format!("Bearer {}", company.admin.token().unwrap());
            let headers = [("content-type", kind), ("authorization", &token)];
            let answer = company.admin.form(path, body, &headers).await;
            assert_eq!(
                (answer.status.as_u16(), &answer.body["success"]),
                (415, &json!(false)),
                "{path} {kind}: {answer:?}"
            );
        }
        let broken = company.admin.send(Method::POST, path, Some("{"), &[]).await;
        assert_eq!(broken.status, 400, "{path}");
    }
    assert_eq!(company.app.app.ledger.views().head().await.unwrap(), events);
}

/// Decided: `POST /api/leads` honours `assignedTo` where the caller may give leads to that person, else 403.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_lead_goes_to_whom_it_names_where_the_caller_may_give() {
    let company = Company::start().await;
    let make = async |by: &Client, to: Value| {
        let body = json!({ "name": "John Doe", "phone": "9876543210", "assignedTo": to });
        by.post("/api/leads", &body).await
    };
    let owner = |answer: &crate::support::clients::Answer| answer.body["lead"]["assignedTo"]["_id"].clone();
    let (alice, bob, sue) = (&company.alice_id, &company.bob_id, &company.supervisor_id);
    for (by, to, of) in [
        (&company.admin, json!(bob), bob),
        (&company.admin, json!({ "_id": bob, "name": "Bob Johnson" }), bob),
        (&company.supervisor, json!(alice), alice),
        (&company.alice, json!(alice), alice),
        (&company.alice, Value::Null, alice),
        (&company.alice, json!(""), alice),
    ] {
        let made = make(by, to.clone()).await;
        assert_eq!((made.status.as_u16(), owner(&made)), (201, json!(of)), "{to}");
    }
    let events = company.app.app.ledger.views().head().await.unwrap();
    for (by, to) in [(&company.alice, bob), (&company.supervisor, bob), (&company.bob, alice)] {
        let refused = make(by, json!(to)).await;
        assert_eq!(refused.status, 403);
        assert_eq!(refused.body["message"], "Access denied. Insufficient permissions.");
    }
    for (to, field) in [
        (json!("000000000000000000000000"), "assignedTo"),
        (json!(sue), "assignedTo"),
        (json!("nobody"), "assignedTo"),
    ] {
        let refused = make(&company.admin, to.clone()).await;
        assert_eq!(
            (refused.status.as_u16(), &refused.body["errors"][0]["field"]),
            (400, &json!(field)),
            "{to}"
        );
    }
    assert_eq!(company.app.app.ledger.views().head().await.unwrap(), events, "nothing was made");
}

/// F16: the pages of people.
#[tokio::test(flavor = "multi_thread")]
async fn the_pages_of_people_make_them_switch_them_and_set_passwords() {
    let company = Company::start_with(&[("LEDGER_RATE_LIMIT_AUTH", "50")]).await;
    let new = json!({ "name": "Carol White", "email": "carol@example.com", "password": PASSWORD,
        "role": "telecaller", "department": "sales", "phone": "9876543219", "supervisor": "", "isActive": false });
    assert_eq!(company.supervisor.post("/api/users", &new).await.status, 403);
    let made = company.admin.post("/api/users", &new).await;
    assert_eq!(made.status, 201, "{made:?}");
    let carol = WebApp::read(&made, "user");
    assert_eq!((&carol["isActive"], &carol["name"]), (&json!(false), &json!("Carol White")));
    let nobody = Client::nobody(&company.app);
    assert_eq!(nobody.log_in("carol@example.com", PASSWORD).await.status, 403);
    let path = format!("/api/users/{}", carol["_id"].as_str().unwrap());
    for (wish, is_active) in [
        (json!({ "isActive": true }), true),
        (json!({ "status": "inactive" }), false),
        (json!({ "isActive": "true" }), true),
    ] {
        let switched = company.admin.put(&format!("{path}/status"), &wish).await;
        assert_eq!(WebApp::read(&switched, "user")["isActive"], is_active, "{wish}");
    }
    let missing = company.admin.put(&format!("{path}/status"), &json!({})).await;
    assert_eq!((missing.status.as_u16(), &missing.body["errors"][0]["field"]), (400, &json!("isActive")));
    let mate = format!("/api/users/{}/status", company.alice_id);
    assert_eq!(company.supervisor.put(&mate, &json!({ "isActive": true })).await.status, 200);
    let stranger = company.supervisor.put(&format!("{path}/status"), &json!({ "isActive": false })).await;
    assert_eq!(stranger.status, 403, "not of their team");

    // An admin sets a password; everybody their own, who knows the present one.
    let reset =
        company.admin.put(&format!("{path}/password"), &json!({ "password": "a new password" })).await;
    assert_eq!(reset.status, 200, "{reset:?}");
    assert_eq!(nobody.log_in("carol@example.com", PASSWORD).await.status, 401);
    let token = nobody.log_in("carol@example.com", "a new password").await;
    let client = nobody.with_token(token.body["token"].as_str().unwrap());
    let own = json!({ "currentPassword": "a new password", "newPassword": "another password" });
    let changed = client.put(&format!("{path}/password"), &own).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    let client = client.with_token(changed.body["token"].as_str().unwrap());
    assert_eq!(client.get("/api/auth/profile").await.status, 200);
    assert_eq!(
        client.put(&format!("{path}/password"), &json!({ "password": "third password" })).await.status,
        400
    );
    let alice = format!("/api/users/{}/password", company.alice_id);
    let wish = json!({ "password": "third password" });
    assert_eq!(company.supervisor.put(&alice, &wish).await.status, 403, "nobody becomes their telecaller");
    assert_eq!(company.bob.put(&alice, &wish).await.status, 403);
    assert_eq!(company.admin.put(&alice, &json!({ "password": "short" })).await.status, 400);

    let mine = json!({ "name": "Alice Miller", "phone": "9876500000", "role": "admin", "isActive": false,
        "department": "management" });
    let changed = company.alice.put("/api/auth/profile", &mine).await;
    assert_eq!(changed.body["user"]["name"], "Alice Miller", "{changed:?}");
    let me = company.alice.get("/api/auth/profile").await.body;
    assert_eq!(
        (&me["user"]["phone"], &me["user"]["role"], &me["user"]["department"]),
        (&json!("9876500000"), &json!("telecaller"), &json!("sales"))
    );
    company.app.rebuilt_equals_live().await;
}

/// F16: what a user did.
#[tokio::test(flavor = "multi_thread")]
async fn the_pages_of_one_user_show_what_they_did() {
    let company = Company::start().await;
    let lead = company.lead(&company.alice, "9876543210").await;
    let dialer = Client::dialer(&company.app);
    let mut connected = report(1, "CONNECTED", 1);
    connected["agent_id"] = json!(3);
    assert_eq!(dialer.report(&connected).await.status, 200);
    company.report(&company.alice).await;
    let path = format!("/api/users/{}", company.alice_id);
    let done = company.supervisor.get(&format!("{path}/performance")).await;
    assert_eq!(done.status, 200, "{done:?}");
    for body in [&done.body, &done.body["performance"]] {
        assert_eq!(
            (&body["totalCalls"], &body["successfulCalls"], &body["totalLeads"]),
            (&json!(1), &json!(1), &json!(1))
        );
        assert_eq!(body["successRate"], 100);
    }
    let day = json!({ "date": "2025-03-01", "calls": 1, "leads": 1, "conversions": 0 });
    assert!(done.body["performance"]["dailyStats"].as_array().unwrap().contains(&day), "{done:?}");
    let some = company.alice.get(&format!("{path}/performance?dateFrom=2025-02-01&dateTo=2025-02-02")).await;
    assert_eq!(some.body["performance"]["dailyStats"].as_array().unwrap().len(), 2);
    let activity = WebApp(&company.admin).rows(&format!("{path}/activity?page=1&limit=10"), "activity").await;
    let kinds: Vec<&str> = activity.iter().map(|entry| entry["type"].as_str().unwrap()).collect();
    assert_eq!(kinds.len(), 3, "{activity:?}");
    assert!(["call", "lead", "report"].iter().all(|kind| kinds.contains(kind)), "{kinds:?}");
    let of_call = activity.iter().find(|entry| entry["type"] == "call").unwrap();
    assert_eq!((&of_call["lead"]["_id"], &of_call["action"]), (&json!(lead), &json!("completed")));
    let second = WebApp(&company.admin).rows(&format!("{path}/activity?page=2&limit=2"), "activity").await;
    assert_eq!(second.len(), 1);
    for page in ["performance", "activity"] {
        assert_eq!(company.bob.get(&format!("{path}/{page}")).await.status, 403);
        assert_eq!(company.admin.get(&format!("/api/users/x/{page}")).await.status, 404);
    }
}

/// F16: one answer for the first page.
#[tokio::test(flavor = "multi_thread")]
async fn the_dashboard_is_one_answer() {
    let company = Company::start().await;
    company.lead(&company.alice, "9876543210").await;
    for client in [&company.admin, &company.alice] {
        let whole = client.get("/api/dashboard").await;
        assert_eq!(whole.status, 200, "{whole:?}");
        let overview = client.get("/api/dashboard/overview").await.body["overview"].clone();
        assert_eq!(whole.body["overview"], overview);
        assert_eq!(whole.body["totalLeads"], 1, "at the top too");
        assert_eq!(
            whole.body["performance"],
            client.get("/api/dashboard/performance").await.body["performance"]
        );
        assert_eq!(whole.body["leads"], client.get("/api/dashboard/leads").await.body["leads"]);
    }
    assert_eq!(company.admin.get("/api/dashboard?dateFrom=soon").await.status, 400);
}

/// F16: one report as a file, and a deleted report.
#[tokio::test(flavor = "multi_thread")]
async fn one_report_is_a_file_and_a_deleted_one_gives_its_day_free() {
    let company = Company::start().await;
    let id = company.report(&company.alice).await;
    company.report(&company.bob).await;
    let path = format!("/api/reports/{id}");
    for (format, ending) in [("excel", "xlsx"), ("xlsx", "xlsx"), ("pdf", "pdf"), ("PDF", "pdf")] {
        let made = company.alice.get(&format!("{path}/export/{format}")).await;
        assert_eq!(made.status, 200, "{made:?}");
        assert!(made.body["filename"].as_str().unwrap().ends_with(ending), "{made:?}");
        let file = company.alice.get(made.body["downloadUrl"].as_str().unwrap()).await;
        assert_eq!(file.status, 200);
    }
    let odd = company.alice.get(&format!("{path}/export/docx")).await;
    assert_eq!((odd.status.as_u16(), &odd.body["errors"][0]["field"]), (400, &json!("format")));
    assert_eq!(company.bob.get(&format!("{path}/export/pdf")).await.status, 404);

    for client in [&company.alice, &company.supervisor] {
        assert_eq!(client.delete(&path).await.status, 403);
    }
    let gone = company.admin.delete(&path).await;
    assert_eq!((gone.status.as_u16(), &gone.body["message"]), (200, &json!("Report deleted successfully")));
    assert_eq!(company.admin.get(&path).await.status, 404);
    assert_eq!(company.admin.delete(&path).await.status, 404);
    assert_eq!(company.admin.get("/api/reports").await.body["total"], 1);
    assert_eq!(company.alice.put(&path, &json!({ "totalCalls": 1 })).await.status, 404);
    assert_eq!(company.app.count("report_deleted").await, 1);
    let again = company.report(&company.alice).await;
    assert_ne!(again, id, "the day is free again");
    company.app.rebuilt_equals_live().await;
}

/// Fault 9, C-49: a person's note stays; what the called person said is a field of its own.
#[tokio::test(flavor = "multi_thread")]
async fn a_reported_message_takes_no_notes_place() {
    let company = Company::start().await;
    let lead = company.lead(&company.alice, "9876543210").await;
    let path = format!("/api/leads/{lead}");
    company.alice.put(&path, &json!({ "notes": "Interested in custom solutions" })).await;
    for (second, message) in (1..).zip(["call me later", "not today", "after six"]) {
        let mut busy = report(1, "BUSY", second);
        busy["user_message"] = json!(message);
        assert_eq!(Client::dialer(&company.app).report(&busy).await.status, 200);
        let shown = company.alice.get(&path).await.body["lead"].clone();
        assert_eq!(
            (&shown["notes"], &shown["lastUserMessage"]),
            (&json!("Interested in custom solutions"), &json!(message))
        );
    }
    company.alice.put(&path, &json!({ "notes": "Second note" })).await;
    let shown = company.alice.get(&path).await.body["lead"].clone();
    assert_eq!((&shown["notes"], &shown["lastUserMessage"]), (&json!("Second note"), &json!("after six")));
}
