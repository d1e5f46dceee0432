//! Where are this machine's PostgreSQL programs, and which version of them is used?
//!
//! `LEDGER_PG_BIN`, then `pg_config --bindir`, then `PATH`, then the known places, newest first;
//! but where data exist already, whichever of these has the version that made them.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::account::Account;
use super::embedded_error::{EmbeddedError, Installation};
use super::install::install_once;

/// The oldest major version that the ledger's SQL is written for.
pub const VERSION_MIN: u32 = 14;

/// Where packagers put the programs. At most one `*` each, within one path component.
pub const KNOWN_PLACES: [&str; 9] = [
    "/usr/lib/postgresql/*/bin",
    "/usr/lib/postgresql*/bin",
    "/usr/pgsql-*/bin",
    "/usr/libexec/postgresql*",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
];

/// The folders to look in.
pub struct Search {
    /// The only folder to look in, if the operator named one (`LEDGER_PG_BIN`).
    pub bin_dir: Option<PathBuf>,
    /// Looked in one after the other: the first match wins.
    pub in_order: Vec<PathBuf>,
    /// Looked in last: the newest wins.
    pub newest_of: Vec<PathBuf>,
}

impl Search {
    /// Everywhere on this machine, or only in `bin_dir`.
    pub fn of_machine(bin_dir: Option<&Path>) -> Search {
        let mut in_order: Vec<PathBuf> = pg_config_bindir().into_iter().collect();
        if let Some(path) = variable("PATH") {
            in_order.extend(env::split_paths(&path));
        }
        Search {
            bin_dir: bin_dir.map(Path::to_owned),
            in_order,
            newest_of: KNOWN_PLACES.into_iter().flat_map(expand).collect(),
        }
    }

    /// As [`Search::of_machine`]; where no folder holds the programs, they are installed first if
    /// `may_install` (`LEDGER_INSTALL`). With a `bin_dir` nothing is installed.
    ///
    /// # Errors
    /// `NoPrograms` if they were to be installed and are not.
    pub fn or_install(bin_dir: Option<&Path>, may_install: bool) -> Result<Search, EmbeddedError> {
        let search = Search::of_machine(bin_dir);
        if bin_dir.is_some() || search.finds_programs() {
            return Ok(search);
        }
        let path = variable("PATH").unwrap_or_default();
        install_once(&path, may_install, &|| Search::of_machine(None).finds_programs())
            .map(|()| Search::of_machine(None))
            .map_err(|why| EmbeddedError::NoPrograms {
                bin_dir: None,
                too_old: Vec::new(),
                not_installed: Some(why),
            })
    }

    /// As [`Search::or_install`], with `LEDGER_PG_BIN` and `LEDGER_INSTALL` read from the environment:
    /// for the tests' cluster, which has no settings.
    ///
    /// # Errors
    /// As [`Search::or_install`].
    pub fn of_environment() -> Result<Search, EmbeddedError> {
        let may_install = variable("LEDGER_INSTALL").is_none_or(|value| value != "off");
        Search::or_install(variable("LEDGER_PG_BIN").as_deref().map(Path::new), may_install)
    }

    /// The installation to use. `made_by` is the major version of data that exist already in
    /// `data`. Only programs that `account` may run count.
    ///
    /// # Errors
    /// `NoPrograms`, or `OtherVersion` if none is of version `made_by`.
    pub fn find(
        &self,
        account: &Account,
        data: &Path,
        made_by: Option<u32>,
    ) -> Result<Installation, EmbeddedError> {
        let installed = self.installations(account);
        let (found, too_old): (Vec<_>, Vec<_>) = installed
            .into_iter()
            .partition(|(version, _)| *version >= VERSION_MIN || Some(*version) == made_by);
        let Some(preferred) = found.first() else {
            return Err(EmbeddedError::NoPrograms {
                bin_dir: self.bin_dir.clone(),
                too_old,
                not_installed: None,
            });
        };
        let Some(made_by) = made_by else {
            return Ok(preferred.clone());
        };
        match found.iter().find(|(version, _)| *version == made_by) {
            Some(same) => Ok(same.clone()),
            None => Err(EmbeddedError::OtherVersion { data: data.to_owned(), made_by, found }),
        }
    }

    /// Is there any PostgreSQL server, of whatever version? Asks the file system only.
    fn finds_programs(&self) -> bool {
        self.in_order.iter().chain(&self.newest_of).any(|dir| has_programs(dir))
    }

    fn installations(&self, account: &Account) -> Vec<Installation> {
        if let Some(bin_dir) = &self.bin_dir {
            return probe(account, bin_dir).into_iter().collect();
        }
        let mut seen = BTreeSet::new();
        let mut is_new = |dir: &&PathBuf| fs::canonicalize(dir).is_ok_and(|real| seen.insert(real));
        let in_order: Vec<&PathBuf> = self.in_order.iter().filter(&mut is_new).collect();
        let newest_of: Vec<&PathBuf> = self.newest_of.iter().filter(&mut is_new).collect();

        let mut found: Vec<_> = in_order.iter().filter_map(|d| probe(account, d)).collect();
        let mut known: Vec<_> = newest_of.iter().filter_map(|d| probe(account, d)).collect();
        known.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
        found.extend(known);
        found
    }
}

/// What PostgreSQL's programs may see of our environment: how to find programs and libraries.
pub fn kept_environment() -> impl Iterator<Item = (&'static str, OsString)> {
    ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR"]
        .into_iter()
        .filter_map(|name| Some((name, variable(name)?)))
}

/// The one place where these modules read the environment.
#[expect(
    clippy::disallowed_methods,
    reason = "PATH and the like are the machine's, not settings of the ledger"
)]
fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

fn pg_config_bindir() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").stderr(Stdio::null()).output().ok()?;
    let printed = String::from_utf8(output.stdout).ok()?;
    let dir = printed.trim();
    (output.status.success() && !dir.is_empty()).then(|| PathBuf::from(dir))
}

/// The folders that a pattern with at most one `*` stands for.
fn expand(pattern: &str) -> Vec<PathBuf> {
    let Some((before, after)) = pattern.split_once('*') else {
        return vec![PathBuf::from(pattern)];
    };
    let (parent, stem) = before.rsplit_once('/').unwrap_or((".", before));
    let Ok(entries) = fs::read_dir(parent) else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(stem))
        .map(|entry| entry.path().join(after.trim_start_matches('/')))
        .collect()
}

fn has_programs(dir: &Path) -> bool {
    dir.join("postgres").is_file() && dir.join("initdb").is_file()
}

/// The installation in `dir`, if `account` can run it.
fn probe(account: &Account, dir: &Path) -> Option<Installation> {
    let bin = fs::canonicalize(dir).ok()?;
    if !has_programs(&bin) {
        return None;
    }
    let output = account.command(bin.join("postgres")).arg("--version").output().ok()?;
    let version = major_version(&String::from_utf8_lossy(&output.stdout))?;
    Some((version, bin))
}

/// `postgres (PostgreSQL) 15.6 (Debian 15.6-0+deb12u1)` is 15, `17beta1` is 17.
fn major_version(printed: &str) -> Option<u32> {
    let number = printed.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nowhere(bin_dir: Option<PathBuf>) -> Search {
        Search { bin_dir, in_order: vec![PathBuf::from("/nonexistent")], newest_of: Vec::new() }
    }

    #[test]
    fn the_major_version_is_read_from_every_known_form() {
        assert_eq!(major_version("postgres (PostgreSQL) 15.6 (Debian)"), Some(15));
        assert_eq!(major_version("postgres (PostgreSQL) 17beta1"), Some(17));
        assert_eq!(major_version("postgres (EnterpriseDB) 16.2.0"), Some(16));
        assert_eq!(major_version("nonsense"), None);
    }

    #[test]
    fn a_machine_without_programs_is_told_how_to_get_them() {
        let account = Account::for_server(None).unwrap();
        let error = nowhere(None).find(&account, Path::new("/d"), None);
        let message = error.unwrap_err().to_string();
        for part in
            ["apt install", "dnf", "apk add", "brew", "LEDGER_PG_BIN", "DATABASE_URL", "/usr/pgsql-*/bin"]
        {
            assert!(message.contains(part), "{part} is missing in {message}");
        }
        let named = nowhere(Some(PathBuf::from("/opt/none"))).find(&account, Path::new("/d"), None);
        assert!(named.unwrap_err().to_string().contains("/opt/none"));
    }

    #[test]
    fn data_of_a_version_that_is_not_installed_name_both_versions() {
        // On a machine without PostgreSQL this is the first test that needs it.
        let search = Search::of_environment().unwrap_or_else(|error| panic!("{error}"));
        let account = Account::for_server(None).unwrap();
        let error = search.find(&account, Path::new("/d"), Some(99));
        let message = error.unwrap_err().to_string();
        assert!(message.contains("made by PostgreSQL 99"), "{message}");
        assert!(message.contains("only PostgreSQL 1"), "{message}");
    }
}
