//! The commands and their help: which commands are there, and in which order does a newcomer read them?

use super::{
    bench, completions, doctor, import, key, man, openapi, rebuild, replay, serve, set_aside, sign, user,
    verify,
};
use clap::builder::StyledStr;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use std::fmt::Write;

/// The headings of `lead-ledger help`, each with its commands in reading order.
pub const GROUPS: [(&str, &[&str]); 5] = [
    ("Run and check", &["serve", "doctor"]),
    ("People and machines", &["user", "key", "sign"]),
    ("Leads", &["import"]),
    ("The event log and its read models", &["replay", "verify", "rebuild", "set-aside"]),
    ("Tools", &["bench", "openapi", "completions", "man", "help"]),
];

const ABOUT_HELP: &str = "Prints the help of the program or of one command.";

const AFTER_HELP: &str = "\
Settings are environment variables or lines of ./lead-ledger.toml;
LEDGER_DATA_DIR (default ./.lead-ledger) and DATABASE_URL (default: a private
PostgreSQL) say where the ledger is.

Exit status: 0 done; 1 something is wrong, and the output names it; 2 the
command could not finish, and the last line says what to do; 64 the command
line or a setting is wrong.

Examples:
  lead-ledger serve --demo                  # try it with made-up numbers
  lead-ledger doctor                        # is this set-up sound?
  lead-ledger import numbers.csv            # add numbers to the dial queue
  lead-ledger help rebuild                  # the help of one command";

/// Keeps the leads, calls and dial queue of call centres in an append-only ledger.
#[derive(Debug, Parser)]
#[command(version, after_help = AFTER_HELP)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Runs the service; it is also what happens without any command.
    Serve(serve::Options),
    /// Checks this set-up and names a next step for every problem.
    Doctor(doctor::Options),
    /// Adds people, changes passwords and permissions, lists people.
    User(user::Options),
    /// Adds, configures, lists and revokes the API keys of machines.
    Key(key::Options),
    /// Signs a request body as a dialer's client has to sign it.
    Sign(sign::Options),
    /// Adds the phone numbers or leads of a CSV or XLSX file.
    Import(import::Options),
    /// Prints the history of all leads or of one, event by event.
    Replay(replay::Options),
    /// Checks the event log, and compares every read model with it.
    Verify(verify::Options),
    /// Makes read models anew from the event log and switches to them.
    Rebuild(rebuild::Options),
    /// Skips one event of the log that cannot be read, with a reason.
    SetAside(set_aside::Options),
    /// Measures how fast the ledger is on this machine.
    Bench(bench::Options),
    /// Prints the OpenAPI document of a client API.
    Openapi(openapi::Options),
    /// Prints the script that completes commands in your shell.
    Completions(completions::Options),
    /// Writes the manual pages into a folder.
    Man(man::Options),
}

/// Every command with its help, as clap knows it.
pub fn command() -> clap::Command {
    with_groups(built(Arguments::command()))
}

/// The commands that have a manual page of their own: all but `help`, which is not one.
pub fn for_manual() -> clap::Command {
    built(without_help(Arguments::command()))
}

fn without_help(command: clap::Command) -> clap::Command {
    command.disable_help_subcommand(true).mut_subcommands(without_help)
}

/// The built-in commands and options exist only once the tree is built, and their sentences are clap's.
fn built(mut command: clap::Command) -> clap::Command {
    command.build();
    in_sentences(command)
}

/// Gives every text its full stop, which clap takes off a doc comment.
fn in_sentences(command: clap::Command) -> clap::Command {
    let about = match command.get_name() {
        "help" => Some(ABOUT_HELP.to_owned()),
        _ => command.get_about().map(sentence),
    };
    let command = command.mut_subcommands(in_sentences).mut_args(|arg| {
        let help = match arg.get_id().as_str() {
            "help" => Some("Prints this help.".to_owned()),
            "version" => Some("Prints the version.".to_owned()),
            _ => arg.get_help().map(sentence),
        };
        let Some(help) = help else { return arg };
        // The longer text of the built-in `--help` is clap's too.
        if arg.get_long_help().is_some() { arg.long_help(help.clone()).help(help) } else { arg.help(help) }
    });
    if let Some(about) = about { command.about(about) } else { command }
}

fn sentence(text: &StyledStr) -> String {
    let text = text.to_string();
    if text.ends_with(['.', ']']) { text } else { text + "." }
}

/// Reads the command line of this process.
pub fn parse() -> Result<Command, clap::Error> {
    let matches = command().try_get_matches()?;
    let arguments = Arguments::from_arg_matches(&matches)?;
    Ok(arguments.command.unwrap_or_else(|| Command::Serve(serve::Options::default())))
}

/// Lists the commands by group in the program's own help: clap knows one heading only.
fn with_groups(command: clap::Command) -> clap::Command {
    let styles = command.get_styles();
    let (header, literal) = (styles.get_header(), styles.get_literal());
    let mut text = "{about-with-newline}\n{usage-heading} {usage}\n".to_owned();
    for (heading, names) in GROUPS {
        let _ = write!(text, "\n{header}{heading}:{header:#}\n");
        for &name in names {
            let about = command.find_subcommand(name).and_then(clap::Command::get_about);
            let about = about.map(ToString::to_string).unwrap_or_default();
            let _ = writeln!(text, "  {literal}{name:<11}{literal:#}  {about}");
        }
    }
    let _ = write!(text, "\n{header}Options:{header:#}\n{{options}}{{after-help}}");
    command.help_template(text)
}
