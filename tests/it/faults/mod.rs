//! kill -9 under load, of the service, of PostgreSQL, of both: what was acknowledged is there exactly once.

mod backends;
mod broken_downloads;
mod canary;
mod clocks;
mod disk_full;
mod graceful;
mod hanging;
mod large_uploads;
mod lost_connection;
mod network;
mod restore;
mod slow_clients;
mod take_over;

use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Rounds in the suite; the long run sets `LEDGER_FAULT_ROUNDS`.
const ROUNDS: usize = 20;

pub fn ledger(dir: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lead-ledger"));
    command.args(arguments).current_dir(dir).env("LEDGER_BIND", "127.0.0.1:0").env_remove("DATABASE_URL");
    command.env("RUST_LOG", "error").env("DIALER_TOKEN", "fault token");
    command
}

/// Starts the service with everything that it says in a file; answers it and where it listens.
pub async fn serve_logged(command: &mut Command, log: &Path) -> (Child, String) {
    let file = std::fs::File::create(log).unwrap();
    let child = command.stdout(Stdio::null()).stderr(file).spawn().unwrap();
    (child, address_in(log).await)
}

async fn address_in(log: &Path) -> String {
    loop {
        let text = std::fs::read_to_string(log).unwrap();
        if let Some((_, rest)) = text.split_once(" on http://") {
            return rest.lines().next().unwrap().to_owned();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Starts the service; answers it and where it listens.
pub fn serve(command: &mut Command) -> (Child, String) {
    let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let stderr = BufReader::new(child.stderr.take().unwrap());
    let mut lines = stderr.lines();
    let mut seen = Vec::new();
    let address = loop {
        let line = lines.next().unwrap_or_else(|| panic!("the service ended: {seen:?}")).unwrap();
        if let Some((_, address)) = line.split_once(" on http://") {
            break address.to_owned();
        }
        seen.push(line);
    };
    std::thread::spawn(move || lines.for_each(drop));
    (child, address)
}

/// A process that ends with the test, however the test ends.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn postmaster(dir: &Path) -> Option<String> {
    let pid = std::fs::read_to_string(dir.join(".lead-ledger/postgres/postmaster.pid")).ok()?;
    pid.lines().next().map(ToOwned::to_owned)
}

fn kill(pid: &str) {
    signal("-9", pid);
}

/// Sends a signal; true if the process was there. The shell's own `kill` does it: a bare machine has no program of that name.
fn signal(signal: &str, pid: &str) -> bool {
    let mut shell = Command::new("sh");
    shell.args(["-c", r#"kill "$1" "$2""#, "sh", signal, pid]).stderr(Stdio::null());
    shell.status().unwrap().success()
}

/// What was sent, and the attempt each acknowledged report was told of.
type Journal = Arc<Mutex<HashMap<String, Option<String>>>>;

fn body(number: usize, round: usize, count: usize) -> (String, Value) {
    let attempted_at = format!(
        "2026-01-{:02}T{:02}:{:02}:{:02}+00:00",
        round % 28 + 1,
        count / 3600 % 24,
        count / 60 % 60,
        count % 60
    );
    let key = format!("{number}|{attempted_at}");
    let body = json!({ "number_id": number, "phone_number": null, "status": "MISSED", "attempted_at": attempted_at });
    (key, body)
}

/// Reports without a pause until the service is gone.
async fn load(address: String, worker: usize, round: usize, journal: Journal) {
    let http = crate::support::clients::http().timeout(Duration::from_secs(8)).build().unwrap();
    for count in 0.. {
        let (key, body) = body(worker + 1, round, count);
        journal.lock().unwrap().entry(key.clone()).or_insert(None);
        let sent = http
            .post(format!("http://{address}/api/dialer/report-result"))
            .bearer_auth("fault token")
            .body(body.to_string())
            .send()
            .await;
        match sent {
            Ok(answer) if answer.status() == 200 => {
                let told: Value = answer.json().await.unwrap_or(Value::Null);
                if let Some(attempt) = told["attempt_id"].as_str() {
                    journal.lock().unwrap().insert(key, Some(attempt.to_owned()));
                }
            }
            Ok(answer) => assert!(answer.status() == 503, "{}", answer.status()),
            Err(_) => return,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_kill_9_of_the_service_of_postgresql_and_of_both() {
    let dir = tempfile::tempdir().unwrap();
    #[expect(clippy::disallowed_methods, reason = "the long run is asked for by a variable")]
    let rounds =
        std::env::var("LEDGER_FAULT_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(ROUNDS);
    let journal = Journal::default();
    for round in 0..rounds {
        let (mut child, address) = serve(&mut ledger(dir.path(), &["serve", "--demo"]));
        let mut workers = tokio::task::JoinSet::new();
        for worker in 0..8 {
            workers.spawn(load(address.clone(), worker, round, journal.clone()));
        }
        tokio::time::sleep(Duration::from_millis(250 + 37 * u64::try_from(round % 5).unwrap())).await;
        let service = child.id().to_string();
        let server = postmaster(dir.path());
        match round % 3 {
            0 => kill(&service),
            1 => {
                kill(&server.unwrap());
                // The service goes on by itself within five seconds, and is killed afterwards.
                let before = acknowledged(&journal);
                let died = std::time::Instant::now();
                while acknowledged(&journal) < before + 16 {
                    assert!(
                        died.elapsed() < Duration::from_secs(10),
                        "no report was taken after PostgreSQL died"
                    );
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                kill(&service);
            }
            _ => {
                kill(&server.unwrap());
                kill(&service);
            }
        }
        child.wait().unwrap();
        workers.join_all().await;
    }
    check(&|arguments| ledger(dir.path(), arguments), &journal);
}

fn acknowledged(journal: &Journal) -> usize {
    journal.lock().unwrap().values().filter(|told| told.is_some()).count()
}

/// Waits until so many reports were acknowledged, however slow the machine.
async fn acknowledge(journal: &Journal, count: usize) {
    let asked = std::time::Instant::now();
    while acknowledged(journal) < count {
        assert!(asked.elapsed() < Duration::from_mins(1), "too few reports are taken");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The oracle: every acknowledged report once, every other at most once, and `verify` has nothing to say.
/// How often each attempt was reported, by the log.
fn attempts(command: &dyn Fn(&[&str]) -> Command) -> HashMap<String, usize> {
    let replay = command(&["replay", "--json"]).output().unwrap();
    assert!(replay.status.success(), "{}", String::from_utf8_lossy(&replay.stderr));
    let mut attempts: HashMap<String, usize> = HashMap::new();
    for line in String::from_utf8(replay.stdout).unwrap().lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        if let Some(id) = event["payload"]["attempt_reported"]["attempt_id"].as_str() {
            *attempts.entry(id.to_owned()).or_default() += 1;
        }
    }
    attempts
}

/// What was acknowledged is in the log exactly once, and the log and the read models verify.
fn check_acknowledged(
    command: &dyn Fn(&[&str]) -> Command,
    attempts: &HashMap<String, usize>,
    journal: &HashMap<String, Option<String>>,
) {
    let lost: Vec<_> = journal.values().flatten().filter(|id| attempts.get(*id) != Some(&1)).collect();
    assert!(lost.is_empty(), "{} acknowledged reports are not there exactly once", lost.len());
    let verify = command(&["verify"]).output().unwrap();
    assert!(verify.status.success(), "{}", String::from_utf8_lossy(&verify.stdout));
}

fn check(command: &dyn Fn(&[&str]) -> Command, journal: &Journal) {
    let attempts = attempts(command);
    let reports: usize = attempts.values().sum();
    let journal = journal.lock().unwrap();
    assert!(reports <= journal.len(), "{reports} attempts of {} reports", journal.len());
    assert!(acknowledged_of(&journal) > 100, "too little load to prove anything");
    check_acknowledged(command, &attempts, &journal);
}

fn acknowledged_of(journal: &HashMap<String, Option<String>>) -> usize {
    journal.values().filter(|told| told.is_some()).count()
}
