//! How does a server start, tell that it is ready, and end, even when we are killed?
//!
//! The server is the child of a small shell script. We hold the only write end of the pipe on the
//! script's standard input; whatever ends us closes it, and the script stops the server. Both are
//! in a process group of their own, so that Ctrl-C reaches us first.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::time::Duration;

use super::cluster::{Cluster, pid_file_line, poll};
use super::data_directory::open_private;
use super::embedded_error::{EmbeddedError, doing};
use super::socket::socket_arguments;

/// Runs its arguments until they end or standard input closes. Standard output is `server.lock`:
/// every process of the server keeps it open, on descriptor 4. HUP, INT and TERM, which a terminal
/// or a supervisor sends to everyone, are ours to act on. INT is repeated because a server that has
/// only just been started still ignores it.
const SUPERVISE: &str = r#"
trap '' HUP INT TERM
exec 3<&0 4>&1 </dev/null >/dev/null
"$@" 3<&- &
server=$!
{
    read -r _ <&3
    told=0
    while [ "$told" -lt 100 ] && kill -s INT "$server"; do
        sleep 1
        told=$((told + 1))
    done
} 4>&- 2>/dev/null &
watch=$!
exec 3<&-
wait "$server"
status=$?
kill -s KILL "$watch" 2>/dev/null
wait "$watch" 2>/dev/null
exit "$status"
"#;

/// Recovery after a crash replays up to `max_wal_size`, which a slow disk takes minutes for.
const READY_LIMIT: Duration = Duration::from_mins(15);

/// How the server is told to end, and how long it then has.
const WAYS_TO_END: [(Option<&str>, Duration); 3] = [
    (None, Duration::from_mins(1)),
    (Some("QUIT"), Duration::from_secs(10)),
    (Some("KILL"), Duration::from_secs(10)),
];

/// A log that has grown larger than this at a start is set aside.
const LOG_BYTES_MAX: u64 = 8 << 20;
const LAST_LINES: usize = 10;

/// A running server.
pub struct Server {
    child: Child,
    /// Closing it stops the server.
    pipe: Option<ChildStdin>,
    pub pid: u32,
}

impl Server {
    /// Starts the server with `settings` (later ones override earlier ones) and waits until it
    /// answers. `lock` is what [`Cluster::settle`] gave.
    ///
    /// # Errors
    /// `StartFailed` with the last lines of the log, `Io`.
    pub fn launch(
        cluster: &Cluster,
        settings: &[(String, String)],
        lock: File,
    ) -> Result<Server, EmbeddedError> {
        let what = || format!("write the log {}", cluster.log.display());
        set_aside_long_log(&cluster.log);
        let mut log = open_private(&cluster.log).map_err(doing(what()))?;
        let log_begin = log.seek(SeekFrom::End(0)).map_err(doing(what()))?;

        let mut child = cluster
            .account
            .command("sh")
            .args(["-c", SUPERVISE, "lead-ledger-postgres"])
            .arg(cluster.bin.join("postgres"))
            .arg("-D")
            .arg(cluster.data())
            .args(socket_arguments(&cluster.socket_dir))
            .args(settings.iter().map(|(name, value)| format!("-c{name}={value}")))
            .stdin(Stdio::piped())
            .stdout(Stdio::from(lock))
            .stderr(Stdio::from(log))
            .process_group(0)
            .spawn()
            .map_err(doing("run sh"))?;
        let pipe = child.stdin.take();
        let mut server = Server { child, pipe, pid: 0 };
        let is_ready = || pid_file_line(&cluster.home, 8).as_deref() == Some("ready");
        poll(READY_LIMIT, || is_ready() || !server.is_running());
        match pid_file_line(&cluster.home, 1).and_then(|pid| pid.parse().ok()) {
            Some(pid) if is_ready() => server.pid = pid,
            Some(_) | None => {
                server.stop(cluster);
                return Err(EmbeddedError::StartFailed {
                    log: cluster.log.clone(),
                    last_lines: last_lines(&cluster.log, log_begin),
                });
            }
        }
        Ok(server)
    }

    /// Has the server not ended by itself?
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Ends the server, cleanly if it can, and waits for the end.
    pub fn stop(&mut self, cluster: &Cluster) {
        drop(self.pipe.take());
        for (signal, limit) in WAYS_TO_END {
            if let Some(signal) = signal {
                cluster.signal(signal);
            }
            if poll(limit, || !self.is_running()) {
                return;
            }
        }
    }

    /// The pipe that keeps the server alive, for someone else to hold.
    pub fn take_pipe(&mut self) -> Option<ChildStdin> {
        self.pipe.take()
    }
}

fn set_aside_long_log(log: &Path) {
    if fs::metadata(log).is_ok_and(|found| found.len() > LOG_BYTES_MAX) {
        // Nothing depends on it: at worst the log stays long until the next start.
        let _ = fs::rename(log, log.with_extension("log.1"));
    }
}

fn last_lines(log: &Path, begin: u64) -> String {
    let mut text = Vec::new();
    let read = File::open(log).and_then(|mut file| {
        file.seek(SeekFrom::Start(begin))?;
        file.take(LOG_BYTES_MAX).read_to_end(&mut text)
    });
    if read.is_err() || text.is_empty() {
        return "(nothing)".to_owned();
    }
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LAST_LINES)..].join("\n")
}
