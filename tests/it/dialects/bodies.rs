//! What surrounds a body on its way is the same on every surface: slashes, packing, byte order marks, odd characters.

use crate::support::clients::{Answer, Client, FROM_DIALER};
use crate::support::{FROM_DIALER_KEY, PASSWORD, TestApp, history};
use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::Method;
use serde_json::{Value, json};
use std::io::Write as _;
use std::time::{Duration, Instant};

/// One request to each surface that is answered with success, its path and its body.
struct Surface {
    client: Client,
    path: &'static str,
    body: Value,
    headers: Vec<(&'static str, &'static str)>,
    status: u16,
}

impl Surface {
    async fn send(&self, path: &str, body: Vec<u8>, more: &[(&str, &str)]) -> Answer {
        let headers: Vec<(&str, &str)> = self.headers.iter().chain(more).copied().collect();
        self.client.bytes(Method::POST, path, body, &headers).await
    }
}

/// Every surface that reads a body; `n` makes what is said new.
async fn surfaces(app: &TestApp, n: u32) -> Vec<Surface> {
    let admin = Client::person(app, "admin").await;
    let agent = admin.post("/api/v1/agents/", &json!({ "name": "Sales" })).await.body["id"].clone();
    let json = ("content-type", "application/json");
    let surface =
        |client: Client, path, body, status| Surface { client, path, body, headers: vec![json], status };
    let click = json!({ "user": "CalebG", "phone": format!("+4420794600{n:02}"), "full_name": "John" });
    let mut from_dialer = surface(Client::nobody(app), FROM_DIALER, click, 201);
    from_dialer.headers.push(("x-dialer-api-key", FROM_DIALER_KEY));
    let lead = json!({ "agent_id": agent, "first_name": "John", "phone_e164": format!("+1415555{n:04}") });
    let report = json!({ "number_id": 1, "status": "BUSY", "user_message": format!("call {n}"),
        "attempted_at": 1_740_817_800 + n });
    let log_in = json!({ "username": "admin", "password": PASSWORD, "name": "John" });
    let meta =
        json!({ "lead_id": 7_000 + n, "full_name": "John", "phone_number": format!("98765432{n:02}") });
    vec![
        from_dialer,
        surface(admin.clone(), "/api/v1/leads/", lead, 201),
        surface(Client::dialer(app), "/api/dialer/report-result", report, 200),
        surface(
            admin.clone(),
            "/api/leads",
            json!({ "name": "John", "phone": format!("98765000{n:02}") }),
            201,
        ),
        surface(Client::nobody(app), "/api/auth/login", log_in, 200),
        surface(Client::nobody(app), "/api/meta/webhook", meta, 200),
    ]
}

async fn start() -> TestApp {
    let app = TestApp::start_with(&[("LEDGER_RATE_LIMIT_AUTH", "off")]).await;
    history::open_dialing(&app.app).await;
    history::capture(&app.app, ["09123456789".to_owned()]).await;
    history::documents_agents(&app.app).await;
    app
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packing = GzEncoder::new(Vec::new(), Compression::best());
    packing.write_all(bytes).unwrap();
    packing.finish().unwrap()
}

/// A doubled slash in a path is one, on every surface, and no body is lost by a redirect.
#[tokio::test(flavor = "multi_thread")]
async fn doubled_slashes_are_one() {
    let app = start().await;
    for surface in surfaces(&app, 1).await {
        let path = format!("/{}//", surface.path.trim_end_matches('/').replace('/', "///"));
        let answer = surface.send(&path, surface.body.to_string().into_bytes(), &[]).await;
        assert_eq!(answer.status, surface.status, "{path} {answer:?}");
    }
    let admin = Client::person(&app, "admin").await;
    for path in ["//api/numbers?search=//x", "/api//v1//leads", "//healthz", "/api/leads//assigned//1"] {
        assert_ne!(admin.get(path).await.status, 404, "{path}");
    }
}

/// `Content-Encoding: gzip` is read; the unpacked size counts, and other codings are 415.
#[tokio::test(flavor = "multi_thread")]
async fn packed_bodies_are_read_within_the_limit() {
    let app = start().await;
    for surface in surfaces(&app, 2).await {
        let packed = gzip(surface.body.to_string().as_bytes());
        for (body, coding, status) in [
            (packed.clone(), "gzip", surface.status),
            (packed[..packed.len() / 2].to_vec(), "gzip", 400),
            (surface.body.to_string().into_bytes(), "gzip", 400),
            (packed.clone(), "br", 415),
            (packed.clone(), "deflate", 415),
            (gzip(&packed), "gzip, gzip", 415),
        ] {
            let answer = surface.send(surface.path, body, &[("content-encoding", coding)]).await;
            assert_eq!(answer.status, status, "{} {coding} {answer:?}", surface.path);
            assert!(status != 415 || answer.header("accept-encoding") == Some("gzip"), "{answer:?}");
        }
        // 30 MB in 30 KB.
        let bomb = gzip(&vec![b' '; 30_000_000]);
        let began = Instant::now();
        let answer = surface.send(surface.path, bomb, &[("content-encoding", "gzip")]).await;
        assert_eq!(answer.status, 413, "{} {answer:?}", surface.path);
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    }
    for surface in surfaces(&app, 10).await {
        let body = surface.body.to_string().into_bytes();
        let answer = surface.send(surface.path, body, &[("content-encoding", "identity")]).await;
        assert_eq!(answer.status, surface.status, "{} {answer:?}", surface.path);
    }
    let admin = Client::person(&app, "admin").await;
    let numbers = gzip(json!({ "phone_numbers": ["09121112222"] }).to_string().as_bytes());
    let headers = [("content-type", "application/json"), ("content-encoding", "x-gzip")];
    let added = admin.bytes(Method::POST, "/api/numbers", numbers, &headers).await;
    assert_eq!((added.status.as_u16(), &added.body["inserted"]), (200, &json!(1)), "{added:?}");
    let file = gzip(b"09121112223\n09121112224\n");
    let headers = [("content-type", "text/csv"), ("content-encoding", "gzip")];
    let added = admin.bytes(Method::POST, "/api/numbers/upload", file, &headers).await;
    assert_eq!((added.status.as_u16(), &added.body["inserted"]), (200, &json!(2)), "{added:?}");
}

/// K17: a byte order mark before a body, on every surface.
#[tokio::test(flavor = "multi_thread")]
async fn a_byte_order_mark_before_a_body_is_none_of_it() {
    let app = start().await;
    for surface in surfaces(&app, 3).await {
        let body = [b"\xef\xbb\xbf".as_slice(), surface.body.to_string().as_bytes()].concat();
        let answer = surface.send(surface.path, body, &[]).await;
        assert_eq!(answer.status, surface.status, "{} {answer:?}", surface.path);
    }
    for surface in surfaces(&app, 4).await {
        let utf_16 = format!("\u{feff}{}", surface.body).encode_utf16().flat_map(u16::to_le_bytes).collect();
        let answer = surface.send(surface.path, utf_16, &[]).await;
        assert_eq!(answer.status, surface.status, "{} {answer:?}", surface.path);
    }
    let form = [b"\xef\xbb\xbfuser=CalebG&phone=".as_slice(), b"%2B442079460005"].concat();
    let headers =
        [("x-dialer-api-key", FROM_DIALER_KEY), ("content-type", "application/x-www-form-urlencoded")];
    let answer = Client::nobody(&app).bytes(Method::POST, FROM_DIALER, form, &headers).await;
    assert_eq!(answer.status, 201, "{answer:?}");
}

/// K18: half a character, in any text of any surface.
#[tokio::test(flavor = "multi_thread")]
async fn half_a_character_is_replaced() {
    let app = start().await;
    for (n, half) in [(5, r"\ud83d"), (6, r"\ude00"), (7, r"\udbff\ud800"), (8, r"\uD83D \uDE00")] {
        for surface in surfaces(&app, n).await {
            let mut body = surface.body.clone();
            body["notes"] = "MARK".into();
            if body.get("user_message").is_some() {
                body["user_message"] = "MARK".into();
            }
            let body = body.to_string().replace("MARK", &format!("bye {half}"));
            let answer = surface.send(surface.path, body.into_bytes(), &[]).await;
            assert_eq!(answer.status, surface.status, "{} {half} {answer:?}", surface.path);
        }
    }
    let views = app.app.ledger.views();
    let lead = views.find_lead(domain::ids::AnyId::Num(1)).await.unwrap().unwrap();
    assert_eq!(lead.latest_note.as_deref(), Some("bye \u{fffd} \u{fffd}"));
    app.rebuilt_equals_live().await;
}

/// Nesting and the number of values are bounded before anything is built, and the bound is named.
#[tokio::test(flavor = "multi_thread")]
async fn deep_and_long_json_is_refused_with_its_bound() {
    let app = start().await;
    let surfaces = surfaces(&app, 9).await;
    let events = app.app.ledger.views().head().await.unwrap();
    for surface in surfaces {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(30_000), "]".repeat(30_000));
        let answer = surface.send(surface.path, deep.into_bytes(), &[]).await;
        assert!([400, 422].contains(&answer.status.as_u16()), "{} {answer:?}", surface.path);
    }
    let admin = Client::person(&app, "admin").await;
    let long = format!("{{\"phone_numbers\":[{}0]}}", "0,".repeat(4 << 20));
    let answer = admin.send(Method::POST, "/api/numbers", Some(&long), &[]).await;
    assert_eq!(answer.status, 422);
    assert!(answer.body["detail"][0]["msg"].as_str().unwrap().contains("300,000"), "{answer:?}");
    assert_eq!(app.app.ledger.views().head().await.unwrap(), events);
}
