//! Downloads of the log that are broken off, or never read: nobody else notices.

use crate::support::clients::{Client, report};
use crate::support::{TestApp, history, log};
use reqwest::StatusCode;
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

const LEADS: i64 = 40;

fn phone(lead: i64) -> String {
    format!("0912345{lead:04}")
}

/// A service whose log is longer than what a socket's two sides hold.
async fn start() -> TestApp {
    let app = TestApp::with_numbers(&[]).await;
    history::capture(&app.app, (1..=LEADS).map(phone)).await;
    log::fill(&app.app.pool, LEADS, 10).await;
    let head = app.app.ledger.views().head().await.unwrap();
    let followed = async { while !app.app.ledger.wait_followed(head).await {} };
    tokio::time::timeout(Duration::from_secs(20), followed).await.expect("the notes are followed");
    app
}

/// Asks for the whole log, and reads nothing.
async fn ask_for_the_log(app: &TestApp, token: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(8 << 10).unwrap();
    let mut stream = socket.connect(app.address).await.unwrap();
    let request = format!(
        "GET /api/v1/ledger/events?limit=1000000 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

/// Asks many questions at once whose answers are known; answers what was wrong.
async fn ask(dialer: &Client, admin: &Client, round: usize) -> Vec<String> {
    let mut questions = JoinSet::new();
    for lead in 1..=LEADS {
        let (dialer, admin) = (dialer.clone(), admin.clone());
        questions.spawn(async move {
            let found = admin.get(&format!("/api/v1/numbers?limit=1&search={}", phone(lead))).await;
            let known = dialer.get("/api/dialer/next-batch?size=x").await;
            let status = ["BUSY", "MISSED"][round % 2];
            let set = admin.set_status(lead, status).await;
            let is_right = (found.status, &found.body["total"]) == (StatusCode::OK, &json!(1))
                && known.status == 422
                && (set.status, &set.body["status"]) == (StatusCode::OK, &json!(status));
            let told = [found.status, known.status, set.status];
            (!is_right).then(|| format!("lead {lead}: {told:?}, found {}", found.body["total"]))
        });
    }
    questions.join_all().await.into_iter().flatten().collect()
}

/// 1.1
#[tokio::test(flavor = "multi_thread")]
async fn after_broken_off_downloads_every_answer_is_right() {
    let app = start().await;
    let (dialer, admin) = (Client::dialer(&app), Client::person(&app, "admin").await);
    // Every connection knows every statement: nothing has to be prepared, which would mend it.
    for round in 0..3 {
        assert_eq!(ask(&dialer, &admin, round).await, Vec::<String>::new());
    }
    #[expect(clippy::disallowed_methods, reason = "the long run is asked for by a variable")]
    let seconds = std::env::var("LEDGER_FAULT_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(2);
    let (began, mut rounds, mut broken_off) = (Instant::now(), 3, 0);
    while began.elapsed() < Duration::from_secs(seconds) {
        let (wrong, broken) =
            tokio::join!(ask(&dialer, &admin, rounds), break_off(&app, admin.token().unwrap()));
        assert_eq!(wrong, Vec::<String>::new());
        rounds += 1;
        broken_off += broken;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(ask(&dialer, &admin, rounds).await, Vec::<String>::new());
    println!(
        "{} answers beside {broken_off} broken-off downloads, none of them wrong",
        (rounds - 2) * 3 * 40
    );
}

/// Begins eight downloads and breaks them off; answers how many.
async fn break_off(app: &TestApp, token: &str) -> usize {
    let mut downloads = Vec::new();
    for _ in 0..8 {
        let mut download = ask_for_the_log(app, token).await;
        let mut beginning = [0; 12];
        download.read_exact(&mut beginning).await.unwrap();
        assert_eq!(&beginning, b"HTTP/1.1 200");
        downloads.push(download);
    }
    downloads.len()
}

/// 1.12
#[tokio::test(flavor = "multi_thread")]
async fn twenty_who_ask_for_the_log_and_never_read_it_keep_nobody_waiting() {
    let app = start().await;
    let (dialer, admin) = (Client::dialer(&app), Client::person(&app, "admin").await);
    let mut silent = Vec::new();
    for _ in 0..20 {
        silent.push(ask_for_the_log(&app, admin.token().unwrap()).await);
    }
    // The sockets take what they hold; that is work, and is over soon.
    let nobody = Client::nobody(&app);
    let until = Instant::now() + Duration::from_secs(8);
    while tokio::time::timeout(Duration::from_secs(1), nobody.get("/readyz")).await.is_err() {
        assert!(Instant::now() < until, "nobody is served while they do not read");
    }
    let prompt = async |told: &str, path: &str, client: &Client| {
        let answer = tokio::time::timeout(Duration::from_secs(4), client.get(path)).await;
        assert_eq!(answer.unwrap_or_else(|_| panic!("{told}")).status, 200, "{told}");
    };
    for second in 1..=3 {
        let body = report(second, "BUSY", 1);
        let reported = dialer.report(&body);
        let reported = tokio::time::timeout(Duration::from_secs(4), reported).await;
        assert_eq!(reported.expect("a report is taken promptly").status, 200);
        prompt("numbers are leased promptly", "/api/dialer/next-batch?size=1", &dialer).await;
        prompt("lists are answered promptly", "/api/numbers?limit=5", &admin).await;
        prompt("readiness is told promptly", "/readyz", &nobody).await;
    }
}
