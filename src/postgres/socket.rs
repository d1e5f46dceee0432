//! Where is the server's socket, and how is it named in settings and urls?

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::account::Account;
use super::embedded_error::{EmbeddedError, doing};

/// A unix socket's path has at most 107 bytes, of which `/.s.PGSQL.5432` takes 14.
const SOCKET_DIR_BYTES_MAX: usize = 90;

/// A private folder for the socket of the server in `home`: `home/socket`, or, where that cannot
/// be a socket's, one in the temporary directory.
pub fn socket_dir(home: &Path, account: &Account) -> Result<PathBuf, EmbeddedError> {
    let mut dir = home.join("socket");
    if !fits(&dir) {
        let name = format!("lead-ledger-{}", hash_of(home));
        dir = [std::env::temp_dir(), PathBuf::from("/tmp")]
            .into_iter()
            .filter(|parent| account.reaches(parent))
            .map(|parent| parent.join(&name))
            .find(|dir| fits(dir))
            .unwrap_or(dir);
    }
    // A stranger may have put a folder of this name into the temporary directory.
    let stranger = fs::symlink_metadata(&dir)
        .is_ok_and(|found| !found.is_dir() || (found.uid() != account.uid && found.uid() != 0));
    if stranger {
        let refused = io::Error::from(io::ErrorKind::AlreadyExists);
        return Err(doing(format!("use {} for its socket", dir.display()))(refused));
    }
    account.create_private_dir(&dir)?;
    Ok(dir)
}

/// A short name for a path: FNV-1a, the same for ever, unlike the standard library's hasher.
pub fn hash_of(path: &Path) -> String {
    let hash = path.as_os_str().as_encoded_bytes().iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// How a driver reaches the server with this socket.
pub fn url_of(socket_dir: &Path) -> String {
    let host = percent_encoded(socket_dir);
    format!("postgres://ledger@localhost/postgres?host={host}")
}

/// The server listens on this socket only. The port is part of the socket's name. The directory is in
/// quotes because the setting is a list.
pub fn socket_arguments(socket_dir: &Path) -> [OsString; 4] {
    let mut directories = OsString::from("-cunix_socket_directories=\"");
    directories.push(socket_dir);
    directories.push("\"");
    [
        directories,
        OsString::from("-clisten_addresses="),
        OsString::from("-cport=5432"),
        OsString::from("-cunix_socket_permissions=0700"),
    ]
}

/// Short enough, and neither a list to libpq (`,`) nor the end of a quoted setting (`"`).
fn fits(dir: &Path) -> bool {
    let bytes = dir.as_os_str().as_encoded_bytes();
    bytes.len() <= SOCKET_DIR_BYTES_MAX && !bytes.contains(&b',') && !bytes.contains(&b'"')
}

fn percent_encoded(path: &Path) -> String {
    let bytes = path.as_os_str().as_encoded_bytes().iter();
    bytes
        .map(|byte| match char::from(*byte) {
            plain if plain.is_ascii_alphanumeric() || "-._~".contains(plain) => plain.to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_hides_every_odd_character_of_the_path() {
        let url = url_of(Path::new("/a b/%,\"/é"));
        assert!(url.ends_with("?host=%2Fa%20b%2F%25%2C%22%2F%C3%A9"), "{url}");
    }

    #[test]
    fn a_path_that_is_long_or_looks_like_a_list_is_not_a_sockets() {
        assert!(fits(Path::new("/home/me/my ledger/.lead-ledger/socket")));
        assert!(!fits(Path::new("/a,b")));
        assert!(!fits(Path::new(&"/x".repeat(60))));
    }

    #[test]
    fn the_hash_is_the_same_for_ever() {
        assert_eq!(hash_of(Path::new("a")), "af63dc4c8601ec8c");
    }
}
