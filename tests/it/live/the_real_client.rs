//! `socket.io-client` itself, of the npm registry, by websocket and by polling. Where there is no Node.js this says that it is
//! skipped.

use crate::support::clients::Client;
use crate::support::{PASSWORD, TestApp, history};
use domain::principal::Role;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// The client, installed once for all runs; `None`: there is no npm, or no registry.
async fn installed() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("socket.io-client");
    if !folder.join("node_modules/socket.io-client/package.json").exists() {
        std::fs::create_dir_all(&folder).unwrap();
        let npm = Command::new("npm")
            .args(["install", "--no-audit", "--no-fund", "--silent", "socket.io-client@4.8"])
            .current_dir(&folder)
            .status()
            .await;
        if !npm.is_ok_and(|status| status.success()) {
            eprintln!("SKIPPED: socket.io-client cannot be installed here (npm)");
            return None;
        }
    }
    let script = folder.join("client.mjs");
    std::fs::write(&script, include_str!("client.mjs")).unwrap();
    Some(script)
}

struct Page {
    lines: Lines<BufReader<ChildStdout>>,
    _process: Child,
}

impl Page {
    async fn open(script: &Path, app: &TestApp, name: &str, room: &str, transport: &str) -> Self {
        let token = Client::nobody(app).log_in(name, PASSWORD).await.body["token"].clone();
        let url = format!("http://{}", app.address);
        let mut process = Command::new("node")
            .arg(script)
            .args([&url, token.as_str().unwrap(), room, transport])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut this = Self { lines, _process: process };
        assert_eq!(this.next(Duration::from_secs(15)).await, Some(json!(["connected", transport])));
        this
    }

    async fn next(&mut self, patience: Duration) -> Option<Value> {
        let line = tokio::time::timeout(patience, self.lines.next_line()).await.ok()?.unwrap()?;
        Some(serde_json::from_str(&line).unwrap())
    }
}

/// B-166, B-167, B-168: a report of the dialer assigns a lead; whose it is hears of it within a second.
#[tokio::test(flavor = "multi_thread")]
async fn the_real_client_hears_of_its_own_room_by_websocket_and_by_polling() {
    let Some(script) = installed().await else { return };
    let app = TestApp::start().await;
    history::open_dialing(&app.app).await;
    let mut ids = Vec::new();
    for name in ["ann", "ben"] {
        let id = app.register(name, Role::Telecaller, None).await;
        ids.push(domain::ids::oid(id));
    }
    let mut pages = Vec::new();
    for transport in ["websocket", "polling"] {
        pages.push(Page::open(&script, &app, "ann", &ids[0], transport).await);
    }
    let mut bens = Page::open(&script, &app, "ben", &ids[1], "websocket").await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let agent = Client::person(&app, "admin").await.get(&format!("/api/users/{}", ids[0])).await;
    assert_eq!(agent.body["user"]["name"], "Ali Ahmadi");
    let num: i64 = sqlx::query_scalar("SELECT num FROM live.agents WHERE username = 'ann'")
        .fetch_one(&app.app.pool)
        .await
        .unwrap();
    let report = json!({ "phone_number": "09123456789", "status": "CONNECTED", "agent_id": num });
    assert_eq!(Client::dialer(&app).report(&report).await.status, 200);
    for page in &mut pages {
        let mut heard = Vec::new();
        for _ in 0..2 {
            heard.push(page.next(Duration::from_secs(1)).await.expect("within a second"));
        }
        heard.sort_by_key(|event| event[0].as_str().map(ToOwned::to_owned));
        assert_eq!(
            (&heard[0][0], &heard[0][1]["status"]),
            (&json!("call-status-updated"), &json!("completed"))
        );
        assert_eq!(
            (&heard[1][0], &heard[1][1]["phoneNumber"]),
            (&json!("new-lead-assigned"), &json!("09123456789"))
        );
        assert_eq!(page.next(Duration::from_millis(500)).await, None);
    }
    assert_eq!(bens.next(Duration::from_millis(500)).await, None, "nothing of other rooms");
}
