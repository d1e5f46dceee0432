//! `lead-ledger key add|set|list|revoke`: what machines show, and how their requests are read. A key is printed once and
//! kept as a hash.

use super::database::on_ledger;
use super::{Ended, secrets};
use crate::config::Config;
use crate::ledger::Context;
use crate::ledger::machines::{AddCredential, AddKey, Configure, KnownMachine, RevokeKey, sha256_hex};
use crate::state::App;
use anyhow::{Context as _, anyhow, bail};
use clap::{Args, Subcommand, ValueEnum};
use domain::credential::event::{CanonicalForm, Configuration, Profile};
use domain::phone::Region;
use domain::principal::Scope;

#[derive(Clone, Debug, Args)]
pub struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Debug, Subcommand)]
enum Command {
    /// Makes a key and prints it; it is never shown again. A name that is known gets another key, so that keys can be
    /// changed one after the other; the old one opens until it is revoked.
    Add {
        /// Whose it is: `dialer-2`.
        name: String,
        /// What it may do: `dialer` (poll and report), `dialer:switch` (flip dialing by a report), `from_dialer` (send
        /// clicks of "Interested"). Again for each; `dialer` if none is named.
        #[arg(long = "scope", value_parser = scope)]
        scopes: Vec<Scope>,
        #[command(flatten)]
        reading: Reading,
    },
    /// Says how a machine's requests are read; what is not given stays.
    Set {
        name: String,
        #[command(flatten)]
        reading: Reading,
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

/// How clicks of "Interested" are read.
#[derive(Clone, Debug, Args)]
struct Reading {
    /// Where its national phone numbers belong: two letters; a new machine's `IR` if not given.
    #[arg(long)]
    region: Option<Region>,
    /// Whose field names it sends: `generic` or `vicidial` (there `fullname` is the agent).
    #[arg(long, value_parser = profile)]
    profile: Option<Profile>,
    /// In which language's spelling it signs: `js`, `python` or `php`.
    #[arg(long, value_parser = canonical_form)]
    canonical: Option<CanonicalForm>,
    /// The zone of the local times it sends: `Europe/London`.
    #[arg(long)]
    timezone: Option<String>,
    /// Whether a GET may carry the key in its query.
    #[arg(long)]
    query_key: Option<Choice>,
    /// Whether its requests must be signed.
    #[arg(long)]
    signed: Option<Choice>,
}

fn profile(word: &str) -> Result<Profile, &'static str> {
    Profile::from_word(word).ok_or("choose generic or vicidial")
}

/// A spelling by its word.
pub fn canonical_form(word: &str) -> Result<CanonicalForm, &'static str> {
    CanonicalForm::from_word(word).ok_or("choose js, python or php")
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Choice {
    On,
    Off,
    /// As the settings say.
    Default,
}

impl Choice {
    fn is_on(self) -> Option<bool> {
        match self {
            Self::On => Some(true),
            Self::Off => Some(false),
            Self::Default => None,
        }
    }
}

impl Reading {
    /// Refuses what would lock the machine out.
    fn check(&self, app: &App) -> anyhow::Result<()> {
        if matches!(self.signed, Some(Choice::On)) && app.config.from_dialer.hmac_secret.is_none() {
            bail!("there is no secret to check signatures with; set DIALER_SECRET_KEY first");
        }
        Ok(())
    }

    /// What is given, and the rest of what was.
    fn over(self, known: &Configuration) -> Configuration {
        Configuration {
            region: self.region.map(|region| region.to_string()).or_else(|| known.region.clone()),
            profile: self.profile.unwrap_or(known.profile),
            canonical_form: self.canonical.unwrap_or(known.canonical_form),
            timezone: self.timezone.or_else(|| known.timezone.clone()),
            allow_query_key: self.query_key.map_or(known.allow_query_key, Choice::is_on),
            require_hmac: self.signed.map_or(known.require_hmac, Choice::is_on),
        }
    }
}

pub async fn run(config: Config, options: Options) -> anyhow::Result<Ended> {
    on_ledger(config, async |app| act(app, options.command).await).await
}

async fn act(app: &App, command: Command) -> anyhow::Result<()> {
    let context = Context::system("cli");
    match command {
        Command::Add { name, scopes, reading } => {
            reading.check(app)?;
            let key = secrets::random();
            let key_hash = sha256_hex(&key);
            if let Some(known) = find(app, &name).await? {
                if !scopes.is_empty() && scopes != known.credential.scopes {
                    bail!("{name} is known and may do something else; choose another name for this key");
                }
                let configuration = reading.over(&known.credential.configuration);
                app.ledger.record(&context, &Configure { id: known.id, configuration }).await?;
                app.ledger.record(&context, &AddKey { id: known.id, key_hash }).await?;
                eprintln!("{name} is known: this is another key of it");
            } else {
                let scopes = if scopes.is_empty() { vec![Scope::Dialer] } else { scopes };
                let region = reading.region.unwrap_or_default().to_string();
                let configuration = Configuration { region: None, ..reading.over(&Configuration::default()) };
                let add = AddCredential { name, scopes, region, configuration, key_hash };
                app.ledger.record(&context, &add).await.context("the key could not be added")?;
            }
            eprintln!("this key is shown now and never again:");
            println!("{key}");
        }
        Command::Set { name, reading } => {
            reading.check(app)?;
            let known = find(app, &name).await?;
            let known =
                known.ok_or_else(|| anyhow!("no machine is called '{name}'; see lead-ledger key list"))?;
            let configuration = reading.over(&known.credential.configuration);
            app.ledger.record(&context, &Configure { id: known.id, configuration }).await?;
            eprintln!("done: {name}'s requests are read so from now on");
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

async fn find(app: &App, name: &str) -> anyhow::Result<Option<KnownMachine>> {
    let known = app.ledger.all_machines().await?.into_iter();
    let mut named: Vec<_> = known.filter(|machine| machine.credential.name == name).collect();
    if named.len() > 1 {
        // One whose keys are all revoked is nobody any more.
        named.retain(|machine| !machine.credential.keys.is_empty());
    }
    if named.len() > 1 {
        bail!("several machines are called '{name}'; revoke the keys of all but one, or choose another name");
    }
    Ok(named.pop())
}

fn scope(word: &str) -> Result<Scope, &'static str> {
    let scope = Scope::from_word(word).filter(|scope| !scope.is_for_people());
    scope.ok_or("choose dialer, dialer:switch or from_dialer")
}

fn list(machines: Vec<KnownMachine>, json: bool) {
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
        println!("{}", serde_json::Value::Array(items));
        return;
    }
    for machine in machines {
        let credential = machine.credential;
        let scopes: Vec<&str> = credential.scopes.iter().map(|scope| scope.as_str()).collect();
        let keys: Vec<&str> = credential.keys.iter().map(String::as_str).collect();
        let used = machine.last_used_at.map_or("never used".to_owned(), |at| format!("used {at:.0?}"));
        let read =
            format!("{}/{}", credential.configuration.profile, credential.configuration.canonical_form);
        println!(
            "{:>4}  {:<24} {:<24} {read:<15} {:<17} {used}",
            credential.num,
            credential.name,
            scopes.join(","),
            keys.join(",")
        );
    }
}
