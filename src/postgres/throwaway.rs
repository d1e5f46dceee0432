//! Which database do the tests use when nobody names one?
//!
//! One throw-away cluster, shared by all test processes of this user, in memory if there is room.
//! Whoever comes first starts it, under a file lock. It outlives its starter: a guard, a detached
//! shell script, holds the pipe that keeps the server alive, and stops and deletes all of it when
//! no test process has touched `heartbeat` for ten minutes.
//!
//! A test process that comes while the guard is about to stop: the guard writes `closing`, then
//! looks at `heartbeat`; the process touches `heartbeat`, then looks for `closing`. So at least
//! one of them sees the other, and the process waits for the guard to finish or to change its mind.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::account::{Account, own_uid};
use super::cluster::{Cluster, pid_file_line, poll};
use super::data_directory::{create_data_dir, open_private};
use super::embedded::with_defaults;
use super::embedded_error::{EmbeddedError, doing};
use super::programs::Search;
use super::server::Server;
use super::socket::{hash_of, url_of};

/// Nothing here is to last, so nothing waits for a disk.
const SETTINGS: [(&str, &str); 14] = [
    ("fsync", "off"),
    ("synchronous_commit", "off"),
    ("full_page_writes", "off"),
    ("max_connections", "300"),
    ("shared_buffers", "128MB"),
    ("dynamic_shared_memory_type", "mmap"), // in the data, so that nothing stays in /dev/shm
    ("wal_level", "minimal"),
    ("max_wal_senders", "0"),
    ("min_wal_size", "32MB"),
    ("max_wal_size", "256MB"),
    ("checkpoint_timeout", "1h"),
    ("jit", "off"),
    ("log_min_messages", "warning"),
    ("log_timezone", "UTC"),
];

/// Arguments: the directory, and a tenth of the idle limit in seconds. Standard output is the pipe
/// that keeps the server alive. `mark` is as old as the last look that found a new heartbeat; it is
/// missing when somebody else has thrown this directory away. The directory disappears at once, by
/// a rename, so that nobody starts a cluster in the middle of its removal.
const GUARD: &str = r#"
trap '' HUP
cd "$1" || exit 1
{
    echo >mark
    idle=0
    while [ "$idle" -lt 10 ]; do
        sleep "$2" >/dev/null
        [ -e mark ] || exit 0
        if [ heartbeat -nt mark ]; then idle=0; echo >mark; else idle=$((idle + 1)); fi
        [ "$idle" -lt 10 ] && continue
        echo >closing
        if [ heartbeat -nt mark ]; then idle=0; rm -f closing; fi
    done
    exec >/dev/null
    waited=0
    while [ -e postgres/postmaster.pid ] && [ "$waited" -lt 30 ]; do
        sleep 1
        waited=$((waited + 1))
    done
    [ -e mark ] && mv "$1" "$1.gone$$" && rm -rf "$1.gone$$"
} &
"#;

const IDLE_LIMIT: Duration = Duration::from_mins(10);
const HEARTBEAT_EVERY: Duration = Duration::from_secs(30);

/// The guard's own limit for a stop is 30 s.
const CLOSING_LIMIT: Duration = Duration::from_secs(40);

/// Leaves room for the names of the directory and the socket.
const TEMPORARY_BYTES_MAX: usize = 50;

/// About a hundred test databases of 8 MB; `/dev/shm` of a container often has 64 MB in all.
const MEMORY_KIB_MIN: u64 = 1 << 20;

/// The url of the cluster's database `postgres`. `kind` (letters, digits and `-`) keeps clusters of
/// different use apart. The first call of a process takes a few milliseconds, or the 1 to 2 s of
/// a start; to be called again when the server has gone away.
///
/// # Errors
/// A message with a next step: no PostgreSQL programs, no room, a directory of someone else.
pub fn shared_cluster(kind: &str) -> Result<String, String> {
    shared_cluster_in(&base_dir(kind), kind, IDLE_LIMIT).map_err(|error| {
        format!("{error}\nThe tests also run on a server of your own: set TEST_DATABASE_URL.")
    })
}

/// As [`shared_cluster`], in a directory (of a short path) and with an idle limit of the caller's.
///
/// # Errors
/// As [`shared_cluster`].
pub fn shared_cluster_in(base: &Path, kind: &str, idle: Duration) -> Result<String, EmbeddedError> {
    let dir = base.join(name_of(kind));
    let lock_path = base.join(name_of(kind) + ".lock");
    let what = || format!("lock {}", lock_path.display());
    let lock = open_private(&lock_path).map_err(doing(what()))?;
    lock.lock().map_err(doing(what()))?;

    refuse_stranger(&dir)?;
    beat(&dir);
    poll(CLOSING_LIMIT, || !dir.join("closing").exists());
    if !is_answering(&dir) {
        start(&dir, idle)?;
    }
    keep_beating(dir.clone());
    Ok(url_of(&dir.join("socket")))
}

/// Another user, or another version of this file, makes another cluster.
fn name_of(kind: &str) -> String {
    let version = hash_of(Path::new(&format!("{SETTINGS:?}{GUARD}")));
    let uid = own_uid().unwrap_or_default();
    format!("lead-ledger-{kind}-{uid}-{}", &version[..8])
}

/// In memory, if the cluster is there already or there is room for it.
fn base_dir(kind: &str) -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    let is_open_to_all = fs::metadata(&memory).is_ok_and(|found| found.permissions().mode() & 0o002 != 0);
    if is_open_to_all && (memory.join(name_of(kind)).exists() || has_room(&memory)) {
        return memory;
    }
    let temporary = std::env::temp_dir();
    if temporary.as_os_str().len() <= TEMPORARY_BYTES_MAX { temporary } else { PathBuf::from("/tmp") }
}

fn has_room(dir: &Path) -> bool {
    let printed = Command::new("df").arg("-Pk").arg(dir).output();
    let printed = printed.map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&printed)
        .lines()
        .nth(1)
        .and_then(|line| line.split_whitespace().nth(3)?.parse::<u64>().ok())
        .is_some_and(|free| free >= MEMORY_KIB_MIN)
}

/// `base` is everybody's: a folder of this name may be another user's trap.
fn refuse_stranger(dir: &Path) -> Result<(), EmbeddedError> {
    let is_stranger =
        fs::symlink_metadata(dir).is_ok_and(|found| !found.is_dir() || Some(found.uid()) != own_uid());
    if is_stranger {
        let refused = io::Error::from(io::ErrorKind::PermissionDenied);
        return Err(doing(format!("use {}, another user's", dir.display()))(refused));
    }
    Ok(())
}

fn is_answering(dir: &Path) -> bool {
    pid_file_line(dir, 8).as_deref() == Some("ready")
        && UnixStream::connect(dir.join("socket").join(".s.PGSQL.5432")).is_ok()
}

fn start(dir: &Path, idle: Duration) -> Result<(), EmbeddedError> {
    // First, because installing adds the user that the server then runs as.
    let search = Search::of_environment()?;
    let account = Account::for_server(None)?;
    let (_, bin) = search.find(&account, dir, None)?;
    let cluster = Cluster {
        bin,
        account,
        home: dir.to_owned(),
        socket_dir: dir.join("socket"),
        log: dir.join("postgres.log"),
    };
    if dir.exists() {
        cluster.signal("KILL");
        cluster.settle()?;
        fs::remove_dir_all(dir).map_err(doing(format!("remove {}", dir.display())))?;
    }
    create_data_dir(dir)?;
    cluster.account.let_through(dir)?;
    cluster.account.create_private_dir(&cluster.socket_dir)?;
    open_private(&dir.join("heartbeat")).map_err(doing("write a heartbeat"))?;

    let lock = cluster.settle()?;
    cluster.initialize(&lock, true)?;
    let mut server = Server::launch(&cluster, &with_defaults(&SETTINGS, &[]), lock)?;
    if let Some(pipe) = server.take_pipe() {
        guard(dir, idle, pipe)?;
    }
    Ok(())
}

fn guard(dir: &Path, idle: Duration, pipe: ChildStdin) -> Result<(), EmbeddedError> {
    let step = (idle / 10).as_secs_f64().to_string();
    Command::new("sh")
        .args(["-c", GUARD, "lead-ledger-guard"])
        .arg(dir)
        .arg(step)
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::from(pipe))
        .stderr(Stdio::null())
        .process_group(0)
        .status()
        .map_err(doing("run sh"))?;
    Ok(())
}

/// Says that the cluster is in use. If it is gone there is nothing to say.
fn beat(dir: &Path) {
    let heartbeat = OpenOptions::new().write(true).truncate(true).open(dir.join("heartbeat"));
    if let Ok(mut heartbeat) = heartbeat {
        let _ = heartbeat.write_all(b"used\n");
    }
}

/// Says it as long as this process lives; one thread per cluster.
fn keep_beating(dir: PathBuf) {
    static BEATING: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
    let mut beating = BEATING.lock().unwrap_or_else(PoisonError::into_inner);
    if beating.insert(dir.clone()) {
        thread::spawn(move || {
            loop {
                thread::sleep(HEARTBEAT_EVERY);
                beat(&dir);
            }
        });
    }
}
