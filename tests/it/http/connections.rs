//! Connections that do nothing: they go first, and whoever works is served as before.

use crate::faults::serve;
use crate::support::clients::http;
use crate::support::{DIALER_TOKEN, TestApp};
use lead_ledger::http::descriptors;
use std::collections::VecDeque;
use std::process::{Child, Command};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// Open files that the service may have; 225 of them are for connections.
const DESCRIPTORS: u32 = 300;
/// Connections that do nothing: more than the service has room for.
const FLOOD: usize = 500;
/// Requests measured on each service.
const ROUNDS: usize = 300;

struct Service(Child, String);

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A service of this ledger with few file descriptors.
fn small(app: &TestApp, dir: &std::path::Path) -> Service {
    let program = env!("CARGO_BIN_EXE_lead-ledger");
    let mut command = Command::new("sh");
    command.args(["-c", &format!("ulimit -n {DESCRIPTORS} && exec {program} serve")]).current_dir(dir);
    command.env("LEDGER_BIND", "127.0.0.1:0").env("DATABASE_URL", &app.database_url);
    command.env("RUST_LOG", "error").env("DIALER_TOKEN", DIALER_TOKEN);
    let (child, address) = serve(&mut command);
    Service(child, address)
}

/// Half of them have begun a head, the others have been answered once and say nothing more.
async fn do_nothing(address: &str, number: usize) -> Option<TcpStream> {
    let mut stream = TcpStream::connect(address).await.ok()?;
    let half = "POST /api/leads HTTP/1.1\r\nhost: slow\r\nx-half: ";
    let whole = "GET /healthz HTTP/1.1\r\nhost: idle\r\n\r\n";
    stream.write_all(if number.is_multiple_of(2) { half } else { whole }.as_bytes()).await.ok()?;
    Some(stream)
}

/// The time of a request on a connection of its own and of one on a connection that is kept.
async fn timed(kept: &reqwest::Client, address: &str) -> Duration {
    let began = Instant::now();
    let fresh = http().build().unwrap();
    for client in [&fresh, kept] {
        let url = format!("http://{address}/api/dialer/next-batch?size=1");
        let answer = client.get(url).bearer_auth(DIALER_TOKEN).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.bytes().await.unwrap();
    }
    began.elapsed()
}

fn p99(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() * 99 / 100 - 1]
}

/// Issue 14, part 5: with 330 of them others waited up to 11 s.
#[tokio::test(flavor = "multi_thread")]
async fn the_idle_and_the_half_open_hold_up_nobody() {
    descriptors::raise();
    let app = TestApp::with_numbers(&[]).await;
    let dirs = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let [flooded, quiet] = [&dirs[0], &dirs[1]].map(|dir| small(&app, dir.path()));
    let opened = Arc::new(AtomicUsize::new(0));
    let mut flood = tokio::task::JoinSet::new();
    let (address, count) = (flooded.1.clone(), opened.clone());
    flood.spawn(async move {
        let mut held = VecDeque::new();
        loop {
            let number = count.fetch_add(1, Ordering::Relaxed);
            held.extend(do_nothing(&address, number).await);
            if held.len() > FLOOD {
                // Those who were closed come again.
                held.pop_front();
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
    });
    while opened.load(Ordering::Relaxed) < FLOOD {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let clients = [(); 2].map(|()| http().build().unwrap());
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        with.push(timed(&clients[0], &flooded.1).await);
        without.push(timed(&clients[1], &quiet.1).await);
    }
    flood.shutdown().await;
    let (longest, with, without) = (with.iter().max().copied().unwrap(), p99(&mut with), p99(&mut without));
    let opened = opened.load(Ordering::Relaxed);
    eprintln!("{opened} idle connections: p99 {with:?}, without {without:?}, longest {longest:?}");
    assert!(with < 2 * without + Duration::from_millis(25), "p99 {with:?}, without {without:?}");
    assert!(longest < Duration::from_secs(2), "somebody waited {longest:?}");
}

/// Issue 14, part 5: a program that is limited to few files leaves enough of them for the database.
#[tokio::test(flavor = "multi_thread")]
async fn a_flood_never_takes_the_descriptors_of_the_ledger_itself() {
    descriptors::raise();
    let app = TestApp::with_numbers(&[]).await;
    let dir = tempfile::tempdir().unwrap();
    let service = small(&app, dir.path());
    let mut held = Vec::new();
    for number in 0..FLOOD {
        held.extend(do_nothing(&service.1, number).await);
    }
    let files = std::fs::read_dir(format!("/proc/{}/fd", service.0.id())).unwrap().count();
    eprintln!("{} connections were opened, the service has {files} files open", held.len());
    assert!(files < usize::try_from(DESCRIPTORS).unwrap() - 10, "{files} files are open");
    timed(&http().build().unwrap(), &service.1).await;
}

/// A connection that a client keeps is there for its next request, longer than before: proxies keep theirs for a minute.
#[tokio::test(flavor = "multi_thread")]
async fn a_kept_connection_outlives_the_time_for_a_head() {
    let app = TestApp::start().await;
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    for pause in [0, 12] {
        tokio::time::sleep(Duration::from_secs(pause)).await;
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: kept\r\n\r\n").await.unwrap();
        let mut answer = vec![0; 4_096];
        let read = tokio::io::AsyncReadExt::read(&mut stream, &mut answer).await.unwrap();
        let answer = String::from_utf8_lossy(&answer[..read]).into_owned();
        assert!(answer.starts_with("HTTP/1.1 200"), "after {pause} s: {answer}");
    }
}
