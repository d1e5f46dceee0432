//! Who else can read a secret's file? The rule that PostgreSQL has for its keys, which administrators know.

use rustix::process::geteuid;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Group and others.
const ALL_BUT_OWNER: u32 = 0o077;
/// What a file of root's must not allow: its group may read it, which is how a service that is not root gets it.
const BEYOND_GROUP_READ: u32 = 0o037;

/// Why the secret in this file is not one; `None` where only its owner can read it, or root gave it to a group. A file that
/// cannot be looked at is for its reader to complain of, and what is no file (a pipe) has no other readers.
pub fn exposure(path: &Path) -> Option<String> {
    let file = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
    let is_given_by_root = file.uid() == 0 && !geteuid().is_root();
    let forbidden = if is_given_by_root { BEYOND_GROUP_READ } else { ALL_BUT_OWNER };
    let mode = file.mode() & 0o777;
    let path = path.display();
    (mode & forbidden != 0)
        .then(|| format!("others can read the file {path} (its mode is {mode:04o}); run: chmod 600 {path}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    /// Issue 14, part 5
    #[test]
    fn a_secret_is_its_owners_alone() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for (mode, is_exposed) in [
            (0o600, false),
            (0o400, false),
            (0o700, false),
            (0o640, true),
            (0o604, true),
            (0o644, true),
            (0o666, true),
            (0o620, true),
        ] {
            file.as_file().set_permissions(std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(exposure(file.path()).is_some(), is_exposed, "{mode:o}");
        }
        assert_eq!(exposure(Path::new("/nowhere/at/all")), None);
        assert_eq!(exposure(Path::new("/dev/null")), None);
    }
}
