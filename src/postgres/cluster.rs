//! What has to be true of a database cluster's directory before a server may start in it?
//!
//! No process of an earlier server is left, no stale pid file is in the way, and the data exist.
//!
//! | step | how | when an earlier run was killed in the middle |
//! |---|---|---|
//! | wait for the earlier server | it, all its children and `initdb` hold `server.lock` open | the lock is free when the last of them is gone |
//! | remove the pid file | nobody holds `server.lock`, and no postgres lives in this directory | the number in it may belong to anyone by now |
//! | create the data | `initdb` in `postgres.new`, then a rename | `postgres.new` is thrown away |

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use super::account::Account;
use super::data_directory::{DATA, open_private};
use super::embedded_error::{EmbeddedError, doing};

/// What an earlier server is told, and how long it then has to end.
const WAYS_TO_END: [(Option<&str>, Duration); 3] = [
    (None, Duration::from_secs(30)),
    (Some("QUIT"), Duration::from_secs(5)),
    (Some("KILL"), Duration::from_secs(5)),
];

/// Sends signal `$2` to every postgres process that lives in directory `$1` and prints its id.
/// Where there is no `/proc`, only the process `$3` of the pid file is looked at.
const SIGNAL: &str = r#"
if [ -r /proc/self/comm ]; then
    for process in /proc/[0-9]*; do
        read -r name <"$process/comm" || continue
        case $name in postgres | postmaster) ;; *) continue ;; esac
        [ "$process/cwd" -ef "$1" ] || continue
        kill -s "$2" "${process#/proc/}" && echo "${process#/proc/}"
    done
elif [ -n "$3" ]; then
    case $(ps -o comm= -p "$3") in *postgres*) kill -s "$2" "$3" && echo "$3" ;; esac
fi 2>/dev/null
"#;

/// `initdb` keeps `server.lock` open on descriptor 3 and says only what went wrong.
const INITDB: &str = r#"exec "$@" 3>&1 >/dev/null"#;

/// The directory and the programs of one cluster.
pub struct Cluster {
    pub bin: PathBuf,
    pub account: Account,
    /// Holds `postgres/`, `server.lock` and, if short enough, `socket/`.
    pub home: PathBuf,
    pub socket_dir: PathBuf,
    pub log: PathBuf,
}

impl Cluster {
    pub fn data(&self) -> PathBuf {
        self.home.join(DATA)
    }

    /// Waits until no process of an earlier server is left, ends those that stay, and removes
    /// what they left behind. The file is `server.lock`, for the next server to hold.
    ///
    /// # Errors
    /// `OldServerStays`, `ForeignServer`, `Io`.
    pub fn settle(&self) -> Result<File, EmbeddedError> {
        let path = self.home.join("server.lock");
        let lock = open_private(&path).map_err(doing(format!("open {}", path.display())))?;
        for (signal, limit) in WAYS_TO_END {
            if let Some(signal) = signal {
                self.signal(signal);
            }
            if poll(limit, || lock.try_lock().is_ok()) {
                self.remove_stale_files()?;
                return Ok(lock);
            }
        }
        Err(EmbeddedError::OldServerStays { data: self.data() })
    }

    fn remove_stale_files(&self) -> Result<(), EmbeddedError> {
        let pid_file = self.data().join("postmaster.pid");
        if !pid_file.exists() {
            return Ok(());
        }
        let pids = self.signal("0");
        if !pids.is_empty() {
            return Err(EmbeddedError::ForeignServer { data: self.data(), pids });
        }
        fs::remove_file(&pid_file).map_err(doing(format!("remove {}", pid_file.display())))?;
        for name in [".s.PGSQL.5432", ".s.PGSQL.5432.lock"] {
            let left_behind = self.socket_dir.join(name);
            if left_behind.symlink_metadata().is_ok() {
                fs::remove_file(&left_behind).map_err(doing(format!("remove {}", left_behind.display())))?;
            }
        }
        Ok(())
    }

    /// Sends a signal to every postgres process in the data directory; their ids. `0` only asks.
    pub fn signal(&self, signal: &str) -> String {
        let output = self
            .account
            .command("sh")
            .args(["-c", SIGNAL, "sh"])
            .arg(self.data())
            .args([signal, &pid_file_line(&self.home, 1).unwrap_or_default()])
            .output();
        let printed = output.map(|output| output.stdout).unwrap_or_default();
        let pids = String::from_utf8_lossy(&printed);
        pids.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Creates the data if there are none. Durable, unless `no_sync`.
    ///
    /// # Errors
    /// `InitFailed`, `Io`.
    pub fn initialize(&self, lock: &File, no_sync: bool) -> Result<(), EmbeddedError> {
        let data = self.data();
        if data.join("PG_VERSION").exists() {
            return self.account.take_over(&data);
        }
        let side = data.with_extension("new");
        if side.exists() {
            fs::remove_dir_all(&side).map_err(doing(format!("remove {}", side.display())))?;
        }
        self.account.create_private_dir(&side)?;
        let held = lock.try_clone().map_err(doing("share server.lock"))?;
        let mut initdb = self.account.command("sh");
        initdb
            .args(["-c", INITDB, "sh"])
            .arg(self.bin.join("initdb"))
            .args(["-U", "ledger", "-A", "trust", "-E", "UTF8", "--no-locale"])
            .args(no_sync.then_some("--no-sync"))
            .arg("-D")
            .arg(&side)
            .stdout(Stdio::from(held))
            .stderr(Stdio::piped());
        let output =
            initdb.spawn().and_then(std::process::Child::wait_with_output).map_err(doing("run initdb"))?;
        if !output.status.success() {
            return Err(EmbeddedError::InitFailed {
                output: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            });
        }
        fs::rename(&side, &data)
            .and_then(|()| File::open(&self.home)?.sync_all())
            .map_err(doing(format!("move the new data to {}", data.display())))
    }
}

/// Line 1 of `postmaster.pid` is the process id, line 8 the state (`ready`, `stopping`).
pub fn pid_file_line(home: &Path, number: usize) -> Option<String> {
    let content = fs::read_to_string(home.join(DATA).join("postmaster.pid")).ok()?;
    let line = content.lines().nth(number - 1)?;
    Some(line.trim().to_owned())
}

/// The major version that made the data in `home`, if there are any.
pub fn made_by(home: &Path) -> Option<u32> {
    let version = fs::read_to_string(home.join(DATA).join("PG_VERSION")).ok()?;
    version.trim().split('.').next()?.parse().ok()
}

/// Asks again and again until the answer is yes (true) or the limit is over (false).
pub fn poll(limit: Duration, mut is_so: impl FnMut() -> bool) -> bool {
    let begin = Instant::now();
    loop {
        if is_so() {
            return true;
        }
        if begin.elapsed() >= limit {
            return false;
        }
        thread::sleep(Duration::from_millis(5));
    }
}
