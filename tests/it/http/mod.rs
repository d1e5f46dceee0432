//! What all surfaces share: connections, and requests of any size.

mod connections;
mod front_door;
mod sizes;
mod slow_bodies;

use crate::support::TestApp;
use serde_json::Value;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// An answer as it came over the wire.
#[derive(Debug)]
struct Raw {
    status: u16,
    head: String,
    body: Value,
}

impl Raw {
    fn read(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text:?}"));
        let status = head.get(9..12).unwrap().parse().unwrap();
        let body = serde_json::from_str(body).unwrap_or_else(|_| Value::String(body.to_owned()));
        Self { status, head: head.to_owned(), body }
    }

    /// Whether it is a "no" that every client API can read.
    fn is_worded(&self) -> bool {
        let is_text = |name: &str| self.body[name].as_str().is_some_and(|text| !text.is_empty());
        ["error", "detail", "message"].iter().any(|name| is_text(name)) && self.body["code"].is_string()
    }
}

/// Sends these bytes and reads until the service closes the connection.
async fn exchange(app: &TestApp, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    // The service may close its side before all is sent.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(30), stream.read_to_end(&mut answer)).await;
    let _ = read.expect("the service closes the connection");
    String::from_utf8_lossy(&answer).into_owned()
}
