//! `lead-ledger openapi [DIALECT]`: the OpenAPI 3.1 document of a client API; without a name, which there are.

use super::Ended;
use crate::dialects::docs;
use anyhow::anyhow;
use clap::Args;

#[derive(Clone, Debug, Args)]
pub struct Options {
    /// scheduling, `dialer_panel`, `from_dialer`, telecaller or native
    dialect: Option<String>,
}

pub fn run(options: &Options) -> anyhow::Result<Ended> {
    let Some(name) = &options.dialect else {
        println!("{}", docs::NAMES.join("\n"));
        return Ok(Ended::Done);
    };
    let unknown = || anyhow!("there is no document '{name}'; there are {}", docs::NAMES.join(", "));
    println!("{}", docs::document(name).ok_or_else(unknown)?.to_pretty_json()?);
    Ok(Ended::Done)
}
