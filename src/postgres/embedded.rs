//! How does the ledger run without a database of its operator's? With this private PostgreSQL
//! server, made of the machine's own programs.
//!
//! It listens on a unix socket only, has no password, loses nothing (`fsync` is on), and ends when
//! the service does, however that happens.

use std::path::{Path, PathBuf};

use super::cluster::{Cluster, made_by};
use super::data_directory::{DATA, DataDirectory, FALLBACK_ROOT};
use super::embedded_error::EmbeddedError;
use super::programs::Search;
use super::server::Server;
use super::socket::{socket_dir, url_of};

/// Settings of the server; [`Options::settings`] override them.
const SETTINGS: [(&str, &str); 14] = [
    ("fsync", "on"),
    ("synchronous_commit", "on"),
    ("full_page_writes", "on"),
    ("max_connections", "100"),
    ("shared_buffers", "256MB"),
    // A backup is taken by pg_basebackup, which reads the log of the server and holds no snapshot.
    ("wal_level", "replica"),
    ("max_wal_senders", "4"),
    ("archive_mode", "off"),
    ("max_wal_size", "4GB"),
    ("checkpoint_timeout", "15min"),
    ("jit", "off"),
    ("autovacuum", "on"),
    ("log_min_messages", "warning"),
    ("log_timezone", "UTC"),
];

/// What the embedded server is started with.
#[derive(Debug, Clone)]
pub struct Options {
    /// `LEDGER_DATA_DIR`.
    pub data_dir: PathBuf,
    /// `LEDGER_PG_BIN`: the only folder to take the programs from.
    pub bin_dir: Option<PathBuf>,
    /// `LEDGER_INSTALL`: whether missing programs are installed by the system's package manager.
    pub may_install: bool,
    /// Settings of the server, name and value.
    pub settings: Vec<(String, String)>,
}

/// A running embedded server. Dropping it stops the server and waits for that.
pub struct Embedded {
    server: Server,
    cluster: Cluster,
    settings: Vec<(String, String)>,
    url: String,
    directory: DataDirectory,
}

impl Embedded {
    /// Starts the server and waits until it answers; blocks for about 0.3 s, at the first start
    /// 1 to 2 s, longer after a crash under load, and as long as the package manager takes where
    /// PostgreSQL has to be installed. Waits for the server of an earlier run to end.
    ///
    /// # Errors
    /// Anything of [`EmbeddedError`]; every message ends with a next step.
    pub fn start(options: &Options) -> Result<Embedded, EmbeddedError> {
        // First, because installing adds the user that the server then runs as.
        let search = Search::or_install(options.bin_dir.as_deref(), options.may_install)?;
        let directory = DataDirectory::open(&options.data_dir, Path::new(FALLBACK_ROOT))?;
        let DataDirectory { home, account, .. } = &directory;
        let (_, bin) = search.find(account, &home.join(DATA), made_by(home))?;
        let cluster = Cluster {
            bin,
            account: account.clone(),
            home: home.clone(),
            socket_dir: socket_dir(home, account)?,
            log: directory.dir.join("postgres.log"),
        };
        let lock = cluster.settle()?;
        cluster.initialize(&lock, false)?;
        let settings = with_defaults(&SETTINGS, &options.settings);
        Ok(Embedded {
            server: Server::launch(&cluster, &settings, lock)?,
            url: url_of(&cluster.socket_dir),
            cluster,
            settings,
            directory,
        })
    }

    /// `postgres://ledger@localhost/postgres?host=<socket dir, percent-encoded>`; the same after
    /// [`Embedded::restart_if_dead`].
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The process id of the server (its postmaster).
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.server.pid
    }

    /// The folder that really holds the data: `LEDGER_DATA_DIR`, or where the server's user can get to.
    #[must_use]
    pub fn data_folder(&self) -> &Path {
        &self.directory.home
    }

    /// What the operator should know about where the data are.
    #[must_use]
    pub fn notice(&self) -> Option<&str> {
        self.directory.notice.as_deref()
    }

    /// Has the server not ended by itself?
    pub fn is_running(&mut self) -> bool {
        self.server.is_running()
    }

    /// Starts the server again if it died; true if it had to. Blocks as [`Embedded::start`] does.
    ///
    /// # Errors
    /// As [`Embedded::start`]. It may be called again.
    pub fn restart_if_dead(&mut self) -> Result<bool, EmbeddedError> {
        if self.is_running() {
            return Ok(false);
        }
        // Without their postmaster, busy backends may stay for as long as their query takes.
        self.cluster.signal("KILL");
        self.server.stop(&self.cluster);
        let lock = self.cluster.settle()?;
        self.server = Server::launch(&self.cluster, &self.settings, lock)?;
        Ok(true)
    }

    /// Ends all connections, stops the server and waits for that, normally 0.1 s.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        self.server.stop(&self.cluster);
        if !self.cluster.socket_dir.starts_with(&self.cluster.home) {
            // In the temporary directory. If it stays, the next start uses it again.
            let _ = std::fs::remove_dir(&self.cluster.socket_dir);
        }
    }
}

/// `defaults`, and after them `overrides`: of two settings with one name PostgreSQL takes the later.
pub(super) fn with_defaults(
    defaults: &[(&str, &str)],
    overrides: &[(String, String)],
) -> Vec<(String, String)> {
    let mut settings: Vec<(String, String)> =
        defaults.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    settings.extend_from_slice(overrides);
    settings
}
