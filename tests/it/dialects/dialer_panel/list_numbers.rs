//! `GET /api/numbers`, `GET /api/v1/numbers`, `POST /api/numbers`, `GET /api/numbers/stats`

use crate::support::TestApp;
use crate::support::clients::{Client, report};
use domain::principal::Role;
use serde_json::{Value, json};
use std::collections::HashSet;

fn ids(body: &Value) -> Vec<i64> {
    body["items"].as_array().unwrap().iter().map(|item| item["id"].as_i64().unwrap()).collect()
}

/// B-115
#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_added_once_and_what_is_no_number_is_told() {
    let app = TestApp::start().await;
    let admin = Client::person(&app, "admin").await;
    let body =
        json!({ "phone_numbers": ["09121112222", "+98 912 111 2222", "0912 333 4444", "hello", "12"] });
    let answer = admin.post("/api/numbers", &body).await;
    let expected = json!({ "inserted": 2, "duplicates": 1, "invalid": 2,
        "samples": { "duplicates": ["+98 912 111 2222"], "invalid": ["hello", "12"] } });
    assert_eq!((answer.status.as_u16(), &answer.body), (200, &expected));
    let again = admin.post("/api/numbers", &json!({ "numbers": "09121112222\n09125556666\n" })).await;
    assert_eq!((&again.body["inserted"], &again.body["duplicates"]), (&json!(1), &json!(1)), "{again:?}");
    let listed = admin.get("/api/v1/numbers?sort_by=created_at&sort_order=asc&status=&search=").await.body;
    assert_eq!(
        (listed["total"].as_i64(), listed["items"][0]["status"].as_str()),
        (Some(3), Some("IN_QUEUE"))
    );
    assert_eq!(listed["items"][0]["phone_number"], "09121112222");
    for body in [json!({}), json!({ "phone_numbers": 7 })] {
        assert_eq!(admin.post("/api/numbers", &body).await.status, 422);
    }
    app.rebuilt_equals_live().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_numbers_added_at_once_are_added_once() {
    let app = TestApp::start().await;
    let admin = Client::person(&app, "admin").await;
    let phones: Vec<String> = (0..600).map(|n| format!("0912{n:07}")).collect();
    let body = json!({ "phone_numbers": phones });
    let adds = (0..4).map(|_| admin.post("/api/numbers", &body));
    let answers = futures_util::future::join_all(adds).await;
    let sum = |field: &str| answers.iter().map(|a| a.body[field].as_i64().unwrap()).sum::<i64>();
    assert_eq!((sum("inserted"), sum("duplicates")), (600, 1_800), "{answers:?}");
    assert_eq!(app.count("lead_captured").await, 600);
    app.rebuilt_equals_live().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_filtered_searched_sorted_and_paged() {
    let phones: Vec<String> = (0..30).map(|n| format!("09123456{n:03}")).collect();
    let app = TestApp::with_numbers(&phones.iter().map(String::as_str).collect::<Vec<_>>()).await;
    app.register("ali", Role::Agent, Some("09120000000")).await;
    let admin = Client::person(&app, "admin").await;
    let dialer = Client::dialer(&app);
    for number in 1..=5 {
        let mut body = report(number, if number < 4 { "BUSY" } else { "CONNECTED" }, 1);
        body["agent_phone"] = json!("09120000000");
        body["user_message"] = json!("call me");
        assert_eq!(dialer.report(&body).await.status, 200);
    }
    let listed = admin.get("/api/v1/numbers?status=BUSY&sort_by=phone_number&sort_order=asc").await;
    assert_eq!(listed.status, 200, "{listed:?}");
    let busy = admin.get("/api/v1/numbers?status=BUSY&sort_by=phone_number&sort_order=asc").await.body;
    assert_eq!((ids(&busy), &busy["total"]), (vec![1, 2, 3], &json!(3)));
    let item = &busy["items"][0];
    assert_eq!(
        (&item["total_attempts"], &item["assigned_agent_name"], &item["last_user_message"]),
        (&json!(1), &json!("Ali Ahmadi"), &json!("call me"))
    );
    assert!(item["created_at"].as_str().unwrap().ends_with("+03:30"), "{item}");
    let found = admin.get("/api/v1/numbers?search=0912345602").await.body;
    assert_eq!(found["skip"], 0, "{found}");
    assert_eq!((ids(&found).len(), found["total_is_exact"].as_bool()), (10, Some(true)));
    assert_eq!(admin.get("/api/v1/numbers?search=%25").await.body["total"], 0);

    let mut seen = Vec::new();
    for skip in (0..30).step_by(7) {
        let page = admin.get(&format!("/api/v1/numbers?skip={skip}&limit=7&sort_by=attempts")).await.body;
        assert_eq!(page["total"], 30, "{page}");
        seen.extend(ids(&page));
    }
    assert_eq!((seen.len(), seen.iter().collect::<HashSet<_>>().len()), (30, 30));
    assert_eq!(seen[..5], [5, 4, 3, 2, 1]);
    let beyond = admin.get("/api/v1/numbers?skip=100").await.body;
    assert!(ids(&beyond).is_empty());
    for query in [
        "status=GONE",
        "sort_by=password",
        "sort_order=up",
        "skip=-1",
        "limit=x",
        "start_date=soon",
        "start_date=-9999-01-01",
    ] {
        let answer = admin.get(&format!("/api/v1/numbers?{query}")).await;
        assert_eq!(answer.status, 422, "{query}");
    }
    assert_eq!(admin.get("/api/v1/numbers?end_date=2025-03-01").await.body["total"], 30);
    assert_eq!(admin.get("/api/v1/numbers?start_date=2025-03-02").await.body["total"], 0);

    let ali = Client::person(&app, "ali").await;
    assert_eq!(ids(&ali.get("/api/v1/numbers?sort_order=asc&agent_id=1").await.body), [1, 2, 3, 4, 5]);
    let stats = ali.get("/api/numbers/stats").await.body;
    assert_eq!((&stats["total"], &stats["by_status"]["BUSY"]), (&json!(5), &json!(3)));
    assert_eq!(admin.get("/api/numbers/stats").await.body["by_status"]["IN_QUEUE"], 25);
    app.rebuilt_equals_live().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_sees_nothing() {
    let app = TestApp::start().await;
    app.register("ali", Role::Agent, None).await;
    app.register("audit", Role::Auditor, None).await;
    let (ali, auditor) = (Client::person(&app, "ali").await, Client::person(&app, "audit").await);
    let (dialer, nobody) = (Client::dialer(&app), Client::nobody(&app));
    let body = json!({ "select_all": true, "phone_numbers": [], "action": "reset" });
    for path in ["/api/numbers", "/api/numbers/stats"] {
        for (client, status) in [(&ali, 200), (&auditor, 403), (&dialer, 401), (&nobody, 401)] {
            assert_eq!(client.get(path).await.status, status, "{path}");
        }
    }
    for path in ["", "/upload", "/export", "/bulk", "/bulk-status", "/bulk-delete"] {
        let path = format!("/api/numbers{path}");
        for (client, status) in [(&ali, 403), (&auditor, 403), (&dialer, 401), (&nobody, 401)] {
            assert_eq!(client.post(&path, &body).await.status, status, "{path}");
        }
    }
}

/// F7: the web application reads a bare list, the agent as an object, and the total from `stats` with the same filters.
#[tokio::test(flavor = "multi_thread")]
async fn the_web_application_reads_a_bare_list_and_its_total() {
    let phones: Vec<String> = (0..60).map(|n| format!("09123456{n:03}")).collect();
    let app = TestApp::with_numbers(&phones.iter().map(String::as_str).collect::<Vec<_>>()).await;
    app.register("ali", Role::Agent, Some("09120000000")).await;
    let (admin, dialer) = (Client::person(&app, "admin").await, Client::dialer(&app));
    let mut body = report(1, "BUSY", 1);
    body["agent_phone"] = json!("09120000000");
    assert_eq!(dialer.report(&body).await.status, 200);

    // `params` of the page: absent filters are not sent, the first page has fifty.
    let page = admin.get("/api/numbers?skip=0&limit=50&sort_by=created_at&sort_order=asc").await;
    let numbers = page.body.as_array().unwrap();
    assert_eq!((numbers.len(), page.header("x-total-count")), (50, Some("60")));
    let assigned = json!({ "id": numbers[0]["assigned_agent_id"], "username": "ali", "first_name": "Ali",
        "last_name": "Ahmadi", "phone_number": "09120000000" });
    assert_eq!(numbers[0]["assigned_agent"], assigned);
    assert_eq!(
        (&numbers[0]["assigned_agent_name"], &numbers[1]["assigned_agent"]),
        (&json!("Ali Ahmadi"), &Value::Null)
    );
    let rest = admin.get("/api/numbers?skip=50&limit=50").await;
    assert_eq!((rest.body.as_array().unwrap().len(), rest.header("x-total-count")), (10, Some("60")));
    let with_total = admin.get("/api/v1/numbers?skip=50&limit=50").await.body;
    assert_eq!((&with_total["items"], &with_total["total"]), (&rest.body, &json!(60)));

    let total =
        async |query: &str| admin.get(&format!("/api/numbers/stats?{query}")).await.body["total"].clone();
    for (query, expected) in [
        ("", 60),
        ("status=BUSY", 1),
        ("status=BUSY&search=0912", 1),
        ("search=09123456001", 1),
        ("search=0912345600", 10),
        ("start_date=2025-03-01&end_date=2025-03-01", 60),
        ("start_date=2025-03-02", 0),
        ("status=CONNECTED", 0),
    ] {
        assert_eq!(total(query).await, json!(expected), "{query}");
    }
    assert_eq!(admin.get("/api/numbers/stats?status=GONE").await.status, 422);
}

/// Fault 6: what looks like a whole number is a part of others all the same; lists, exports and bulk changes agree.
#[tokio::test(flavor = "multi_thread")]
async fn a_search_finds_the_whole_number_and_what_holds_its_digits() {
    let app = TestApp::with_numbers(&["09125615059", "09125615060", "+98 935 561 5059", "02188776655"]).await;
    let admin = Client::person(&app, "admin").await;
    for (search, expected) in [
        ("5615059", vec![1, 3]),
        ("615059", vec![1, 3]),
        ("15059", vec![1, 3]),
        ("59", vec![1, 3]),
        ("56150", vec![1, 2, 3]),
        ("09125615059", vec![1]),
        ("+989125615059", vec![1]),
        ("00989125615059", vec![1]),
        ("9125615060", vec![2]),
        ("0935 561 5059", vec![3]),
        ("88776655", vec![4]),
        ("021 8877 6655", vec![4]),
        ("77777", vec![]),
    ] {
        let query = search.replace('+', "%2B").replace(' ', "%20");
        let found = admin.get(&format!("/api/v1/numbers?sort_order=asc&search={query}")).await.body;
        assert_eq!((ids(&found), &found["total"]), (expected.clone(), &json!(expected.len())), "{search}");
        let bulk = json!({ "action": "reset", "select_all": true, "search": search, "dry_run": true });
        assert_eq!(admin.post("/api/numbers/bulk", &bulk).await.body["matched"], expected.len(), "{search}");
        let export = json!({ "ids": [], "select_all": true, "excluded_ids": [], "search": search });
        let (status, _, bytes) = admin.download("/api/numbers/export", &export).await;
        assert_eq!((status.as_u16(), rows(bytes)), (200, expected.len()), "{search}");
    }
}

/// Rows of a workbook without its header.
fn rows(bytes: Vec<u8>) -> usize {
    use calamine::Reader;
    let mut book: calamine::Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(bytes)).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    sheet.rows().count() - 1
}

/// Seen as a new user: supervisors see the numbers of their team and of nobody, and change none.
#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_sees_the_teams_numbers_and_changes_none() {
    let app = TestApp::with_numbers(&["09123456780", "09123456781", "09123456782"]).await;
    let boss = app.register("boss", Role::Supervisor, None).await;
    let (ali, bob) =
        (app.register("ali", Role::Agent, None).await, app.register("bob", Role::Agent, None).await);
    crate::support::history::lead_by(&app.app, ali, boss).await;
    let num = async |id| {
        app.app.ledger.views().find_agent(domain::ids::AnyId::Uuid(id)).await.unwrap().unwrap().num
    };
    let dialer = Client::dialer(&app);
    for (number, agent) in [(1, num(ali).await), (2, num(bob).await)] {
        let mut body = report(number, "BUSY", 1);
        body["agent_id"] = json!(agent);
        assert_eq!(dialer.report(&body).await.status, 200);
    }
    let supervisor = Client::person(&app, "boss").await;
    assert_eq!(ids(&supervisor.get("/api/v1/numbers?sort_order=asc").await.body), [1, 3]);
    assert_eq!(supervisor.get("/api/numbers").await.header("x-total-count"), Some("2"));
    let stats = supervisor.get("/api/numbers/stats").await.body;
    assert_eq!((&stats["total"], &stats["by_status"]["BUSY"]), (&json!(2), &json!(1)));
    assert_eq!(
        ids(&supervisor.get(&format!("/api/v1/numbers?agent_id={}", num(bob).await)).await.body),
        [0i64; 0]
    );
    assert_eq!(supervisor.set_status(1, "IN_QUEUE").await.status, 403);
    assert_eq!(supervisor.post("/api/numbers", &json!({ "phone_numbers": [] })).await.status, 403);
}
