//! `lead-ledger user add|passwd|scopes|list`: people and roles without the API. Passwords come from standard input.

use super::Ended;
use super::database::on_ledger;
use crate::config::Config;
use crate::ledger::Context;
use crate::ledger::change_person::ChangePerson;
use crate::ledger::people::{Register, SetPassword, checked_hash};
use crate::state::App;
use anyhow::{Context as _, anyhow, bail};
use clap::{Args, Subcommand};
use domain::agent::event::{AgentKind, Profile};
use domain::lead::attempt::DialPolicy;
use domain::principal::{Role, Scope};
use std::io::{BufRead, IsTerminal};
use uuid::Uuid;

#[derive(Clone, Debug, Args)]
pub struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Debug, Subcommand)]
enum Command {
    /// Adds somebody; the password is the first line of standard input.
    Add {
        username: String,
        /// admin, supervisor, telecaller, agent, auditor or analyst.
        #[arg(long, default_value = "agent")]
        role: String,
        #[arg(long, default_value = "")]
        first_name: String,
        #[arg(long, default_value = "")]
        last_name: String,
        #[arg(long)]
        email: Option<String>,
        #[arg(long)]
        phone: Option<String>,
        /// What they may do beyond their role: `leads:qualify` (answer what agents submit).
        #[arg(long = "scope", value_parser = scope)]
        scopes: Vec<Scope>,
    },
    /// Sets what somebody may do beyond their role; none named: nothing.
    Scopes {
        username: String,
        #[arg(value_parser = scope)]
        scopes: Vec<Scope>,
    },
    /// Sets a password (the first line of standard input) and voids every token.
    Passwd { username: String },
    /// Lists everybody.
    List {
        /// A JSON document instead of a table.
        #[arg(long)]
        json: bool,
    },
}

pub async fn run(config: Config, options: Options) -> anyhow::Result<Ended> {
    on_ledger(config, async |app| act(app, options.command).await).await
}

async fn act(app: &App, command: Command) -> anyhow::Result<()> {
    let context = Context::system("cli");
    match command {
        Command::Add { username, role, first_name, last_name, email, phone, scopes } => {
            let role = Role::from_word(&role).ok_or_else(|| {
                anyhow!("there is no role '{role}'; choose admin, supervisor, telecaller, agent, auditor or analyst")
            })?;
            let password_hash = Some(checked_hash(&read_password()?)?);
            let person = Profile { first_name, last_name, username: Some(username), email, phone };
            let register = Register {
                id: None,
                kind: AgentKind::Human,
                role,
                department: None,
                dialer_user_id: None,
                policy: DialPolicy::default(),
                scopes,
                person,
                password_hash,
            };
            let recorded =
                app.ledger.record(&context, &register).await.context("not added; choose another name")?;
            println!("{}", recorded.answer);
        }
        Command::Passwd { username } => {
            let id = find(app, &username).await?;
            let password_hash = checked_hash(&read_password()?)?;
            app.ledger.record(&context, &SetPassword { id, password_hash }).await?;
            eprintln!("done: {username} has to log in again");
        }
        Command::Scopes { username, scopes } => {
            let id = find(app, &username).await?;
            let change = ChangePerson { id, scopes: Some(scopes), ..ChangePerson::default() };
            app.ledger.record(&context, &change).await?;
            eprintln!("done");
        }
        Command::List { json } => list(app, json).await?,
    }
    Ok(())
}

async fn find(app: &App, username: &str) -> anyhow::Result<Uuid> {
    let id = app.ledger.find_login(username).await?;
    id.ok_or_else(|| anyhow!("nobody is called '{username}'; see lead-ledger user list"))
}

fn scope(word: &str) -> Result<Scope, &'static str> {
    Scope::from_word(word).filter(|scope| scope.is_for_people()).ok_or("people may have: leads:qualify")
}

async fn list(app: &App, json: bool) -> anyhow::Result<()> {
    let rows = app.ledger.views().all_agents().await?;
    if json {
        let items: Vec<_> = rows
            .iter()
            .map(|row| {
                serde_json::json!({ "id": row.id, "num": row.num, "username": row.username, "email": row.email,
                    "role": row.role, "kind": row.kind, "is_active": row.is_active,
                    "scopes": row.scopes.split_whitespace().collect::<Vec<_>>() })
            })
            .collect();
        println!("{}", serde_json::Value::Array(items));
        return Ok(());
    }
    for row in rows {
        let state = if row.is_active { "active" } else { "inactive" };
        let name = row.username.unwrap_or_default();
        println!(
            "{:>6}  {name:<24} {:<12} {state:<8} {:<14} {} {}",
            row.num, row.role, row.scopes, row.first_name, row.last_name
        );
    }
    Ok(())
}

fn read_password() -> anyhow::Result<String> {
    if std::io::stdin().is_terminal() {
        eprint!("Password (it will be visible): ");
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    let password = line.trim_end_matches(['\r', '\n']).to_owned();
    if password.is_empty() {
        bail!("no password on standard input; try: echo 'the password' | lead-ledger user ...");
    }
    Ok(password)
}
