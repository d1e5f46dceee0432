//! `lead-ledger key add|set|list|revoke`: what machines show, and how their requests are read. A key is printed once and
//! kept as a hash.

mod reading;

use super::database::on_ledger;
use super::values::{name, one_of};
use super::{Ended, output, secrets};
use crate::actions::people::machines::{
    AddCredential, AddKey, Configure, KnownMachine, RevokeKey, sha256_hex,
};
use crate::config::Config;
use crate::ledger::Context;
use crate::state::App;
use anyhow::{Context as _, anyhow, bail};
use clap::{Args, Subcommand};
use domain::credential::event::Configuration;
use domain::principal::Scope;
use reading::Reading;

const EXAMPLES: &str = "\
Examples:
  lead-ledger key list
  lead-ledger key add dialer-2
  lead-ledger help key add                  # the help of one of these";
const ADD_EXAMPLES: &str = "\
The key is printed once; the ledger keeps only its hash. A machine that is
known already gets one more key, and the old one works until it is revoked:
that is how a key is changed.

Examples:
  lead-ledger key add dialer-2
  lead-ledger key add dialer-2 --scope dialer --scope dialer:switch
  lead-ledger key add vicidial --scope from_dialer --profile vicidial";
const SET_EXAMPLES: &str = "\
Examples:
  lead-ledger key set vicidial --region GB --timezone Europe/London
  lead-ledger key set vicidial --signed on --canonical php";
const LIST_EXAMPLES: &str = "\
Examples:
  lead-ledger key list
  lead-ledger key list --json";
const REVOKE_EXAMPLES: &str = "\
Examples:
  lead-ledger key list                      # shows the fingerprints
  lead-ledger key revoke 9f86d081884c7d65";

#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Debug, Subcommand)]
enum Command {
    /// Makes a key for a machine and prints it.
    #[command(after_help = ADD_EXAMPLES)]
    Add {
        /// The name of the machine.
        #[arg(value_parser = name)]
        name: String,
        /// A permission: `dialer` polls and reports, `dialer:switch` may stop dialing by a report,
        /// `from_dialer` sends clicks of "Interested"; without it `dialer`.
        #[arg(long = "scope", value_name = "SCOPE", value_parser = one_of(scopes(), Scope::from_word))]
        scopes: Vec<Scope>,
        #[command(flatten)]
        reading: Reading,
        /// Prints the machine's name, the key and its fingerprint as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Changes how the requests of a machine are read.
    #[command(after_help = SET_EXAMPLES)]
    Set {
        /// The name of the machine.
        #[arg(value_parser = name)]
        name: String,
        #[command(flatten)]
        reading: Reading,
    },
    /// Lists all machines: number, name, permissions, keys, last use.
    #[command(after_help = LIST_EXAMPLES)]
    List {
        /// Prints JSON instead of a table.
        #[arg(long)]
        json: bool,
    },
    /// Revokes a key; requests with it are refused from then on.
    #[command(after_help = REVOKE_EXAMPLES)]
    Revoke {
        /// The fingerprint of the key, as `lead-ledger key list` shows it.
        #[arg(value_parser = name)]
        fingerprint: String,
    },
}

/// The permissions that machines may have.
fn scopes() -> impl Iterator<Item = &'static str> {
    Scope::ALL.iter().filter(|scope| !scope.is_for_people()).map(|scope| scope.as_str())
}

pub async fn run(config: Config, options: Options) -> anyhow::Result<Ended> {
    on_ledger(config, async |app| act(app, options.command).await).await
}

async fn act(app: &App, command: Command) -> anyhow::Result<()> {
    let context = Context::system("cli");
    match command {
        Command::Add { name, scopes, reading, json } => {
            let key = secrets::random();
            let key_hash = sha256_hex(&key);
            let fingerprint = key_hash[..16].to_owned();
            add(app, &name, scopes, reading, key_hash).await?;
            if json {
                let line = serde_json::json!({ "name": name, "key": key, "fingerprint": fingerprint });
                return output::print(line);
            }
            eprintln!("this key is shown now and never again:");
            output::print(key)
        }
        Command::Set { name, reading } => {
            reading.check(app)?;
            let known = find(app, &name).await?.ok_or_else(|| unknown("machine", &name))?;
            let configuration = reading.over(&known.credential.configuration);
            let configure = Configure { id: known.id, configuration };
            app.ledger.record(&context, &configure).await.context("nothing was changed")?;
            eprintln!("done: the requests of {name} are read so from now on");
            Ok(())
        }
        Command::List { json } => list(app.ledger.all_machines().await?, json),
        Command::Revoke { fingerprint } => {
            let known = app.ledger.all_machines().await?;
            let holder = known.iter().find(|machine| machine.credential.keys.contains(&fingerprint));
            let id = holder.ok_or_else(|| unknown("key with the fingerprint", &fingerprint))?.id;
            let revoke = RevokeKey { id, fingerprint };
            app.ledger.record(&context, &revoke).await.context("the key was not revoked")?;
            eprintln!("done: the key opens nothing any more");
            Ok(())
        }
    }
}

fn unknown(what: &str, name: &str) -> anyhow::Error {
    anyhow!("there is no {what} '{name}'; see lead-ledger key list")
}

/// Adds a machine with its first key, or one more key to a machine that is known.
async fn add(
    app: &App,
    name: &str,
    scopes: Vec<Scope>,
    reading: Reading,
    key_hash: String,
) -> anyhow::Result<()> {
    const NOT_ADDED: &str = "the key could not be added";
    let context = Context::system("cli");
    reading.check(app)?;
    let Some(known) = find(app, name).await? else {
        let scopes = if scopes.is_empty() { vec![Scope::Dialer] } else { scopes };
        let region = reading.region.unwrap_or_default().to_string();
        let configuration = Configuration { region: None, ..reading.over(&Configuration::default()) };
        let add = AddCredential { name: name.to_owned(), scopes, region, configuration, key_hash };
        app.ledger.record(&context, &add).await.context(NOT_ADDED)?;
        return Ok(());
    };
    if !scopes.is_empty() && scopes != known.credential.scopes {
        bail!("{name} is known and has other permissions; choose another name for this key");
    }
    let configuration = reading.over(&known.credential.configuration);
    app.ledger.record(&context, &Configure { id: known.id, configuration }).await.context(NOT_ADDED)?;
    app.ledger.record(&context, &AddKey { id: known.id, key_hash }).await.context(NOT_ADDED)?;
    eprintln!("{name} is known: this is one more key of it");
    Ok(())
}

async fn find(app: &App, name: &str) -> anyhow::Result<Option<KnownMachine>> {
    let known = app.ledger.all_machines().await?.into_iter();
    let mut named: Vec<_> = known.filter(|machine| machine.credential.name == name).collect();
    if named.len() > 1 {
        // A machine whose keys are all revoked cannot be meant.
        named.retain(|machine| !machine.credential.keys.is_empty());
    }
    if named.len() > 1 {
        bail!("several machines are called '{name}'; revoke the keys of all but one, or choose another name");
    }
    Ok(named.pop())
}

fn list(machines: Vec<KnownMachine>, json: bool) -> anyhow::Result<()> {
    if json {
        let items: Vec<_> = machines
            .iter()
            .map(|machine| {
                let credential = &machine.credential;
                serde_json::json!({ "id": machine.id, "num": credential.num, "name": credential.name,
                    "scopes": credential.scopes, "region": credential.region(), "fingerprints": credential.keys,
                    "configuration": credential.configuration,
                    "last_used_at": machine.last_used_at })
            })
            .collect();
        return output::print(serde_json::Value::Array(items));
    }
    let line = |machine: KnownMachine| {
        let credential = machine.credential;
        let scopes: Vec<&str> = credential.scopes.iter().map(|scope| scope.as_str()).collect();
        let keys: Vec<&str> = credential.keys.iter().map(String::as_str).collect();
        let used = machine.last_used_at.map_or("never used".to_owned(), |at| format!("used {at:.0?}"));
        let read =
            format!("{}/{}", credential.configuration.profile, credential.configuration.canonical_form);
        format!(
            "{:>4}  {:<24} {:<24} {read:<15} {:<17} {used}",
            credential.num,
            credential.name,
            scopes.join(","),
            keys.join(",")
        )
    };
    let lines: Vec<String> = machines.into_iter().map(line).collect();
    output::table(&lines, "there is no machine yet; try: lead-ledger key add dialer-2")
}
