//! The command line: data on standard output, talk on standard error; exit 0 done, 1 a mismatch was found, 2 could not
//! finish, 64 wrong usage.

pub mod arguments;
pub mod bench;
mod completions;
mod database;
mod demo;
mod doctor;
mod import;
mod key;
mod man;
mod openapi;
mod output;
mod password;
mod progress;
mod rebuild;
mod replay;
mod secrets;
mod serve;
mod set_aside;
mod sign;
mod user;
mod values;
mod verify;

use crate::config::{Config, Faults};
use crate::ledger::RecordError;
use arguments::Command;
use projections::rebuild::RebuildError;
use std::process::ExitCode;

/// How long threads that do not hear may take to end.
const LINGER: std::time::Duration = std::time::Duration::from_secs(1);

/// How a command ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ended {
    Done,
    /// Something is not as it should be; it was printed.
    Mismatch,
    /// The command could not find out what it was asked; what it found was printed.
    Unknown,
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let command = match arguments::parse() {
        Ok(command) => command,
        Err(error) => {
            let is_usage = error.use_stderr();
            let _ = error.print();
            return ExitCode::from(if is_usage { 64 } else { 0 });
        }
    };
    let settings = Config::load();
    crate::telemetry::start_logging(settings.as_ref().ok().and_then(|config| config.log_format));
    // The doctor lists the warnings among what it finds.
    if let (Ok(config), false) = (&settings, matches!(command, Command::Doctor(_))) {
        for warning in &config.warnings {
            tracing::warn!("{warning}");
        }
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let ended = match runtime {
        Ok(runtime) => {
            let ended = runtime.block_on(run(command, settings));
            // A file that is half written is of no use to anyone: it is not waited for.
            runtime.shutdown_timeout(LINGER);
            ended
        }
        Err(error) => Err(error.into()),
    };
    match ended {
        Ok(Ended::Done) => ExitCode::SUCCESS,
        Ok(Ended::Mismatch) => ExitCode::from(1),
        Ok(Ended::Unknown) => ExitCode::from(2),
        Err(error) if error.is::<Faults>() => {
            eprintln!("lead-ledger: {error}");
            ExitCode::from(64)
        }
        Err(error) => {
            eprintln!("lead-ledger: {error:#}{}", advice(&error));
            ExitCode::from(2)
        }
    }
}

/// The next step for an error that comes from the database itself, whose own message has none.
fn advice(error: &anyhow::Error) -> &'static str {
    let is_of_database = error.chain().any(|cause| {
        cause.is::<sqlx::Error>()
            || cause.is::<sqlx::migrate::MigrateError>()
            || matches!(cause.downcast_ref(), Some(RecordError::Unavailable | RecordError::Internal(_)))
            || matches!(cause.downcast_ref(), Some(RebuildError::Feed(_)))
    });
    if is_of_database { "; lead-ledger doctor looks for the cause" } else { "" }
}

async fn run(command: Command, settings: Result<Config, Faults>) -> anyhow::Result<Ended> {
    match command {
        Command::Completions(options) => completions::run(&options),
        Command::Man(options) => man::run(&options),
        Command::Doctor(options) => doctor::run(settings, options).await,
        Command::Serve(options) => serve::run(settings?, options).await,
        Command::User(options) => user::run(settings?, options).await,
        Command::Key(options) => key::run(settings?, options).await,
        Command::Sign(options) => sign::run(&settings?, &options),
        Command::Import(options) => import::run(settings?, options).await,
        Command::Replay(options) => replay::run(settings?, options).await,
        Command::Verify(options) => verify::run(settings?, options).await,
        Command::Rebuild(options) => rebuild::run(settings?, options).await,
        Command::SetAside(options) => set_aside::run(settings?, options).await,
        Command::Bench(options) => bench::run(settings?, options).await,
        Command::Openapi(options) => {
            settings?;
            openapi::run(&options)
        }
    }
}
