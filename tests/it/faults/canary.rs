//! A phone, a name, a password and a token sent through every route appear in no log line, figure or error.

use super::{ledger, serve_logged};
use serde_json::json;

const CANARIES: [&str; 5] = ["09351112233", "989351112233", "Canaria", "canary password", "canary token"];

/// B-041, B-093, B-132
#[tokio::test(flavor = "multi_thread")]
async fn nothing_personal_and_no_secret_is_logged() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("log");
    let mut command = ledger(dir.path(), &["serve", "--demo"]);
    command.env("RUST_LOG", "debug,hyper=info,sqlx=info").env("DIALER_TOKEN", "canary token");
    let (mut child, address) = serve_logged(&mut command, &log).await;
    let http = crate::support::clients::http().build().unwrap();
    let mut told = String::new();
    for (path, token, body) in [
        (
            "/api/dialer/report-result",
            "canary token",
            json!({ "phone_number": "09351112233", "status": "BUSY", "user_message": "Canaria" }),
        ),
        (
            "/api/dialer/report-result",
            "canary token",
            json!({ "phone_number": "09351112233", "status": "Canaria" }),
        ),
        (
            "/api/dialer/report-result",
            "canary token",
            json!({ "phone_number": "Canaria 09351112233 x", "status": "BUSY" }),
        ),
        (
            "/api/dialer/report-result",
            "canary token wrong",
            json!({ "phone_number": "09351112233", "status": "BUSY" }),
        ),
        ("/api/auth/login", "canary token", json!({ "username": "Canaria", "password": "canary password" })),
        ("/api/v1/ledger/rebuilds", "canary token", json!({ "projections": ["Canaria"] })),
    ] {
        let answer =
            http.post(format!("http://{address}{path}")).bearer_auth(token).json(&body).send().await.unwrap();
        told.push_str(&answer.text().await.unwrap());
    }
    for path in ["/api/dialer/next-batch?size=Canaria", "/metrics", "/readyz", "/api/Canaria"] {
        let answer =
            http.get(format!("http://{address}{path}")).bearer_auth("canary token").send().await.unwrap();
        told.push_str(&answer.text().await.unwrap());
    }
    assert!(
        told.contains("ledger_record_seconds") && told.contains("ledger_refused"),
        "what is measured is told"
    );
    show_canaries(&http, &address).await;
    let password = std::fs::read_to_string(dir.path().join(".lead-ledger/admin-password")).unwrap();
    work_with_canaries(&http, &address, password.trim()).await;
    child.kill().unwrap();
    child.wait().unwrap();
    let logged = std::fs::read_to_string(&log).unwrap();
    assert!(logged.contains("refused"), "{logged}");
    for canary in CANARIES {
        assert!(!logged.contains(canary), "{canary} was logged");
        assert!(!told.contains(canary), "{canary} was told");
    }
}

/// Somebody logged in: reports, files, listeners.
async fn work_with_canaries(http: &reqwest::Client, address: &str, password: &str) {
    let log_in = json!({ "username": "admin", "password": password });
    let log_in = http.post(format!("http://{address}/api/auth/login")).json(&log_in).send().await.unwrap();
    let log_in: serde_json::Value = log_in.json().await.unwrap();
    let token = log_in["token"].as_str().unwrap();
    let lead = json!({ "name": "Canaria", "phone": "09351112233", "notes": "Canaria" });
    let report = json!({ "reportDate": "2025-03-01", "dailyNotes": "Canaria 09351112233" });
    let export = format!("http://{address}/api/reports/export/all?format=pdf");
    for (request, token, status) in [
        (http.post(format!("http://{address}/api/leads")).json(&lead), token, 201),
        (http.post(format!("http://{address}/api/reports")).json(&report), token, 201),
        (http.post(format!("http://{address}/api/reports")).json(&report), token, 400),
        (http.get(export), token, 200),
        (http.get(format!("http://{address}/api/reports/download/Canaria")), token, 404),
        (http.get(format!("http://{address}/api/v1/ledger/explain/Canaria")), token, 404),
        (http.get(format!("http://{address}/api/v1/ledger/stream")), "canary token", 401),
    ] {
        assert_eq!(request.bearer_auth(token).send().await.unwrap().status(), status);
    }
    let url = format!("http://{address}/socket.io/?EIO=4&transport=polling");
    for shown in ["canary token", token] {
        let opened = http.get(&url).send().await.unwrap().text().await.unwrap();
        let opened: serde_json::Value = serde_json::from_str(&opened[1..]).unwrap();
        let session = format!("{url}&sid={}", opened["sid"].as_str().unwrap());
        let packets =
            [format!("40{}", json!({ "token": shown })), "42[\"join-user-room\",\"Canaria\"]".to_owned()];
        for packet in packets {
            http.post(&session).body(packet).send().await.unwrap();
        }
        http.get(&session).send().await.unwrap();
    }
}

/// These answer with what was sent, which is right; a log line would not be.
async fn show_canaries(http: &reqwest::Client, address: &str) {
    let click = json!({ "user": "CalebG", "phone": "09351112233", "full_name": "Canaria", "pass": "canary password" });
    let query = "user=CalebG&phone=09351112233&full_name=Canaria&api_key=canary+token";
    for request in [
        http.post(format!("http://{address}/api/leads/from-dialer/")).json(&click),
        http.post(format!("http://{address}/api/leads/from-dialer/")).body("user=Canaria"),
        http.get(format!("http://{address}/api/leads/from-dialer/?{query}")),
        http.get(format!("http://{address}/agent-dashboard?from_dialer=true&lead_id=1&{query}")),
        http.post(format!("http://{address}/api/meta/webhook")).json(&json!({
            "lead_id": "1", "full_name": "Canaria", "phone_number": "09351112233"
        })),
        http.post(format!("http://{address}/api/calls/status-callback"))
            .body("CallSid=CA1&CallStatus=Canaria&To=09351112233"),
        http.post(format!("http://{address}/agent-dashboard/log-in"))
            .body("username=Canaria&password=canary+password"),
    ] {
        let status = request.send().await.unwrap().status().as_u16();
        assert!([200, 201, 400, 401].contains(&status), "{status}");
    }
}
