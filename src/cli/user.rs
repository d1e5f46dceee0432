//! `lead-ledger user add|passwd|scopes|list`: people and roles without the API. Passwords come from standard input.

use super::database::on_ledger;
use super::values::{name, one_of, trimmed};
use super::{Ended, output, password};
use crate::actions::people::change::ChangePerson;
use crate::actions::people::register::{Register, SetPassword, checked_hash};
use crate::config::Config;
use crate::ledger::Context;
use crate::state::App;
use anyhow::{Context as _, anyhow};
use clap::{Args, Subcommand};
use domain::agent::event::{AgentKind, Profile};
use domain::lead::attempt::DialPolicy;
use domain::principal::{Role, Scope};
use uuid::Uuid;

const EXAMPLES: &str = "\
Examples:
  lead-ledger user list
  lead-ledger user add sara
  lead-ledger help user add                 # the help of one of these";
const ADD_EXAMPLES: &str = "\
The password is the first line of standard input; on a terminal it is asked
for. The new person's id is printed.

Examples:
  lead-ledger user add sara
  echo 'a long password' | lead-ledger user add omid --role supervisor
  lead-ledger user add lena --email lena@example.com --scope leads:qualify";
const SCOPES_EXAMPLES: &str = "\
Examples:
  lead-ledger user scopes sara leads:qualify
  lead-ledger user scopes sara              # takes all of them away";
const PASSWD_EXAMPLES: &str = "\
The password is the first line of standard input; on a terminal it is asked
for.

Examples:
  lead-ledger user passwd sara
  echo 'another long password' | lead-ledger user passwd sara";
const LIST_EXAMPLES: &str = "\
Examples:
  lead-ledger user list
  lead-ledger user list --json";

#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Debug, Subcommand)]
enum Command {
    /// Adds a person who can log in.
    #[command(after_help = ADD_EXAMPLES)]
    Add(Person),
    /// Sets the permissions that a person has beyond the role.
    #[command(after_help = SCOPES_EXAMPLES)]
    Scopes {
        /// The person's user name or e-mail address.
        #[arg(value_name = "USERNAME", value_parser = name)]
        username: String,
        /// The permissions; none takes all of them away.
        #[arg(value_name = "SCOPE", value_parser = one_of(scopes(), Scope::from_word))]
        scopes: Vec<Scope>,
    },
    /// Changes a person's password; the person has to log in again.
    #[command(after_help = PASSWD_EXAMPLES)]
    Passwd {
        /// The person's user name or e-mail address.
        #[arg(value_parser = name)]
        username: String,
    },
    /// Lists all people: number, user name, role, state, permissions, name.
    #[command(after_help = LIST_EXAMPLES)]
    List {
        /// Prints JSON instead of a table.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Clone, Debug, Args)]
struct Person {
    /// The name to log in with; blanks around it are left out.
    #[arg(value_parser = name)]
    username: String,
    /// The role, which decides what the person may do.
    #[arg(long, default_value = "agent", ignore_case = true,
        value_parser = one_of(Role::ALL.iter().map(|role| role.as_str()), Role::from_word))]
    role: Role,
    /// The first name.
    #[arg(long, default_value = "", hide_default_value = true, value_parser = trimmed)]
    first_name: String,
    /// The last name.
    #[arg(long, default_value = "", hide_default_value = true, value_parser = trimmed)]
    last_name: String,
    /// The e-mail address, which can be used to log in too.
    #[arg(long, value_parser = name)]
    email: Option<String>,
    /// The phone number.
    #[arg(long, value_parser = name)]
    phone: Option<String>,
    /// A permission beyond the role: `leads:qualify` lets a person answer what agents submit.
    #[arg(long = "scope", value_name = "SCOPE", value_parser = one_of(scopes(), Scope::from_word))]
    scopes: Vec<Scope>,
    /// Prints the new person's id and name as JSON.
    #[arg(long)]
    json: bool,
}

/// The permissions that people may have.
fn scopes() -> impl Iterator<Item = &'static str> {
    Scope::ALL.iter().filter(|scope| scope.is_for_people()).map(|scope| scope.as_str())
}

pub async fn run(config: Config, options: Options) -> anyhow::Result<Ended> {
    on_ledger(config, async |app| act(app, options.command).await).await
}

async fn act(app: &App, command: Command) -> anyhow::Result<()> {
    let context = Context::system("cli");
    match command {
        Command::Add(person) => add(app, person).await?,
        Command::Passwd { username } => {
            let id = find(app, &username).await?;
            let password = password::read(&format!("user passwd {username}"))?;
            let password_hash = checked_hash(&password).context(CHOOSE_ANOTHER)?;
            let set = SetPassword { id, password_hash };
            app.ledger.record(&context, &set).await.context("the password was not changed")?;
            eprintln!("done: {username} has to log in again");
        }
        Command::Scopes { username, scopes } => {
            let id = find(app, &username).await?;
            let words: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
            let words = if words.is_empty() { "no permission".to_owned() } else { words.join(", ") };
            let change = ChangePerson { id, scopes: Some(scopes), ..ChangePerson::default() };
            app.ledger.record(&context, &change).await.context("the permissions were not changed")?;
            eprintln!("done: {username} has {words} beyond the role");
        }
        Command::List { json } => list(app, json).await?,
    }
    Ok(())
}

const CHOOSE_ANOTHER: &str = "the password cannot be used; choose another one";

async fn add(app: &App, person: Person) -> anyhow::Result<()> {
    let Person { username, role, first_name, last_name, email, phone, scopes, json } = person;
    // A name that is taken is found out before a password is typed.
    for taken in [Some(&username), email.as_ref()].into_iter().flatten() {
        if app.ledger.find_login(taken).await?.is_some() {
            return Err(anyhow!("'{taken}' is taken; choose another, or see lead-ledger user list"));
        }
    }
    let password = password::read(&format!("user add {username}"))?;
    let password_hash = Some(checked_hash(&password).context(CHOOSE_ANOTHER)?);
    let register = Register {
        id: None,
        kind: AgentKind::Human,
        role,
        department: None,
        dialer_user_id: None,
        policy: DialPolicy::default(),
        scopes,
        person: Profile { first_name, last_name, username: Some(username.clone()), email, phone },
        password_hash,
    };
    let recorded = app.ledger.record(&Context::system("cli"), &register).await;
    let id = recorded.with_context(|| format!("{username} was not added; see lead-ledger user list"))?.answer;
    if json {
        return output::print(serde_json::json!({ "id": id, "username": username, "role": role }));
    }
    output::print(id)
}

async fn find(app: &App, username: &str) -> anyhow::Result<Uuid> {
    let id = app.ledger.find_login(username).await?;
    id.ok_or_else(|| anyhow!("there is no person '{username}'; see lead-ledger user list"))
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
        return output::print(serde_json::Value::Array(items));
    }
    let line = |row: projections::agents::AgentRow| {
        let state = if row.is_active { "active" } else { "inactive" };
        let name = row.username.unwrap_or_default();
        format!(
            "{:>6}  {name:<24} {:<12} {state:<8} {:<14} {} {}",
            row.num, row.role, row.scopes, row.first_name, row.last_name
        )
    };
    let lines: Vec<String> = rows.into_iter().map(line).collect();
    output::table(&lines, "there is no person yet; try: lead-ledger user add sara")
}
