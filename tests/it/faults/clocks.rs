//! A process whose clock is wrong: Debian's `libfaketime` makes one.

use super::{Process, ledger, serve};
use crate::support::TestApp;
use crate::support::clients::http;
use domain::keys::Key;
use lead_ledger::ledger::Context;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// The library that gives a process another clock; installs it where that may be done. Its own program is not used: that
/// one stays between us and the service.
fn library() -> Option<PathBuf> {
    let find = || {
        let all = std::fs::read_dir("/usr/lib").ok()?.flatten();
        all.map(|dir| dir.path().join("faketime/libfaketime.so.1")).find(|path| path.exists())
    };
    let found = find().or_else(|| {
        let install = "test \"$(id -u)\" = 0 && apt-get install -y --no-install-recommends libfaketime";
        let _ = Command::new("sh").args(["-c", install]).stdout(Stdio::null()).stderr(Stdio::null()).status();
        find()
    });
    if found.is_none() {
        eprintln!("SKIPPED: no libfaketime here; apt-get install libfaketime");
    }
    found
}

/// A service of this ledger; with a `shift`, under a clock that is wrong.
struct Service {
    _process: Process,
    address: String,
}

impl Service {
    fn start(dir: &Path, database_url: &str, shift: Option<(&Path, &str)>) -> Self {
        let mut command = ledger(dir, &["serve"]);
        if let Some((library, shift)) = shift {
            command.env("LD_PRELOAD", library).env("FAKETIME", shift);
        }
        let (child, address) = serve(command.env("DATABASE_URL", database_url));
        Self { _process: Process(child), address }
    }

    /// How many numbers it hands out.
    async fn next_batch(&self) -> u64 {
        let url = format!("http://{}/api/dialer/next-batch?size=5", self.address);
        let asked = http().build().unwrap().get(url).bearer_auth("fault token").send().await.unwrap();
        let answer: Value = asked.json().await.unwrap();
        answer["batch"]["size_returned"].as_u64().unwrap_or_else(|| panic!("{answer}"))
    }
}

async fn keys(app: &TestApp, kind: &str) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM keys WHERE kind = $1")
        .bind(kind)
        .fetch_one(&app.app.pool)
        .await
        .unwrap()
}

/// 3.2
#[tokio::test(flavor = "multi_thread")]
async fn a_process_minutes_ahead_neither_hands_out_nor_forgets_what_others_lease() {
    let Some(library) = tokio::task::spawn_blocking(library).await.unwrap() else { return };
    let phones: Vec<String> = (0..5).map(|n| format!("0912345678{n}")).collect();
    let prepared = TestApp::with_numbers(&phones.iter().map(String::as_str).collect::<Vec<_>>()).await;
    // A key that is over by every clock: when it is gone, the minute's work was done.
    let (used, until) = (Key::ended_session(Uuid::from_u128(1)), prepared.app.ledger.now());
    let context = Context::system("test");
    prepared.app.ledger.use_once(&context, used.clone(), until + chrono::Duration::minutes(1)).await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let right = Service::start(dir.path(), &prepared.database_url, None);
    assert_eq!(right.next_batch().await, 5);
    let leases = keys(&prepared, "lease").await;
    let ahead = Service::start(dir.path(), &prepared.database_url, Some((&library, "+16m")));
    assert_eq!(ahead.next_batch().await, 0, "numbers that others hold were handed out");
    drop(ahead);
    // Its minutes are seconds.
    let hurried = Service::start(dir.path(), &prepared.database_url, Some((&library, "+16m x30")));
    let until = Instant::now() + Duration::from_secs(10);
    while keys(&prepared, used.kind.as_str()).await > 0 {
        assert!(Instant::now() < until, "the minute's work was not done");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(keys(&prepared, "lease").await, leases, "others' leases were forgotten");
    assert_eq!(hurried.next_batch().await, 0, "numbers that others hold were handed out");
}
