//! Does the schema fit this release?

use super::finding::Finding;
use super::reach::Ledger;
use crate::postgres::pool::MIGRATIONS;
use std::collections::BTreeMap;

const CHECK: &str = "schema";

pub async fn check(ledger: &mut Ledger<'_>) -> Result<Finding, sqlx::Error> {
    let applied: Vec<(i64, Vec<u8>, bool)> =
        sqlx::query_as("SELECT version, checksum, success FROM _sqlx_migrations ORDER BY version")
            .fetch_all(&mut ledger.conn)
            .await?;
    let known: BTreeMap<i64, &[u8]> =
        MIGRATIONS.iter().map(|migration| (migration.version, &*migration.checksum)).collect();
    if let Some((version, ..)) = applied.iter().find(|(version, ..)| !known.contains_key(version)) {
        let found =
            format!("it is of a newer release than this program (migration {version}); install that one");
        return Ok(Finding::broken(CHECK, found, "lead-ledger --version"));
    }
    let is_bad = |(version, checksum, success): &&(i64, Vec<u8>, bool)| {
        !success || known.get(version).is_some_and(|known| *known != checksum.as_slice())
    };
    if let Some((version, ..)) = applied.iter().find(is_bad) {
        let found = format!("migration {version} ended early or was another one; restore a backup");
        let look = "SELECT version, description, success FROM _sqlx_migrations".to_owned();
        return Ok(Finding::broken(CHECK, found, ledger.psql(&[look])));
    }
    let missing = known.len() - applied.len();
    Ok(if missing == 0 {
        Finding::ok(CHECK, format!("all {} migrations are applied", known.len()))
    } else {
        let found =
            format!("{missing} migrations are not applied yet; the next start of the service does it");
        Finding::warning(CHECK, found, "lead-ledger serve")
    })
}
