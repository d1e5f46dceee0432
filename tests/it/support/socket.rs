//! A Socket.IO client by long polling, spelled out: what is on the wire, without anybody's library between.

use super::TestApp;
use super::clients::http;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::time::Duration;

pub struct Socket {
    http: reqwest::Client,
    url: String,
    packets: VecDeque<String>,
}

impl Socket {
    /// Connects with this handshake; an error is what the server said.
    pub async fn connect(app: &TestApp, auth: &Value) -> Result<Self, Value> {
        Self::connect_to(&app.address.to_string(), auth).await
    }

    /// The same, to whatever listens there.
    pub async fn connect_to(address: &str, auth: &Value) -> Result<Self, Value> {
        let http = http().build().unwrap();
        let url = format!("http://{address}/socket.io/?EIO=4&transport=polling");
        let opened = http.get(&url).send().await.unwrap().text().await.unwrap();
        let opened: Value = serde_json::from_str(opened.strip_prefix('0').unwrap()).unwrap();
        let url = format!("{url}&sid={}", opened["sid"].as_str().unwrap());
        let mut this = Self { http, url, packets: VecDeque::new() };
        this.send(format!("40{auth}")).await;
        let answer = this.packet(Duration::from_secs(5)).await.unwrap();
        match answer.strip_prefix("44") {
            Some(refused) => Err(serde_json::from_str(refused).unwrap()),
            None => Ok(this),
        }
    }

    async fn send(&self, packet: String) {
        let answer = self.http.post(&self.url).body(packet).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    }

    /// The next packet that is no ping; none if none comes in time.
    async fn packet(&mut self, patience: Duration) -> Option<String> {
        let until = tokio::time::Instant::now() + patience;
        loop {
            if let Some(packet) = self.packets.pop_front() {
                if packet != "2" {
                    return Some(packet);
                }
                self.send("3".to_owned()).await;
                continue;
            }
            let polled = self.http.get(&self.url).send();
            // Whoever polls when the service has ended finds nobody there.
            let Ok(answer) = tokio::time::timeout_at(until, polled).await.ok()? else {
                return Some("1".to_owned());
            };
            let Ok(text) = answer.text().await else { return Some("1".to_owned()) };
            self.packets.extend(text.split('\u{1e}').map(ToOwned::to_owned));
        }
    }

    pub async fn emit(&self, event: &str, payload: &Value) {
        self.send(format!("42{}", json!([event, payload]))).await;
    }

    /// The next event within a second.
    pub async fn next(&mut self) -> Option<(String, Value)> {
        let packet = self.packet(Duration::from_secs(1)).await?;
        if packet.starts_with("41") || packet.starts_with('1') {
            return Some(("disconnect".to_owned(), Value::Null));
        }
        let event: Vec<Value> = serde_json::from_str(packet.strip_prefix("42").unwrap()).unwrap();
        Some((event[0].as_str().unwrap().to_owned(), event[1].clone()))
    }
}
