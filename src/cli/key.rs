//! `lead-ledger key add|list|revoke`: what machines show. A key is printed once and kept as a hash.

use super::database::on_ledger;
use super::{Ended, secrets};
use crate::config::Config;
use crate::ledger::Context;
use crate::ledger::machines::{AddCredential, KnownMachine, RevokeKey, sha256_hex};
use crate::state::App;
use anyhow::{Context as _, anyhow};
use clap::{Args, Subcommand};
use domain::phone::Region;
use domain::principal::Scope;

#[derive(Clone, Debug, Args)]
pub struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Debug, Subcommand)]
enum Command {
    /// Makes a key and prints it; it is never shown again.
    Add {
        /// Whose it is: `dialer-2`.
        name: String,
        /// What it may do: `dialer` (poll and report), `dialer:switch` (flip dialing by a report). Again for each.
        #[arg(long = "scope", default_values = ["dialer"])]
        scopes: Vec<String>,
        /// Where its national phone numbers belong: two letters.
        #[arg(long, default_value = "IR")]
        region: Region,
    },
    /// Lists credentials, the fingerprints of their keys, and when they were last used.
    List {
        /// A JSON document instead of a table.
        #[arg(long)]
        json: bool,
    },
    /// Takes a key away, named by its fingerprint (see `list`).
    Revoke { fingerprint: String },
}

pub async fn run(config: Config, options: Options) -> anyhow::Result<Ended> {
    on_ledger(config, async |app| act(app, options.command).await).await
}

async fn act(app: &App, command: Command) -> anyhow::Result<()> {
    let context = Context::system("cli");
    match command {
        Command::Add { name, scopes, region } => {
            let scope = |word: &String| {
                Scope::from_word(word)
                    .ok_or_else(|| anyhow!("there is no scope '{word}'; choose dialer or dialer:switch"))
            };
            let scopes = scopes.iter().map(scope).collect::<Result<Vec<_>, _>>()?;
            let key = secrets::random();
            let add = AddCredential { name, scopes, region: region.to_string(), key_hash: sha256_hex(&key) };
            app.ledger.record(&context, &add).await.context("the key could not be added")?;
            eprintln!("this key is shown now and never again:");
            println!("{key}");
        }
        Command::List { json } => list(app.ledger.all_machines().await?, json),
        Command::Revoke { fingerprint } => {
            let known = app.ledger.all_machines().await?;
            let holder = known.iter().find(|machine| machine.credential.keys.contains(&fingerprint));
            let holder = holder.ok_or_else(|| {
                anyhow!("no key has the fingerprint '{fingerprint}'; see lead-ledger key list")
            })?;
            app.ledger.record(&context, &RevokeKey { id: holder.id, fingerprint }).await?;
            eprintln!("done: the key opens nothing any more");
        }
    }
    Ok(())
}

fn list(machines: Vec<KnownMachine>, json: bool) {
    if json {
        let items: Vec<_> = machines
            .iter()
            .map(|machine| {
                let credential = &machine.credential;
                serde_json::json!({ "id": machine.id, "num": credential.num, "name": credential.name,
                    "scopes": credential.scopes, "region": credential.region, "fingerprints": credential.keys,
                    "last_used_at": machine.last_used_at })
            })
            .collect();
        println!("{}", serde_json::Value::Array(items));
        return;
    }
    for machine in machines {
        let credential = machine.credential;
        let scopes: Vec<&str> = credential.scopes.iter().map(|scope| scope.as_str()).collect();
        let keys: Vec<&str> = credential.keys.iter().map(String::as_str).collect();
        let used = machine.last_used_at.map_or("never used".to_owned(), |at| format!("used {at:.0?}"));
        println!(
            "{:>4}  {:<24} {:<24} {:<17} {used}",
            credential.num,
            credential.name,
            scopes.join(","),
            keys.join(",")
        );
    }
}
