//! `lead-ledger openapi`: the OpenAPI 3.1 document of a client API; without a name, which documents there are.

use super::{Ended, output};
use crate::dialects::docs;
use anyhow::Context;
use clap::Args;
use clap::builder::PossibleValuesParser;

const EXAMPLES: &str = "\
Examples:
  lead-ledger openapi                       # the names of the documents
  lead-ledger openapi telecaller > telecaller.json";

#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// The client API; without it, the names of all are printed.
    #[arg(value_name = "API", value_parser = PossibleValuesParser::new(docs::NAMES))]
    dialect: Option<String>,
}

pub fn run(options: &Options) -> anyhow::Result<Ended> {
    let text = match &options.dialect {
        None => docs::NAMES.join("\n"),
        Some(name) => {
            docs::document(name).context("invariant: every name has a document")?.to_pretty_json()?
        }
    };
    output::print(text)?;
    Ok(Ended::Done)
}
