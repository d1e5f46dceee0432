//! As which user does the server run?
//!
//! PostgreSQL refuses root. A service that runs as root therefore starts it as the user that owns
//! the existing data, else `postgres`, else `nobody`; any other service starts it as itself.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown, lchown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use super::embedded_error::{EmbeddedError, doing};
use super::programs::kept_environment;

/// The user that the server runs as.
#[derive(Debug, Clone)]
pub struct Account {
    pub name: String,
    pub uid: u32,
    pub gid: u32,
    /// We are root and become this user.
    is_dropped: bool,
}

impl Account {
    /// Chooses the user. `owner` is the user and group id of data that exist already.
    ///
    /// # Errors
    /// `NoServerAccount` if we are root and there is nobody to become.
    pub fn for_server(owner: Option<(u32, u32)>) -> Result<Account, EmbeddedError> {
        if let Some(own) = Account::from_ids(&[]).filter(|own| own.uid != 0) {
            return Ok(own);
        }
        let dropped = match owner {
            Some((uid, gid)) if uid != 0 => Some(Account {
                name: id(&["-un", &uid.to_string()]).unwrap_or_else(|| uid.to_string()),
                uid,
                gid,
                is_dropped: true,
            }),
            Some(_) | None => ["postgres", "nobody"]
                .into_iter()
                .find_map(|name| Account::from_ids(&[name]))
                .map(|account| Account { is_dropped: true, ..account }),
        };
        dropped.ok_or(EmbeddedError::NoServerAccount)
    }

    fn from_ids(name: &[&str]) -> Option<Account> {
        let ask = |flag: &str| id(&[&[flag], name].concat());
        Some(Account {
            name: ask("-un").or_else(|| ask("-u"))?,
            uid: ask("-u")?.parse().ok()?,
            gid: ask("-g")?.parse().ok()?,
            is_dropped: false,
        })
    }

    /// A command that runs as this user, away from the caller's directory and environment: that
    /// holds secrets, and variables such as `PGPORT` that would change what the programs do.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .envs(kept_environment())
            .env("LC_ALL", "C")
            .env("TZ", "UTC")
            .current_dir("/")
            .stdin(Stdio::null());
        if self.is_dropped {
            command.uid(self.uid).gid(self.gid);
        }
        command
    }

    /// May this user enter `dir`?
    pub fn reaches(&self, dir: &Path) -> bool {
        self.command("sh")
            .args(["-c", r#"cd -- "$1" 2>/dev/null"#, "sh"])
            .arg(dir)
            .status()
            .is_ok_and(|status| status.success())
    }

    /// Makes `dir` (if missing) a private folder of this user.
    ///
    /// # Errors
    /// `Io`.
    pub fn create_private_dir(&self, dir: &Path) -> Result<(), EmbeddedError> {
        let what = || format!("create {}", dir.display());
        fs::DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(doing(what()))?;
        if self.is_dropped {
            chown(dir, Some(self.uid), Some(self.gid)).map_err(doing(what()))?;
        }
        Ok(())
    }

    /// Gives this user everything in `dir`, if it is another user's: a backup that root has put in place.
    ///
    /// # Errors
    /// `Io`.
    pub fn take_over(&self, dir: &Path) -> Result<(), EmbeddedError> {
        let what = || format!("give user {} what is in {}", self.name, dir.display());
        let owner = fs::metadata(dir).map_err(doing(what()))?.uid();
        if self.is_dropped && owner != self.uid {
            self.take_over_tree(dir).map_err(doing(what()))?;
        }
        Ok(())
    }

    fn take_over_tree(&self, path: &Path) -> io::Result<()> {
        if fs::symlink_metadata(path)?.is_dir() {
            for entry in fs::read_dir(path)? {
                self.take_over_tree(&entry?.path())?;
            }
        }
        // The folder itself comes last: where this ends half-way, the next start does it again.
        lchown(path, Some(self.uid), Some(self.gid))
    }

    /// Lets this user pass through `dir`, a private folder of root, without seeing what is in it:
    /// its group becomes the user's and gets `x`, nothing else.
    ///
    /// # Errors
    /// `Io`.
    pub fn let_through(&self, dir: &Path) -> Result<(), EmbeddedError> {
        let what = || format!("give user {} the way into {}", self.name, dir.display());
        let is_private = fs::metadata(dir)
            .map(|found| found.uid() == 0 && found.mode() & 0o777 == 0o700)
            .map_err(doing(what()))?;
        if self.is_dropped && is_private {
            chown(dir, None, Some(self.gid)).map_err(doing(what()))?;
            fs::set_permissions(dir, fs::Permissions::from_mode(0o710)).map_err(doing(what()))?;
        }
        Ok(())
    }
}

/// The user that we run as ourselves.
pub fn own_uid() -> Option<u32> {
    static OWN: OnceLock<Option<u32>> = OnceLock::new();
    *OWN.get_or_init(|| id(&["-u"])?.parse().ok())
}

fn id(arguments: &[&str]) -> Option<String> {
    let output =
        Command::new("id").args(arguments).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let printed = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| printed.trim().to_owned())
}
