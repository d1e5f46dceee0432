//! How old is the newest backup? The server's archiver knows where it is on; else the newest file of `LEDGER_BACKUP_DIR`.

use super::finding::{Finding, quoted};
use super::reach::Ledger;
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

const CHECK: &str = "backups";
/// A daily backup, with two hours for making it.
const AGE_WARNED: Duration = Duration::from_hours(26);
/// A base backup is a folder of folders; below that nothing is newer than what is above.
const DEPTH: usize = 2;

pub async fn check(ledger: &mut Ledger<'_>) -> Result<Vec<Finding>, sqlx::Error> {
    let mut findings = Vec::new();
    findings.extend(archive(ledger).await?);
    findings.extend(ledger.config.backup_dir.as_deref().map(|dir| folder(ledger, dir)));
    if findings.is_empty() {
        let found = "none is known: the server archives nothing, and no folder of backups is set";
        findings.push(Finding::warning(CHECK, found, "export LEDGER_BACKUP_DIR=/var/backups/lead-ledger"));
    }
    Ok(findings)
}

/// What the server's archiver says; `None` where it is off.
async fn archive(ledger: &mut Ledger<'_>) -> Result<Option<Finding>, sqlx::Error> {
    let (mode, is_failing, seconds): (String, Option<bool>, Option<f64>) = sqlx::query_as(
        "SELECT current_setting('archive_mode'), \
                last_failed_time > COALESCE(last_archived_time, '-infinity'), \
                extract(epoch FROM clock_timestamp() - last_archived_time)::float8 FROM pg_stat_archiver",
    )
    .fetch_one(&mut ledger.conn)
    .await?;
    if mode == "off" {
        return Ok(None);
    }
    if is_failing == Some(true) {
        let look = "SELECT failed_count, last_failed_wal, last_failed_time FROM pg_stat_archiver".to_owned();
        let found = "the server's archive command fails";
        return Ok(Some(Finding::broken(CHECK, found, ledger.psql(&[look]))));
    }
    Ok(Some(match seconds {
        Some(seconds) if seconds <= AGE_WARNED.as_secs_f64() => Finding::ok(
            CHECK,
            format!("the server archived its log {} ago", age(Duration::from_secs_f64(seconds))),
        ),
        Some(seconds) => Finding::warning(
            CHECK,
            format!(
                "the server archived its log last {} ago",
                age(Duration::from_secs_f64(seconds.max(0.0)))
            ),
            ledger.set_for_all("archive_timeout", "'1h'"),
        ),
        None => {
            let next = ledger.psql(&["SELECT pg_switch_wal()".to_owned()]);
            Finding::warning(CHECK, "the server has archived nothing yet", next)
        }
    }))
}

fn folder(ledger: &Ledger<'_>, dir: &Path) -> Finding {
    let place = quoted(&dir.to_string_lossy());
    // A folder of its own for each day; the private server runs while the service does.
    let host =
        ledger.options.get_socket().map_or(ledger.options.get_host().into(), |path| path.to_string_lossy());
    let next = format!(
        "pg_basebackup -h {} -p {} -U {} -D {place}/\"$(date +%F)\" -X stream -c fast",
        quoted(&host),
        ledger.options.get_port(),
        quoted(ledger.options.get_username())
    );
    let Some(newest) = newest(dir, DEPTH) else {
        return Finding::broken(CHECK, format!("there is none in {place} (LEDGER_BACKUP_DIR)"), next);
    };
    let passed = SystemTime::now().duration_since(newest).unwrap_or_default();
    let found = format!("the newest file in {place} is {} old", age(passed));
    if passed <= AGE_WARNED { Finding::ok(CHECK, found) } else { Finding::warning(CHECK, found, next) }
}

/// When the newest file below a folder was written.
fn newest(dir: &Path, depth: usize) -> Option<SystemTime> {
    let entries = fs::read_dir(dir).ok()?.flatten();
    let newest_of = |entry: fs::DirEntry| {
        let found = entry.metadata().ok()?;
        if found.is_dir() {
            return newest(&entry.path(), depth.checked_sub(1)?);
        }
        found.modified().ok()
    };
    entries.filter_map(newest_of).max()
}

fn age(passed: Duration) -> String {
    match passed.as_secs() {
        seconds @ ..3_600 => format!("{} minutes", seconds / 60),
        seconds @ 3_600..172_800 => format!("{} hours", seconds / 3_600),
        seconds => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_file_counts_wherever_it_is_and_an_empty_folder_is_no_backup() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(newest(&dir.path().join("missing"), DEPTH), None);
        fs::create_dir(dir.path().join("monday")).unwrap();
        assert_eq!(newest(dir.path(), DEPTH), None);
        let write = |name: &str, hours: u64| {
            let file = fs::File::create(dir.path().join(name)).unwrap();
            let at = SystemTime::now() - Duration::from_hours(hours);
            file.set_modified(at).unwrap();
            at
        };
        write("old.tar", 50);
        let at = write("monday/base.tar", 3);
        assert_eq!(newest(dir.path(), DEPTH), Some(at));
        assert_eq!(age(Duration::from_hours(50)), "2 days");
    }
}
