//! Is there room where the data are: bytes, and inodes?

use super::finding::{Finding, quoted};
use super::reach::{Ledger, is_local};
use super::server::Settings;
use std::path::{Path, PathBuf};

const CHECK: &str = "disk space";
const GIB: u64 = 1 << 30;
/// Below this a checkpoint or a rebuild may fill the disk.
const BYTES_MIN: u64 = GIB;
/// The server's own log takes up to 4 GiB, and a rebuild writes each read model once more.
const BYTES_WARNED: u64 = 8 * GIB;
/// Files that can still be made.
const INODES_MIN: u64 = 1_000;
const INODES_WARNED: u64 = 10_000;

/// What a file system has left.
struct Room {
    bytes: u64,
    /// `None`: the file system does not count them.
    inodes: Option<u64>,
}

pub fn check(ledger: &Ledger<'_>, settings: &Settings) -> Finding {
    let data = PathBuf::from(settings.text("data_directory"));
    let is_here = (ledger.is_private() || is_local(&ledger.options)) && data.is_absolute();
    match rustix::fs::statvfs(&data) {
        Ok(found) if is_here => {
            let inodes = (found.f_files > 0).then_some(found.f_favail);
            judge(&Room { bytes: found.f_bavail.saturating_mul(found.f_frsize), inodes }, &data)
        }
        Ok(_) | Err(_) => Finding::warning(
            CHECK,
            "the data directory cannot be looked at from here; look on the machine of the database",
            format!("{} # then there: df -h DIRECTORY", ledger.psql(&["SHOW data_directory".to_owned()])),
        ),
    }
}

fn judge(room: &Room, data: &Path) -> Finding {
    let place = quoted(&data.to_string_lossy());
    let free = room.bytes as f64 / GIB as f64;
    let found = match room.inodes {
        Some(inodes) => format!("{free:.1} GiB and {inodes} inodes are free at {place}"),
        None => format!("{free:.1} GiB are free at {place}"),
    };
    let inodes = room.inodes.unwrap_or(u64::MAX);
    let next = if inodes < INODES_WARNED {
        format!("df -i {place}; sudo du -x --inodes --max-depth=2 / | sort -n | tail")
    } else {
        format!("df -h {place}; sudo du -xh --max-depth=2 / | sort -h | tail")
    };
    if room.bytes < BYTES_MIN || inodes < INODES_MIN {
        Finding::broken(CHECK, format!("{found}: too few to go on"), next)
    } else if room.bytes < BYTES_WARNED || inodes < INODES_WARNED {
        Finding::warning(CHECK, format!("{found}: that will not last"), next)
    } else {
        Finding::ok(CHECK, found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::finding::State;

    #[test]
    fn a_full_disk_is_broken_and_a_nearly_full_one_is_warned_of() {
        for (bytes, inodes, state) in [
            (GIB / 2, Some(1_000_000), State::Broken),
            (100 * GIB, Some(10), State::Broken),
            (2 * GIB, Some(1_000_000), State::Warning),
            (100 * GIB, Some(5_000), State::Warning),
            (100 * GIB, Some(1_000_000), State::Ok),
            (100 * GIB, None, State::Ok),
        ] {
            let finding = judge(&Room { bytes, inodes }, Path::new("/var/lib/data"));
            assert_eq!(finding.state, state, "{finding:?}");
            assert_eq!(finding.next.is_some(), state != State::Ok, "{finding:?}");
        }
    }
}
