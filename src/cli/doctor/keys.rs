//! Which keys of machines are old? A key is changed by adding another one and revoking the old one.

use super::finding::{Finding, quoted};
use super::reach::Ledger;
use super::settings::OLD;

const CHECK: &str = "keys";

/// The keys that still open, with their machines and their ages in days.
const OLD_KEYS: &str = "SELECT a.payload -> 'credential_added' ->> 'name', k.payload -> 'key_added' ->> 'fingerprint', \
           (extract(epoch FROM clock_timestamp() - (k.payload -> 'key_added' ->> 'at')::timestamptz) / 86400)::int8
    FROM events k JOIN events a ON a.aggregate_type = 'credential' AND a.aggregate_id = k.aggregate_id AND a.sequence = 1
    WHERE k.aggregate_type = 'credential' AND k.event_type = 'key_added'
    AND (k.payload -> 'key_added' ->> 'at')::timestamptz < clock_timestamp() - make_interval(secs => $1)
    AND NOT EXISTS (SELECT 1 FROM events r WHERE r.aggregate_type = 'credential' AND r.aggregate_id = k.aggregate_id
        AND r.sequence > k.sequence AND r.event_type = 'key_revoked'
        AND r.payload -> 'key_revoked' ->> 'fingerprint' = k.payload -> 'key_added' ->> 'fingerprint')
    ORDER BY k.position";

pub async fn check(ledger: &mut Ledger<'_>) -> Result<Vec<Finding>, sqlx::Error> {
    let old: Vec<(Option<String>, Option<String>, i64)> =
        sqlx::query_as(OLD_KEYS).bind(OLD.as_secs_f64()).fetch_all(&mut ledger.conn).await?;
    if old.is_empty() {
        return Ok(vec![Finding::ok(CHECK, "no key of a machine is older than a year")]);
    }
    let finding = |(name, fingerprint, days): (Option<String>, Option<String>, i64)| {
        let (name, fingerprint) = (name.unwrap_or_default(), fingerprint.unwrap_or_default());
        let found = format!(
            "key {fingerprint} of {name} is {days} days old; once the machine has another one, revoke it"
        );
        Finding::warning(CHECK, found, format!("lead-ledger key add {}", quoted(&name)))
    };
    Ok(old.into_iter().map(finding).collect())
}
