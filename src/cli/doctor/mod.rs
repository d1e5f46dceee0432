//! `lead-ledger doctor`: is this set-up sound, and what is the next step where it is not? It changes nothing.

mod backups;
mod finding;
mod keys;
mod machine;
mod reach;
mod read_models;
mod schema;
mod server;
mod settings;
mod space;

use super::database::Database;
use super::{Ended, output};
use crate::config::{Config, Faults, Installing};
use clap::Args;
use finding::{Finding, State};
use reach::Ledger;
use server::Settings;
use sqlx::Connection;

const EXAMPLES: &str = "\
It looks at settings, files with secrets, the database, the read models,
backups and this machine, beside a running service too, and changes nothing.
Below each problem stands a line to paste. Exit status 1 means that something
is broken; warnings alone are 0.

Examples:
  lead-ledger doctor
  lead-ledger doctor --json
  LEDGER_BACKUP_DIR=/var/backups lead-ledger doctor";

#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// Prints the findings as JSON.
    #[arg(long)]
    json: bool,
}

pub async fn run(settings: Result<Config, Faults>, options: Options) -> anyhow::Result<Ended> {
    let mut findings = settings::check(&settings);
    findings.extend(machine::check());
    match &settings {
        Ok(config) => findings.extend(database(config).await?),
        Err(_) => findings.push(Finding::unknown(
            "database",
            "it is looked at once the settings can be used",
            "lead-ledger doctor",
        )),
    }
    let has = |state: State| findings.iter().any(|finding| finding.state == state);
    let ended = match (has(State::Broken), has(State::Unknown)) {
        (true, _) => Ended::Mismatch,
        (false, true) => Ended::Unknown,
        (false, false) => Ended::Done,
    };
    if options.json {
        let is_sound = ended == Ended::Done;
        output::print(serde_json::json!({ "is_sound": is_sound, "findings": findings }))?;
    } else {
        let lines: Vec<String> = findings.iter().map(Finding::lines).collect();
        output::print(lines.join("\n"))?;
    }
    Ok(ended)
}

async fn database(config: &Config) -> anyhow::Result<Vec<Finding>> {
    // An examination changes nothing on the machine.
    let config = &Config { installing: Installing::Forbidden, ..config.clone() };
    let database = match Database::reach(config).await {
        Ok(database) => database,
        Err(error) => return Ok(vec![reach::unreachable(config, &error)]),
    };
    let mut findings = vec![reach::answers(&database)];
    match Ledger::open(config, &database.url).await {
        Ok(mut ledger) => {
            if let Err(error) = examine(&mut ledger, &mut findings).await {
                let found = format!("a check could not be made: {error:#}");
                findings.push(Finding::unknown("database", found, ledger.psql(&[])));
            }
            let _ = ledger.conn.close().await;
            ledger.pool.close().await;
        }
        Err(error) => findings.push(reach::unreachable(config, &error.into())),
    }
    tokio::task::spawn_blocking(move || drop(database)).await?;
    Ok(findings)
}

/// All that is looked at in the database. What was found before an error is kept.
async fn examine(ledger: &mut Ledger<'_>, findings: &mut Vec<Finding>) -> anyhow::Result<()> {
    let settings = Settings::read(ledger).await?;
    findings.extend(server::check(ledger, &settings).await?);
    findings.push(space::check(ledger, &settings));
    findings.extend(backups::check(ledger).await?);
    let schema = schema::check(ledger).await?;
    let is_old = schema.state == State::Warning;
    findings.push(schema);
    // Tables that this release adds are not there yet.
    if !is_old {
        findings.extend(read_models::check(ledger).await?);
        findings.extend(keys::check(ledger).await?);
    }
    Ok(())
}
