//! Bodies that never end: after a while their sender is told so, in the surface's shape.

use super::Raw;
use crate::support::clients::Client;
use crate::support::{DIALER_TOKEN, FROM_DIALER_KEY, TestApp, history};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Sends a byte of a body every now and then, and answers what came back and after what time.
async fn dribble(app: &TestApp, path: &str, header: &str) -> (Raw, Duration) {
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: slow\r\n{header}content-type: application/json\r\n\
         connection: close\r\ncontent-length: 60000\r\n\r\n{{\"name\":\""
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let began = Instant::now();
    let (mut reader, mut writer) = stream.into_split();
    let sending = async {
        while writer.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        std::future::pending::<()>().await;
    };
    let mut answer = Vec::new();
    tokio::select! {
        _ = reader.read_to_end(&mut answer) => {}
        () = sending => {}
        () = tokio::time::sleep(Duration::from_secs(40)) => panic!("{path} waits for ever"),
    }
    (Raw::read(&String::from_utf8_lossy(&answer)), began.elapsed())
}

/// Issue 14, part 5
#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_does_not_end_is_refused_in_the_surfaces_shape() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    history::documents_agents(&app.app).await;
    let admin = Client::person(&app, "admin").await;
    let events = app.app.ledger.views().head().await.unwrap();
    let person = format!("authorization: Bearer {}\r\n", admin.token().unwrap());
    let dialer = format!("authorization: Bearer {DIALER_TOKEN}\r\n");
    let button = format!("x-dialer-api-key: {FROM_DIALER_KEY}\r\n");
    let targets = [
        ("/api/leads/from-dialer/", &button, "error"),
        ("/api/v1/leads/", &person, "detail"),
        ("/api/dialer/report-result", &dialer, "detail"),
        ("/api/numbers", &person, "detail"),
        ("/api/leads", &person, "message"),
        ("/api/auth/login", &String::new(), "message"),
        ("/api/meta/webhook", &String::new(), "message"),
    ];
    let all = targets.iter().map(|(path, header, _)| dribble(&app, path, header));
    for ((path, _, member), (answer, time)) in targets.iter().zip(futures_util::future::join_all(all).await) {
        assert_eq!(answer.status, 408, "{path}: {answer:?}");
        assert!(!answer.body[member].is_null(), "{path}: {answer:?}");
        assert!(time < Duration::from_secs(30), "{path} after {time:?}");
    }
    assert_eq!(app.app.ledger.views().head().await.unwrap(), events);
}
