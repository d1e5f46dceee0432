//! The database server's settings: do they keep what the ledger promises, and does the service have room on it?

use super::finding::{Finding, quoted};
use super::reach::Ledger;
use std::collections::HashMap;
use std::time::{Duration, Instant, SystemTime};

/// The oldest major version that the ledger's SQL is written for.
const VERSION_MIN: i64 = 14;
/// The connections of one service, rounded up: its pools have 22, and each of its readers and writers one.
const CONNECTIONS_MIN: i64 = 30;
/// A statement may take this long, in milliseconds: a rebuild copies a large table in one.
const STATEMENT_MIN: i64 = 600_000;
/// How far this machine's clock may be from the database's before people wonder about times.
const CLOCK_WARNED: Duration = Duration::from_secs(2);

const NAMES: [&str; 14] = [
    "server_version_num",
    "server_version",
    "fsync",
    "full_page_writes",
    "synchronous_commit",
    "data_checksums",
    "max_connections",
    "superuser_reserved_connections",
    "default_transaction_isolation",
    "default_transaction_read_only",
    "statement_timeout",
    "transaction_timeout",
    "idle_session_timeout",
    "data_directory",
];

/// The settings by name; those that this user may not see are missing.
pub struct Settings(HashMap<String, String>);

impl Settings {
    pub async fn read(ledger: &mut Ledger<'_>) -> Result<Self, sqlx::Error> {
        let rows: Vec<(String, String)> =
            sqlx::query_as("SELECT name, setting FROM pg_settings WHERE name = ANY($1)")
                .bind(NAMES.as_slice())
                .fetch_all(&mut ledger.conn)
                .await?;
        Ok(Self(rows.into_iter().collect()))
    }

    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    fn number(&self, name: &str) -> i64 {
        self.text(name).parse().unwrap_or(0)
    }
}

pub async fn check(ledger: &mut Ledger<'_>, settings: &Settings) -> Result<Vec<Finding>, sqlx::Error> {
    let mut findings = vec![version(settings), standby(ledger).await?];
    for name in ["fsync", "full_page_writes"] {
        findings.push(match settings.text(name) {
            "on" => Finding::ok(name, "on"),
            other => Finding::broken(
                name,
                format!("{other}: a crash of the machine loses or damages acknowledged writes"),
                ledger.set_for_all(name, "on"),
            ),
        });
    }
    findings.push(commits(ledger, settings));
    findings.push(checksums(ledger, settings));
    findings.push(connections(ledger, settings).await?);
    findings.extend(transactions(ledger, settings));
    findings.push(timeouts(ledger, settings));
    findings.push(clock(ledger).await?);
    Ok(findings)
}

fn version(settings: &Settings) -> Finding {
    let version = settings.text("server_version");
    if settings.number("server_version_num") / 10_000 >= VERSION_MIN {
        return Finding::ok("postgresql", format!("version {version}"));
    }
    let found = format!("version {version} is too old: the ledger needs {VERSION_MIN} or newer");
    Finding::broken("postgresql", found, "sudo apt-get install postgresql")
}

async fn standby(ledger: &mut Ledger<'_>) -> Result<Finding, sqlx::Error> {
    const CHECK: &str = "primary";
    let is_standby: bool =
        sqlx::query_scalar("SELECT pg_is_in_recovery()").fetch_one(&mut ledger.conn).await?;
    Ok(if is_standby {
        let next = ledger.psql(&["SELECT conninfo FROM pg_stat_wal_receiver".to_owned()]);
        Finding::broken(CHECK, "the database is a standby and takes no writes; use its primary", next)
    } else {
        Finding::ok(CHECK, "the database takes writes")
    })
}

fn commits(ledger: &Ledger<'_>, settings: &Settings) -> Finding {
    const CHECK: &str = "synchronous_commit";
    match settings.text(CHECK) {
        "off" => Finding::warning(
            CHECK,
            "off: the ledger asks for it by itself, other programs on this database lose writes in a crash",
            ledger.set_for_user(CHECK, "on"),
        ),
        value => Finding::ok(CHECK, value),
    }
}

/// A page that a disk damaged is found when it is read, if it has a checksum.
fn checksums(ledger: &Ledger<'_>, settings: &Settings) -> Finding {
    const CHECK: &str = "data_checksums";
    if settings.text(CHECK) == "on" {
        return Finding::ok(CHECK, "on");
    }
    let data = settings.text("data_directory");
    let data = quoted(if data.is_empty() { "DATA_DIRECTORY" } else { data });
    let who = if ledger.is_private() { "the service" } else { "the server" };
    // Debian keeps the program out of PATH, and only the owner of the data may run it.
    let path = "PATH=\"$PATH:$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)\"";
    Finding::warning(
        CHECK,
        format!("off: only lead-ledger verify finds what a disk damaged; stop {who}, then switch them on"),
        format!("sudo -u \"$(stat -c %U {data})\" env {path} pg_checksums --enable -D {data}"),
    )
}

async fn connections(ledger: &mut Ledger<'_>, settings: &Settings) -> Result<Finding, sqlx::Error> {
    const CHECK: &str = "connections";
    // Limits of a role or a database do not bind a superuser.
    let (of_role, of_database): (i32, i32) = sqlx::query_as(
        "SELECT CASE WHEN r.rolsuper THEN -1 ELSE r.rolconnlimit END, \
                CASE WHEN r.rolsuper THEN -1 ELSE d.datconnlimit END \
         FROM pg_roles r, pg_database d WHERE r.rolname = current_user AND d.datname = current_database()",
    )
    .fetch_one(&mut ledger.conn)
    .await?;
    let of_server = settings.number("max_connections") - settings.number("superuser_reserved_connections");
    let limits = [of_role, of_database].into_iter().map(i64::from).filter(|limit| *limit >= 0);
    let room = limits.fold(of_server, i64::min);
    Ok(if room >= CONNECTIONS_MIN {
        Finding::ok(CHECK, format!("{room} are allowed, a service uses up to {CONNECTIONS_MIN}"))
    } else if room < of_server {
        let user = ledger.options.get_username();
        let database = ledger.options.get_database().unwrap_or(user);
        let unlimited = [
            format!("ALTER ROLE \"{user}\" CONNECTION LIMIT -1"),
            format!("ALTER DATABASE \"{database}\" CONNECTION LIMIT -1"),
        ];
        Finding::broken(CHECK, few(room), ledger.psql(&unlimited))
    } else {
        let raise = "ALTER SYSTEM SET max_connections = 100".to_owned();
        let next = format!("{} && sudo systemctl restart postgresql", ledger.psql(&[raise]));
        Finding::broken(CHECK, few(room), next)
    })
}

fn few(room: i64) -> String {
    format!("only {room} are allowed, a service uses up to {CONNECTIONS_MIN}")
}

fn transactions(ledger: &Ledger<'_>, settings: &Settings) -> Vec<Finding> {
    let isolation = "default_transaction_isolation";
    let isolation = match settings.text(isolation) {
        "read committed" => Finding::ok("isolation", "read committed"),
        other => Finding::warning(
            "isolation",
            format!("{other}: the ledger asks for read committed by itself, a pooler may not pass that on"),
            ledger.set_for_user(isolation, "'read committed'"),
        ),
    };
    let writes = "default_transaction_read_only";
    let writes = match settings.text(writes) {
        "off" => Finding::ok("writes", "transactions may write"),
        _ => Finding::broken(
            "writes",
            "transactions are read only by default",
            ledger.set_for_user(writes, "off"),
        ),
    };
    vec![isolation, writes]
}

fn timeouts(ledger: &Ledger<'_>, settings: &Settings) -> Finding {
    const CHECK: &str = "timeouts";
    for name in ["statement_timeout", "transaction_timeout", "idle_session_timeout"] {
        let millis = settings.number(name);
        if millis > 0 && millis < STATEMENT_MIN {
            let found = format!(
                "{name} is {} s: it cuts rebuilds, exports or idle connections off",
                millis as f64 / 1e3
            );
            return Finding::warning(CHECK, found, ledger.set_for_user(name, "0"));
        }
    }
    Finding::ok(CHECK, "none that cuts the ledger's work off")
}

/// The database's clock is the ledger's; people compare it with their own.
async fn clock(ledger: &mut Ledger<'_>) -> Result<Finding, sqlx::Error> {
    const CHECK: &str = "database clock";
    let (asked, since) = (SystemTime::now(), Instant::now());
    let theirs: f64 = sqlx::query_scalar("SELECT extract(epoch FROM clock_timestamp())::float8")
        .fetch_one(&mut ledger.conn)
        .await?;
    let middle = asked + since.elapsed() / 2;
    let ours = middle.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs_f64();
    if ledger.views.is_ahead().await? {
        let found = "the newest event is later than the database's clock, which was set back";
        return Ok(Finding::broken(CHECK, found, "sudo timedatectl set-ntp true"));
    }
    let difference = (theirs - ours).abs();
    Ok(if difference < CLOCK_WARNED.as_secs_f64() {
        Finding::ok(CHECK, format!("{difference:.1} s from this machine's"))
    } else {
        let found = format!("{difference:.0} s from this machine's: times look wrong to people");
        Finding::warning(CHECK, found, "timedatectl timesync-status")
    })
}
