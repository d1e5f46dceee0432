//! A base backup that is taken while reports come in is put in the place of the data, as README's "Backup" and "Restore" say:
//! the service starts on it, and what was acknowledged before the backup began is there once.

use super::{Journal, Process, acknowledged, attempts, check_acknowledged, ledger, load, serve};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tokio::task::JoinSet;

/// Where the programs of the server are that runs in `dir`.
fn programs(dir: &Path) -> PathBuf {
    let pid = super::postmaster(dir).unwrap();
    std::fs::read_link(format!("/proc/{pid}/exe")).unwrap().parent().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_base_backup_of_a_busy_ledger_is_restored() {
    let dir = tempfile::tempdir().unwrap();
    let (child, address) = serve(&mut ledger(dir.path(), &["serve", "--demo"]));
    let service = Process(child);
    let before = Journal::default();
    let mut first = JoinSet::new();
    first.spawn(load(address.clone(), 0, 0, before.clone()));
    while acknowledged(&before) < 50 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    first.shutdown().await;
    let mut during = JoinSet::new();
    during.spawn(load(address, 1, 1, Journal::default()));
    let data = dir.path().join(".lead-ledger");
    let url = std::fs::read_to_string(data.join("database-url")).unwrap();
    let backup = dir.path().join("backup");
    let mut take = Command::new(programs(dir.path()).join("pg_basebackup"));
    take.args(["-d", url.trim(), "-X", "stream", "-c", "fast", "-D"]).arg(&backup);
    let taken = take.output().unwrap();
    assert!(taken.status.success(), "{}", String::from_utf8_lossy(&taken.stderr));
    drop(service);
    during.join_all().await;
    // As whoever runs this, root in a container: the files of the backup are not the server's user's.
    let restored = tempfile::tempdir().unwrap();
    let place = restored.path().join(".lead-ledger");
    std::fs::create_dir(&place).unwrap();
    std::fs::rename(&backup, place.join("postgres")).unwrap();
    let command = |arguments: &[&str]| ledger(restored.path(), arguments);
    check_acknowledged(&command, &attempts(&command), &before.lock().unwrap());
}
