//! Asked to end, the service ends, whoever still listens.

use super::{Process, ledger, serve_logged, signal};
use crate::support::TestApp;
use crate::support::clients::http;
use crate::support::socket::Socket;
use domain::principal::Role;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

#[tokio::test(flavor = "multi_thread")]
async fn whoever_listens_does_not_keep_the_service_from_ending() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("log");
    let mut command = ledger(dir.path(), &["serve"]);
    let (mut child, address) = serve_logged(command.env("RUST_LOG", "warn"), &log).await;
    let password = std::fs::read_to_string(dir.path().join(".lead-ledger/admin-password")).unwrap();
    let http = http().build().unwrap();
    let log_in = json!({ "username": "admin", "password": password.trim() });
    let log_in = http.post(format!("http://{address}/api/auth/login")).json(&log_in).send().await.unwrap();
    let log_in: Value = log_in.json().await.unwrap();
    let token = log_in["token"].as_str().unwrap();
    let mut socket = Socket::connect_to(&address, &json!({ "token": token })).await.ok().unwrap();
    let stream = http.get(format!("http://{address}/api/v1/ledger/stream")).bearer_auth(token).send();
    assert_eq!(stream.await.unwrap().status(), 200);
    let end = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let pid = child.id().to_string();
        assert!(signal("-TERM", &pid));
        tokio::task::spawn_blocking(move || child.wait().unwrap()).await.unwrap()
    };
    let (_, ended) = tokio::join!(socket.next(), end);
    assert!(ended.success());
    let told = std::fs::read_to_string(&log).unwrap();
    assert!(!told.contains("did not end in time"), "{told}");
}

/// Streams of server-sent events, Socket.IO clients (half by long polling, half by web socket), and requests whose body is
/// still on its way.
const STREAMS: usize = 200;
const SOCKETS: usize = 50;
const IN_FLIGHT: usize = 20;
/// Connections that do nothing, of each kind.
const IDLE: usize = 50;

/// What a stream of events said until it ended.
async fn listen(address: String, token: String, opened: Arc<Barrier>) -> String {
    let url = format!("http://{address}/api/v1/ledger/stream");
    let mut stream = http().build().unwrap().get(url).bearer_auth(token).send().await.unwrap();
    assert_eq!(stream.status(), 200);
    let mut told = String::from_utf8(stream.chunk().await.unwrap().unwrap().to_vec()).unwrap();
    opened.wait().await;
    while let Some(more) = stream.chunk().await.unwrap() {
        told.push_str(std::str::from_utf8(&more).unwrap());
    }
    told
}

/// What a client that polls hears last but the end.
async fn poll(address: String, token: String, opened: Arc<Barrier>) -> Vec<(String, Value)> {
    let mut socket = Socket::connect_to(&address, &json!({ "token": token })).await.ok().unwrap();
    opened.wait().await;
    let mut heard = Vec::new();
    let until = Instant::now() + Duration::from_secs(20);
    while Instant::now() < until {
        let Some(event) = socket.next().await else { continue };
        // Whoever polls again afterwards finds nobody, and connects anew.
        let is_end = ["closing", "disconnect"].contains(&event.0.as_str());
        heard.push(event);
        if is_end {
            break;
        }
    }
    heard
}

/// What a web socket is told until it ends.
async fn web_socket(address: String, token: String, opened: Arc<Barrier>) -> String {
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let head = format!(
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nhost: {address}\r\nupgrade: websocket\r\n\
         connection: Upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut read = Vec::new();
    let text = |read: &[u8]| String::from_utf8_lossy(read).into_owned();
    while !text(&read).contains("\"sid\"") {
        assert_ne!(stream.read_buf(&mut read).await.unwrap(), 0);
    }
    let connect = format!("40{}", json!({ "token": token }));
    // A masked text frame; the mask is all zeros.
    let mut frame = vec![0x81, 0xFE];
    frame.extend(u16::try_from(connect.len()).unwrap().to_be_bytes());
    frame.extend([0; 4]);
    frame.extend(connect.as_bytes());
    stream.write_all(&frame).await.unwrap();
    while !text(&read).contains("40{") {
        assert_ne!(stream.read_buf(&mut read).await.unwrap(), 0);
    }
    opened.wait().await;
    while stream.read_buf(&mut read).await.is_ok_and(|length| length > 0) {}
    text(&read)
}

/// A report of which half is sent, and the other half a second after the service was asked to end.
async fn report_slowly(address: String, second: usize, opened: Arc<Barrier>, asked: Arc<Barrier>) -> String {
    let body = json!({ "number_id": 1, "status": "BUSY", "attempted_at": format!("2025-03-01T08:30:{second:02}+00:00") });
    let body = body.to_string();
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let head = format!(
        "POST /api/dialer/report-result HTTP/1.1\r\nhost: slow\r\nauthorization: Bearer fault token\r\n\
         content-length: {}\r\n\r\n{}",
        body.len(),
        &body[..20]
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    opened.wait().await;
    asked.wait().await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    stream.write_all(&body.as_bytes()[20..]).await.unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer).await;
    answer
}

/// Tokens of as many people as are needed to listen so often.
async fn listeners(app: &TestApp, address: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    for n in 0..(STREAMS + SOCKETS).div_ceil(18) {
        let name = format!("listener{n}");
        app.register(&name, Role::Telecaller, None).await;
        let who = json!({ "username": name, "password": crate::support::PASSWORD });
        let url = format!("http://{address}/api/auth/login");
        let answer = http().build().unwrap().post(url).json(&who).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        tokens.push(answer["token"].as_str().unwrap().to_owned());
    }
    tokens
}

/// The last event of a stream says where to go on, and when.
fn check_goodbye(told: &str, head: i64) {
    let last = told.trim_end().rsplit("\n\n").next().unwrap();
    let field = |name: &str| last.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    assert_eq!(field("event: "), "closing", "{told}");
    let data: Value = serde_json::from_str(field("data: ")).unwrap();
    let position: i64 = field("id: ").parse().unwrap();
    assert_eq!(data["position"], position);
    assert!((1..=head).contains(&position), "{told}");
    assert!((1_000..=3_000).contains(&field("retry: ").parse::<u32>().unwrap()), "{told}");
}

/// Issue 14, part 5: it took 13.6 s.
#[tokio::test(flavor = "multi_thread")]
async fn asked_to_end_the_service_ends_within_ten_seconds_and_sends_everybody_to_the_next() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("log");
    let mut command = ledger(dir.path(), &["serve"]);
    command.env("RUST_LOG", "warn").env("DATABASE_URL", &app.database_url);
    let (child, address) = serve_logged(&mut command, &log).await;
    let mut child = Process(child);
    let tokens = listeners(&app, &address).await;
    let opened = Arc::new(Barrier::new(STREAMS + SOCKETS + IN_FLIGHT + 1));
    let asked = Arc::new(Barrier::new(IN_FLIGHT + 1));
    let token = |n: usize| tokens[n % tokens.len()].clone();
    let (mut streams, mut polls, mut sockets, mut reports) =
        (JoinSet::new(), JoinSet::new(), JoinSet::new(), JoinSet::new());
    for n in 0..STREAMS {
        streams.spawn(listen(address.clone(), token(n), opened.clone()));
    }
    for n in 0..SOCKETS / 2 {
        polls.spawn(poll(address.clone(), token(STREAMS + n), opened.clone()));
        sockets.spawn(web_socket(address.clone(), token(STREAMS + SOCKETS / 2 + n), opened.clone()));
    }
    for n in 0..IN_FLIGHT {
        reports.spawn(report_slowly(address.clone(), n, opened.clone(), asked.clone()));
    }
    let mut idle = Vec::new();
    for n in 0..2 * IDLE {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        let said = if n.is_multiple_of(2) { "GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n" } else { "GET /hea" };
        stream.write_all(said.as_bytes()).await.unwrap();
        idle.push(stream);
    }
    let all = tokio::time::timeout(Duration::from_mins(1), opened.wait()).await;
    assert!(all.is_ok(), "somebody could not connect");
    let head = app.app.ledger.views().head().await.unwrap();
    let pid = child.0.id().to_string();
    assert!(signal("-TERM", &pid));
    let began = Instant::now();
    asked.wait().await;
    let ended = tokio::task::spawn_blocking(move || child.0.wait().unwrap()).await.unwrap();
    let time = began.elapsed();
    eprintln!(
        "ended after {time:?}: {STREAMS} streams, {SOCKETS} sockets, {IN_FLIGHT} requests, {IDLE} idle"
    );
    assert!(ended.success());
    assert!(time < Duration::from_secs(10), "{time:?}");
    for told in streams.join_all().await {
        check_goodbye(&told, head);
    }
    // A client that was between two polls at that moment finds nobody, and connects anew like the others.
    let mut told_polls = 0;
    for heard in polls.join_all().await {
        match heard.last().unwrap() {
            (name, told) if name == "closing" => {
                assert!(told["position"].is_i64(), "{heard:?}");
                told_polls += 1;
            }
            (name, _) => assert_eq!(name, "disconnect", "{heard:?}"),
        }
    }
    assert!(told_polls > 0);
    for told in sockets.join_all().await {
        assert!(told.contains("42[\"closing\",{") && told.contains("\"position\":"), "{told}");
    }
    for answer in reports.join_all().await {
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }
    assert_eq!(app.count("attempt_reported").await, i64::try_from(IN_FLIGHT).unwrap());
    let told = std::fs::read_to_string(&log).unwrap();
    assert!(!told.contains("in time"), "{told}");
}
