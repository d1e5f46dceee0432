//! In which directory are the data, and who else uses it?
//!
//! ```text
//! .lead-ledger/          0700, or 0710 and the server's group if we are root
//!   lock                 held while a service runs on this directory
//!   postgres.log         what the server says
//!   server.lock          held by the server's own processes, and by initdb
//!   postgres/            the data, 0700, the server's user
//!   socket/              the server's unix socket, 0700, the server's user
//! ```
//!
//! If the server's user cannot get there, the last three are in `/var/lib/lead-ledger/<hash>` and
//! `postgres` is a link to them, so that they are found again whatever happens to the path.

use std::fs::{self, File, OpenOptions, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::account::Account;
use super::cluster::poll;
use super::embedded_error::{EmbeddedError, doing};
use super::socket::hash_of;

/// Where the data go if the server's user cannot reach the wanted directory.
pub(super) const FALLBACK_ROOT: &str = "/var/lib/lead-ledger";

/// The name of the folder with the data.
pub const DATA: &str = "postgres";

const LOCK: &str = "lock";

/// A service that was killed keeps its lock until the operating system has cleared it away.
const DYING_LIMIT: Duration = Duration::from_secs(1);

/// A data directory that we hold.
pub(super) struct DataDirectory {
    pub dir: PathBuf,
    /// Holds the server's part: `dir` itself, or the fallback.
    pub home: PathBuf,
    pub account: Account,
    pub notice: Option<String>,
    /// Held, not read: of `dir`, and of the fallback, which a copied `dir` leads to as well.
    pub locks: Vec<File>,
}

/// Makes the data directory if it is missing: mode 0700, with the lock file that marks it as ours.
/// To be called before anything else (a generated secret) is put there.
///
/// # Errors
/// `Io`.
pub fn create_data_dir(dir: &Path) -> Result<(), EmbeddedError> {
    let what = || format!("create the data directory {}", dir.display());
    // Parents that are missing get the usual mode: the server's user has to pass through them.
    fs::create_dir_all(dir.parent().unwrap_or(dir)).map_err(doing(what()))?;
    if !dir.exists() {
        fs::DirBuilder::new().mode(0o700).create(dir).map_err(doing(what()))?;
    }
    let is_empty = fs::read_dir(dir).map_err(doing(what()))?.next().is_none();
    if is_empty {
        open_private(&dir.join(LOCK)).map_err(doing(what()))?;
    }
    Ok(())
}

/// Opens or creates a file that only we may read.
pub(super) fn open_private(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).mode(0o600).open(path)
}

impl DataDirectory {
    /// Locks `wanted` and decides where the server's part of it is.
    ///
    /// # Errors
    /// `InUse`, `DataOutOfReach`, `NoServerAccount`, `Io`.
    pub fn open(wanted: &Path, fallback_root: &Path) -> Result<DataDirectory, EmbeddedError> {
        create_data_dir(wanted)?;
        let dir = fs::canonicalize(wanted)
            .map_err(doing(format!("find the data directory {}", wanted.display())))?;
        let is_ours = dir.join(LOCK).exists();
        let lock = take_lock(&dir)?;

        let data = dir.join(DATA);
        let owner = fs::metadata(&data).ok().map(|found| (found.uid(), found.gid()));
        let account = Account::for_server(owner)?;
        let mut directory =
            DataDirectory { home: dir.clone(), dir, account, notice: None, locks: vec![lock] };
        if let Some(home) = linked_home(&data) {
            directory.move_home(home)?;
        } else {
            if is_ours {
                directory.account.let_through(&directory.dir)?;
            }
            if !directory.account.reaches(&directory.dir) {
                directory.fall_back(&data, fallback_root)?;
            }
        }
        Ok(directory)
    }

    fn fall_back(&mut self, data: &Path, fallback_root: &Path) -> Result<(), EmbeddedError> {
        if data.exists() {
            return Err(EmbeddedError::DataOutOfReach {
                data: data.to_owned(),
                user: self.account.name.clone(),
            });
        }
        let home = fallback_root.join(hash_of(&self.dir));
        fs::create_dir_all(fallback_root)
            .and_then(|()| fs::set_permissions(fallback_root, Permissions::from_mode(0o755)))
            .map_err(doing(format!("create {}", fallback_root.display())))?;
        symlink(home.join(DATA), data).map_err(doing(format!("link {}", data.display())))?;
        self.move_home(home)
    }

    fn move_home(&mut self, home: PathBuf) -> Result<(), EmbeddedError> {
        create_data_dir(&home)?;
        self.account.let_through(&home)?;
        self.locks.push(take_lock(&home)?);
        self.notice = Some(format!(
            "data is in {} because user {} cannot reach {}",
            home.display(),
            self.account.name,
            self.dir.display()
        ));
        self.home = home;
        Ok(())
    }
}

fn linked_home(data: &Path) -> Option<PathBuf> {
    fs::read_link(data).ok()?.parent().map(Path::to_owned)
}

fn take_lock(dir: &Path) -> Result<File, EmbeddedError> {
    let path = dir.join(LOCK);
    let what = || format!("lock {}", path.display());
    let lock = open_private(&path).map_err(doing(what()))?;
    let mut taken = Err(TryLockError::WouldBlock);
    poll(DYING_LIMIT, || {
        taken = lock.try_lock();
        !matches!(taken, Err(TryLockError::WouldBlock))
    });
    match taken {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(EmbeddedError::InUse { data_dir: dir.to_owned() }),
        Err(TryLockError::Error(source)) => Err(doing(what())(source)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postgres::account::own_uid;

    fn chmod(dir: &Path, mode: u32) {
        fs::set_permissions(dir, Permissions::from_mode(mode)).unwrap();
    }

    /// A fresh folder that only its owner may enter; it is removed at the end.
    struct Private(PathBuf);

    impl Private {
        fn new(name: &str) -> Private {
            let dir = std::env::temp_dir().join(format!("lead-ledger-{name}-{}", std::process::id()));
            fs::create_dir_all(&dir).unwrap();
            chmod(&dir, 0o700);
            Private(dir)
        }
    }

    impl Drop for Private {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn data_out_of_the_servers_reach_go_to_the_fallback_and_are_found_again() {
        if own_uid() != Some(0) {
            return;
        }
        let home = Private::new("home");
        let root = Private::new("fallback");
        chmod(&root.0, 0o755);
        let wanted = home.0.join("checkout/.lead-ledger");

        let first = DataDirectory::open(&wanted, &root.0).unwrap();
        assert!(first.home.starts_with(&root.0));
        assert!(first.notice.is_some());
        assert!(first.account.reaches(&first.home));
        let home_of_first = first.home.clone();
        drop(first);

        chmod(&home.0, 0o755);
        let second = DataDirectory::open(&wanted, &root.0).unwrap();
        assert_eq!(second.home, home_of_first);
        assert!(second.notice.is_some());
    }

    #[test]
    fn existing_data_out_of_reach_are_never_replaced_by_empty_ones() {
        if own_uid() != Some(0) {
            return;
        }
        let home = Private::new("kept");
        let wanted = home.0.join(".lead-ledger");
        fs::create_dir_all(wanted.join(DATA)).unwrap();
        let refused = DataDirectory::open(&wanted, &home.0.join("fallback"));
        assert!(refused.err().unwrap().to_string().contains("chmod o+x"));
    }

    #[test]
    fn a_secret_put_there_before_does_not_close_the_directory() {
        let home = Private::new("secret");
        chmod(&home.0, 0o755);
        let wanted = home.0.join(".lead-ledger");
        create_data_dir(&wanted).unwrap();
        fs::write(wanted.join("jwt-secret"), "x").unwrap();
        let opened = DataDirectory::open(&wanted, &home.0.join("fallback")).unwrap();
        assert_eq!(opened.notice, None);
        assert_eq!(fs::metadata(&wanted).unwrap().mode() & 0o767, 0o700);
    }
}
