//! The command line: data on standard output, talk on standard error; exit 0 done, 1 a mismatch was found, 2 could not
//! tell, 64 wrong usage.

pub mod bench;
mod database;
mod demo;
mod import;
mod key;
mod openapi;
mod rebuild;
mod replay;
mod secrets;
mod serve;
mod set_aside;
mod sign;
mod user;
mod verify;

use crate::config::{Config, Faults};
use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use std::process::ExitCode;

/// How long threads that do not hear may take to end.
const LINGER: std::time::Duration = std::time::Duration::from_secs(1);

/// An event-sourced lead ledger for call centres.
#[derive(Debug, Parser)]
#[command(version, about, arg_required_else_help = false)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Migrates the database and serves (also without any command).
    Serve(serve::Options),
    /// Adds people, sets passwords, lists who there is.
    User(user::Options),
    /// Makes, lists and revokes the keys that machines show.
    Key(key::Options),
    /// Signs a body (standard input) as a client of the "Interested" button does.
    Sign(sign::Options),
    /// Adds the numbers of a CSV or XLSX file.
    Import(import::Options),
    /// Prints the history as the rules saw it.
    Replay(replay::Options),
    /// Makes read models anew beside the live ones, compares and switches.
    Rebuild(rebuild::Options),
    /// Checks the log and compares every read model with a fresh fold of it.
    Verify(verify::Options),
    /// Sets a position of the log aside that cannot be read, with a reason: everything goes on behind it.
    SetAside(set_aside::Options),
    /// Measures this machine, each figure beside the database's own.
    Bench(bench::Options),
    /// Prints the OpenAPI document of a client API.
    Openapi(openapi::Options),
    /// Prints a completion script for a shell.
    Completions { shell: Shell },
}

/// How a command ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ended {
    Done,
    /// Something is not as it should be; it was printed.
    Mismatch,
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let is_usage = error.use_stderr();
            let _ = error.print();
            return ExitCode::from(if is_usage { 64 } else { 0 });
        }
    };
    let config = match Config::load() {
        Ok(config) => config,
        Err(faults) => return wrong_usage(&faults),
    };
    crate::telemetry::start_logging(config.log_format);
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let ended = match runtime {
        Ok(runtime) => {
            let ended = runtime.block_on(run(arguments.command, config));
            // A file that is half written is nobody's: it is not waited for.
            runtime.shutdown_timeout(LINGER);
            ended
        }
        Err(error) => Err(error.into()),
    };
    match ended {
        Ok(Ended::Done) => ExitCode::SUCCESS,
        Ok(Ended::Mismatch) => ExitCode::from(1),
        Err(error) => {
            eprintln!("lead-ledger: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn wrong_usage(faults: &Faults) -> ExitCode {
    eprintln!("lead-ledger: {faults}");
    ExitCode::from(64)
}

async fn run(command: Option<Command>, config: Config) -> anyhow::Result<Ended> {
    match command.unwrap_or_else(|| Command::Serve(serve::Options::default())) {
        Command::Serve(options) => serve::run(config, options).await,
        Command::User(options) => user::run(config, options).await,
        Command::Key(options) => key::run(config, options).await,
        Command::Sign(options) => sign::run(&config, &options),
        Command::Import(options) => import::run(config, options).await,
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Arguments::command(), "lead-ledger", &mut std::io::stdout());
            Ok(Ended::Done)
        }
        Command::Openapi(options) => openapi::run(&options),
        Command::Replay(options) => replay::run(config, options).await,
        Command::Rebuild(options) => rebuild::run(config, options).await,
        Command::Verify(options) => verify::run(config, options).await,
        Command::SetAside(options) => set_aside::run(config, options).await,
        Command::Bench(options) => bench::run(config, options).await,
    }
}
