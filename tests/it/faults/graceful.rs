//! Asked to end, the service ends, whoever still listens.

use super::{ledger, serve_logged};
use crate::support::clients::http;
use crate::support::socket::Socket;
use serde_json::{Value, json};
use std::time::Duration;

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
        assert!(std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        tokio::task::spawn_blocking(move || child.wait().unwrap()).await.unwrap()
    };
    let (_, ended) = tokio::join!(socket.next(), end);
    assert!(ended.success());
    let told = std::fs::read_to_string(&log).unwrap();
    assert!(!told.contains("did not end in time"), "{told}");
}
