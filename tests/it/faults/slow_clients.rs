//! Clients that never finish what they send: others are served meanwhile, and they are shown the door.

use crate::support::TestApp;
use crate::support::clients::{Client, report};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How many of them.
const SLOW: usize = 500;

#[tokio::test(flavor = "multi_thread")]
async fn half_sent_headers_hold_up_nobody_and_are_ended() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    let mut slow = Vec::new();
    for _ in 0..SLOW {
        let mut stream = TcpStream::connect(app.address).await.unwrap();
        stream.write_all(b"POST /api/dialer/report-result HTTP/1.1\r\nhost: slow\r\nx-half: ").await.unwrap();
        slow.push(stream);
    }
    let dialer = Client::dialer(&app);
    for second in 1..=20 {
        assert_eq!(dialer.report(&report(1, "BUSY", second)).await.status, 200);
    }
    let ended = async {
        for stream in &mut slow {
            let mut rest = Vec::new();
            // However it ends: an answer and the end, or a reset.
            let _ = stream.read_to_end(&mut rest).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), ended).await.expect("half-sent requests are ended");
    assert_eq!(app.count("attempt_reported").await, 20);
}
