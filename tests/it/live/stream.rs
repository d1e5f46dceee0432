//! Server-sent events: the same news, and a way back to those that were missed.

use crate::support::clients::{Client, http};
use crate::support::{TestApp, history};
use domain::principal::Role;
use futures_util::StreamExt;
use serde_json::{Value, json};
use std::time::Duration;

/// A listener: what came, as (position, event, data).
struct Listener {
    bytes: futures_util::stream::BoxStream<'static, String>,
    read: String,
}

impl Listener {
    async fn open(app: &TestApp, token: &str, last_event_id: Option<i64>) -> Result<Self, (u16, Value)> {
        let mut request = http()
            .build()
            .unwrap()
            .get(format!("http://{}/api/v1/ledger/stream", app.address))
            .bearer_auth(token);
        if let Some(position) = last_event_id {
            request = request.header("last-event-id", position.to_string());
        }
        let response = request.send().await.unwrap();
        if response.status() != 200 {
            return Err((response.status().as_u16(), response.json().await.unwrap()));
        }
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let bytes = response.bytes_stream();
        let bytes = bytes.map(|bytes| String::from_utf8(bytes.unwrap().to_vec()).unwrap()).boxed();
        Ok(Self { bytes, read: String::new() })
    }

    async fn next(&mut self) -> Option<(i64, String, Value)> {
        loop {
            if let Some((event, rest)) = self.read.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.read = rest;
                let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name));
                let Some(id) = field("id: ") else { continue };
                // How far everything is told, for whoever has heard nothing yet.
                let Some(data) = field("data: ") else { continue };
                let data = serde_json::from_str(data).unwrap();
                return Some((id.parse().unwrap(), field("event: ").unwrap().to_owned(), data));
            }
            let more = tokio::time::timeout(Duration::from_secs(1), self.bytes.next()).await;
            self.read.push_str(&more.ok()??);
        }
    }

    async fn all(&mut self) -> Vec<(i64, String, Value)> {
        let mut all = Vec::new();
        while let Some(one) = self.next().await {
            all.push(one);
        }
        all
    }
}

async fn token(app: &TestApp, name: &str) -> String {
    let answer = Client::nobody(app).log_in(name, crate::support::PASSWORD).await;
    answer.body["token"].as_str().unwrap().to_owned()
}

/// C-28, C-32: what is heard live is what is read back later, at the same positions.
#[tokio::test(flavor = "multi_thread")]
async fn a_listener_who_comes_back_hears_what_they_missed_and_nothing_twice() {
    let app = TestApp::start().await;
    history::open_dialing(&app.app).await;
    history::capture(&app.app, (0..8).map(|n| format!("0912555{n:04}"))).await;
    let token = token(&app, "admin").await;
    let mut live = Listener::open(&app, &token, None).await.ok().unwrap();
    history::random(&app, 3, 60).await;
    let heard = live.all().await;
    assert!(heard.len() > 20, "{}", heard.len());
    assert!(heard.windows(2).all(|pair| pair[0].0 < pair[1].0), "in order, each once");
    let middle = heard.len() / 2;
    let mut again = Listener::open(&app, &token, Some(heard[middle].0)).await.ok().unwrap();
    assert_eq!(again.all().await, heard[middle + 1..]);
    // From the beginning: all of these, and what came before anybody listened.
    let all = Listener::open(&app, &token, Some(0)).await.ok().unwrap().all().await;
    assert!(all.ends_with(&heard));
    for bad in [-1, 1_000_000] {
        let refused = Listener::open(&app, &token, Some(bad)).await.err().unwrap();
        assert_eq!(refused.0, 422, "{}", refused.1);
    }
    app.rebuilt_equals_live().await;
}

/// A process that begins on a full log tells whoever comes nothing old, and takes up whoever left off elsewhere.
#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_process_tells_nothing_old_and_everything_missed() {
    let app = TestApp::start().await;
    history::open_dialing(&app.app).await;
    history::capture(&app.app, (0..8).map(|n| format!("0912555{n:04}"))).await;
    let token = token(&app, "admin").await;
    let mut here = Listener::open(&app, &token, None).await.ok().unwrap();
    history::random(&app, 5, 30).await;
    let heard = here.all().await;
    let other = TestApp::join(&app.database_url, app.clock.clone()).await;
    let mut fresh = Listener::open(&other, &token, None).await.ok().unwrap();
    let mut back = Listener::open(&other, &token, Some(heard[3].0)).await.ok().unwrap();
    assert_eq!(fresh.all().await, []);
    assert_eq!(back.all().await, heard[4..]);
    let admin = Client::nobody(&other).with_token(&token);
    admin.post("/api/leads", &json!({ "name": "Jane Doe", "phone": "9876543219" })).await;
    assert_eq!(fresh.next().await.unwrap().1, "new-lead-assigned");
}

/// C-36
#[tokio::test(flavor = "multi_thread")]
async fn everybody_hears_what_they_may_see_for_as_long_as_their_token_is_good() {
    let app = TestApp::start().await;
    history::open_dialing(&app.app).await;
    for name in ["ann", "ben"] {
        app.register(name, Role::Telecaller, None).await;
    }
    let (anns, bens) = (token(&app, "ann").await, token(&app, "ben").await);
    let mut ann = Listener::open(&app, &anns, None).await.ok().unwrap();
    let mut ben = Listener::open(&app, &bens, None).await.ok().unwrap();
    let lead = json!({ "name": "John Doe", "phone": "9876543210" });
    Client::nobody(&app).with_token(&anns).post("/api/leads", &lead).await;
    assert_eq!(ann.next().await.unwrap().1, "new-lead-assigned");
    assert_eq!(ben.next().await, None);
    for token in ["", "eyJhbGciOiJub25lIn0.e30."] {
        assert_eq!(Listener::open(&app, token, None).await.err().unwrap().0, 401);
    }
    assert_eq!(Client::nobody(&app).get("/api/v1/ledger/stream").await.body["detail"], "Not authenticated");
}
