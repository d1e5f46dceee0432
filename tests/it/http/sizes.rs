//! Heads and bodies of hostile sizes: a clear "no" that the surface's clients can read, and nothing changed.

use super::{Raw, exchange};
use crate::support::clients::{Client, FROM_DIALER};
use crate::support::pages::Pages;
use crate::support::{FROM_DIALER_KEY, TestApp, history};
use reqwest::Method;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A path of each surface.
const PATHS: [&str; 6] = [
    "/api/leads/from-dialer/",
    "/api/v1/leads/",
    "/api/dialer/report-result",
    "/api/leads",
    "/api/v1/ledger/events",
    "/agent-dashboard",
];

/// The texts of the first numbers, one after the other.
fn numbered(count: usize, text: impl Fn(usize) -> String) -> String {
    (0..count).map(text).collect::<Vec<_>>().concat()
}

/// Issue 14, part 5
#[tokio::test(flavor = "multi_thread")]
async fn too_many_headers_and_too_long_addresses_are_refused_in_words() {
    let app = TestApp::start().await;
    let events = app.app.ledger.views().head().await.unwrap();
    for path in PATHS {
        for count in [101, 1_000, 10_000] {
            let headers = numbered(count, |n| format!("x-{n}: {n}\r\n"));
            let sent = format!("GET {path} HTTP/1.1\r\nhost: many\r\n{headers}\r\n");
            let answer = Raw::read(&exchange(&app, sent.as_bytes()).await);
            assert_eq!(answer.status, 431, "{count} headers to {path}: {answer:?}");
            assert!(answer.is_worded() && answer.head.contains("application/json"), "{answer:?}");
        }
        let large = "x".repeat(300_000);
        let sent = format!("GET {path} HTTP/1.1\r\nhost: large\r\nx-large: {large}\r\n\r\n");
        let answer = Raw::read(&exchange(&app, sent.as_bytes()).await);
        assert_eq!((answer.status, answer.is_worded()), (431, true), "{path}: {answer:?}");
        for length in [66_000, 1_000_000] {
            let long = "a".repeat(length);
            let sent = format!("GET {path}?q={long} HTTP/1.1\r\nhost: long\r\n\r\n");
            let answer = Raw::read(&exchange(&app, sent.as_bytes()).await);
            assert!([414, 431].contains(&answer.status), "{length} bytes to {path}: {answer:?}");
            assert!(answer.is_worded(), "{answer:?}");
        }
    }
    for nonsense in ["GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "G@T \x01 HTTP/1.1\r\n\r\n", "\0\0\0\0\r\n\r\n"]
    {
        let answer = Raw::read(&exchange(&app, nonsense.as_bytes()).await);
        assert_eq!((answer.status, answer.is_worded()), (400, true), "{nonsense:?}: {answer:?}");
    }
    // Below the limits all is well.
    let headers = numbered(90, |n| format!("x-{n}: {n}\r\n"));
    let long = "a".repeat(50_000);
    let sent = format!("GET /healthz?q={long} HTTP/1.1\r\nhost: fine\r\nconnection: close\r\n{headers}\r\n");
    assert_eq!(Raw::read(&exchange(&app, sent.as_bytes()).await).status, 200);
    assert_eq!(app.app.ledger.views().head().await.unwrap(), events);
}

/// Issue 14, part 5
#[tokio::test(flavor = "multi_thread")]
async fn pipelined_requests_are_answered_in_order_and_a_bad_one_ends_them() {
    let app = TestApp::start().await;
    let mut sent =
        numbered(50, |n| format!("GET /healthz HTTP/1.1\r\nhost: pipe\r\nx-request-id: r{n}\r\n\r\n"));
    sent.push_str("NONSENSE\r\n\r\n");
    let answers = exchange(&app, sent.as_bytes()).await;
    let ids: Vec<&str> = answers.lines().filter_map(|line| line.strip_prefix("x-request-id: ")).collect();
    assert_eq!(ids, (0..50).map(|n| format!("r{n}")).collect::<Vec<_>>());
    assert_eq!(answers.matches("HTTP/1.1 200 ").count(), 50);
    assert_eq!(answers.matches("HTTP/1.1 400 ").count(), 1, "{answers:.300}");
}

/// A body nested 10,000 deep, where a surface takes bodies.
#[tokio::test(flavor = "multi_thread")]
async fn bodies_nested_ten_thousand_deep_are_refused_in_each_surfaces_shape() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    history::documents_agents(&app.app).await;
    let admin = Client::person(&app, "admin").await;
    let dialer = Client::dialer(&app);
    let nobody = Client::nobody(&app);
    let events = app.app.ledger.views().head().await.unwrap();
    let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(10_000), close.repeat(10_000));
    let lists = deep("[", "]");
    let objects = deep("{\"a\":", "}");
    let inside = format!("{{\"name\":\"A\",\"phone\":{lists}}}");
    let targets: [(&Client, Method, &str, &str); 14] = [
        (&nobody, Method::POST, FROM_DIALER, "error"),
        (&admin, Method::POST, "/api/v1/leads/", "detail"),
        (&admin, Method::POST, "/api/v1/calls/schedule", "detail"),
        (&admin, Method::POST, "/api/v1/agents/", "detail"),
        (&dialer, Method::POST, "/api/dialer/report-result", "detail"),
        (&admin, Method::POST, "/api/numbers", "detail"),
        (&admin, Method::POST, "/api/numbers/bulk", "detail"),
        (&admin, Method::PUT, "/api/schedule", "detail"),
        (&admin, Method::POST, "/api/leads", "message"),
        (&admin, Method::POST, "/api/reports", "message"),
        (&nobody, Method::POST, "/api/auth/login", "message"),
        (&admin, Method::POST, "/api/calls/initiate", "message"),
        (&nobody, Method::POST, "/api/meta/webhook", "message"),
        (&admin, Method::POST, "/api/v1/ledger/rebuilds", "detail"),
    ];
    for (client, method, path, member) in targets {
        for body in [&lists, &objects, &inside] {
            let key = [("x-dialer-api-key", FROM_DIALER_KEY)];
            let answer = client.send(method.clone(), path, Some(body), &key).await;
            assert!(answer.status.is_client_error(), "{method} {path} {body:.20}: {}", answer.status);
            assert!(!answer.body[member].is_null(), "{method} {path}: {answer:?}");
        }
    }
    assert_eq!(app.app.ledger.views().head().await.unwrap(), events);
}

/// A query of 10,000 parameters, as far as an address may be long.
#[tokio::test(flavor = "multi_thread")]
async fn queries_of_ten_thousand_parameters_are_answered_or_refused() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    history::documents_agents(&app.app).await;
    let admin = Client::person(&app, "admin").await;
    let nobody = Client::nobody(&app);
    let distinct = numbered(10_000, |n| format!("{n}&"));
    let same = "page=1&".repeat(9_000);
    for path in [
        FROM_DIALER,
        "/api/v1/leads/",
        "/api/v1/calls/history",
        "/api/v1/agents/",
        "/api/numbers",
        "/api/numbers/stats",
        "/api/schedule",
        "/api/leads",
        "/api/calls",
        "/api/reports",
        "/api/dashboard/overview",
        "/api/v1/ledger/events",
        "/api/meta/webhook",
        "/healthz",
    ] {
        for query in [&distinct, &same] {
            let client = if path == FROM_DIALER { &nobody } else { &admin };
            let key = [("x-dialer-api-key", FROM_DIALER_KEY)];
            let answer = client.send(Method::GET, &format!("{path}?{query}"), None, &key).await;
            assert!(answer.status.as_u16() < 500, "{path}: {answer:?}");
            assert!(!answer.body.is_null(), "{path}: {answer:?}");
        }
    }
    let page = Pages::nobody(&app).get(&format!("/agent-dashboard?{distinct}")).await;
    assert_eq!(page.status, 401);
    let form = "a=1&".repeat(10_000);
    for path in ["/api/calls/status-callback", "/api/calls/recording-status"] {
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let answer = nobody.form(path, &form, &headers).await;
        assert!(answer.status.as_u16() < 500, "{path}: {answer:?}");
    }
}

/// A head that comes one byte at a time is read, if it is complete in time.
#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_comes_byte_by_byte_is_read() {
    let app = TestApp::start().await;
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    for byte in b"GET /healthz HTTP/1.1\r\nhost: slow\r\nconnection: close\r\n\r\n" {
        stream.write_all(&[*byte]).await.unwrap();
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert_eq!(Raw::read(&answer).status, 200);
}
