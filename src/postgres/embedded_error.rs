//! What can go wrong with the embedded PostgreSQL, and what should the reader of the message do?

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::install::NotInstalled;
use super::programs::{KNOWN_PLACES, VERSION_MIN};

/// A PostgreSQL installation: its major version and the folder of its programs.
pub type Installation = (u32, PathBuf);

/// Why the embedded server is not running. Every message ends with a next step.
#[derive(Debug)]
pub enum EmbeddedError {
    /// No usable `postgres` and `initdb` on this machine; `too_old` were found but refused.
    /// `not_installed` says why the package manager did not bring them, if it was considered.
    NoPrograms { bin_dir: Option<PathBuf>, too_old: Vec<Installation>, not_installed: Option<NotInstalled> },
    /// The data were made by a major version that is not installed.
    OtherVersion { data: PathBuf, made_by: u32, found: Vec<Installation> },
    /// The service runs as root and the machine has neither `postgres` nor `nobody`.
    NoServerAccount,
    /// Another process holds the lock of this data directory.
    InUse { data_dir: PathBuf },
    /// There are data here, but the server's user may not enter the folder.
    DataOutOfReach { data: PathBuf, user: String },
    /// A server that we did not start runs on the same data.
    ForeignServer { data: PathBuf, pids: String },
    /// The server of an earlier run neither finished nor died when told to.
    OldServerStays { data: PathBuf },
    /// `initdb` failed.
    InitFailed { output: String },
    /// The server ended, or was not ready in time.
    StartFailed { log: PathBuf, last_lines: String },
    /// The operating system refused something.
    Io { doing: String, source: io::Error },
}

/// Makes the `map_err` argument that says what was being done.
pub(super) fn doing(what: impl Into<String>) -> impl FnOnce(io::Error) -> EmbeddedError {
    move |source| EmbeddedError::Io { doing: what.into(), source }
}

impl fmt::Display for EmbeddedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPrograms { bin_dir, too_old, not_installed } => {
                write_no_programs(f, bin_dir.as_ref(), too_old, not_installed.as_ref())
            }
            Self::OtherVersion { data, made_by, found } => write!(
                f,
                "The data in {} were made by PostgreSQL {made_by}, but this machine has only {}. \
                 Install PostgreSQL {made_by}, or point LEDGER_PG_BIN at its programs, or set \
                 LEDGER_DATA_DIR to an empty directory to begin a new ledger.",
                data.display(),
                list(found)
            ),
            Self::NoServerAccount => write!(
                f,
                "PostgreSQL refuses to run as root, and this machine has neither a user `postgres` \
                 nor `nobody` to run it as. Start lead-ledger as an ordinary user, or add one: \
                 useradd --system postgres"
            ),
            Self::InUse { data_dir } => write!(
                f,
                "Another lead-ledger is already running on {}. Stop it first, or give this one \
                 its own directory with LEDGER_DATA_DIR.",
                data_dir.display()
            ),
            Self::DataOutOfReach { data, user } => write!(
                f,
                "There are data in {}, but user {user}, which PostgreSQL runs as, cannot enter that \
                 directory. Give it the way in (chmod o+x on the parent directories), or move the \
                 data and set LEDGER_DATA_DIR.",
                data.display()
            ),
            Self::ForeignServer { data, pids } => write!(
                f,
                "A PostgreSQL server that lead-ledger did not start (process {pids}) is running on \
                 {0}. Stop it first: pg_ctl stop -m fast -D {0}",
                data.display()
            ),
            Self::OldServerStays { data } => write!(
                f,
                "The PostgreSQL server of an earlier run on {} does not end. Look for it with \
                 `ps aux | grep postgres`, stop it, and start lead-ledger again.",
                data.display()
            ),
            Self::InitFailed { output } => write!(
                f,
                "PostgreSQL could not create its data directory:\n{output}\nMend what it says, or \
                 set DATABASE_URL to a PostgreSQL server of your own."
            ),
            Self::StartFailed { log, last_lines } => write!(
                f,
                "The embedded PostgreSQL did not start. It said:\n{last_lines}\nThe whole log is \
                 {}. Mend what it says and start lead-ledger again, or set DATABASE_URL to a \
                 PostgreSQL server of your own.",
                log.display()
            ),
            Self::Io { doing, source } => write!(
                f,
                "The embedded PostgreSQL could not {doing}: {source}. Check owner, permissions and \
                 free space there, or choose another directory with LEDGER_DATA_DIR."
            ),
        }
    }
}

impl std::error::Error for EmbeddedError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            Self::NoPrograms { .. }
            | Self::OtherVersion { .. }
            | Self::NoServerAccount
            | Self::InUse { .. }
            | Self::DataOutOfReach { .. }
            | Self::ForeignServer { .. }
            | Self::OldServerStays { .. }
            | Self::InitFailed { .. }
            | Self::StartFailed { .. } => None,
        }
    }
}

fn write_no_programs(
    f: &mut fmt::Formatter<'_>,
    bin_dir: Option<&PathBuf>,
    too_old: &[Installation],
    not_installed: Option<&NotInstalled>,
) -> fmt::Result {
    writeln!(
        f,
        "lead-ledger runs its own PostgreSQL server, but found no PostgreSQL {VERSION_MIN} or newer \
         (postgres and initdb) on this machine."
    )?;
    if !too_old.is_empty() {
        writeln!(f, "Too old: {}.", list(too_old))?;
    }
    match bin_dir {
        Some(dir) => writeln!(f, "Looked in: LEDGER_PG_BIN, which is {}", dir.display())?,
        None => writeln!(
            f,
            "Looked in: LEDGER_PG_BIN (not set), pg_config --bindir, PATH, {}",
            KNOWN_PLACES.join(", ")
        )?,
    }
    if let Some(refusal) = not_installed {
        writeln!(f, "{}", refusal.why)?;
    }
    match not_installed.and_then(|refusal| refusal.line.as_ref()) {
        Some(line) => writeln!(f, "Install it with this line, and start again:\n  {line}")?,
        None => writeln!(
            f,
            "Install it:\n  \
               Debian, Ubuntu   sudo apt install postgresql\n  \
               Fedora           sudo dnf install postgresql-server\n  \
               Alpine           apk add postgresql\n  \
               macOS            brew install postgresql@17"
        )?,
    }
    write!(
        f,
        "or set LEDGER_PG_BIN to the directory that holds these programs,\n\
         or set DATABASE_URL to a PostgreSQL server of your own:\n  \
           DATABASE_URL=postgres://user:password@localhost:5432/ledger lead-ledger serve"
    )
}

fn list(installations: &[Installation]) -> String {
    let words: Vec<String> = installations
        .iter()
        .map(|(version, bin)| format!("PostgreSQL {version} ({})", bin.display()))
        .collect();
    words.join(", ")
}
