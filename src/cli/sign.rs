//! `lead-ledger sign`: the text that a client of the "Interested" button has to sign, and its signature; for programmers of
//! such a client.

use super::values::one_of;
use super::{Ended, output};
use crate::config::Config;
use crate::dialects::from_dialer::signature::canonical;
use crate::http::signatures::sha256_hex;
use anyhow::{Context as _, anyhow};
use clap::Args;
use domain::credential::event::CanonicalForm;
use serde_json::{Map, Value};
use std::io::Read;

const EXAMPLES: &str = "\
The secret is DIALER_SECRET_KEY. The signed text goes to standard error, the
signature to standard output.

Examples:
  echo '{\"dialer_user_id\":\"CalebG\",\"phone\":\"+44123456789\"}' | lead-ledger sign
  lead-ledger sign --canonical python < body.json
  lead-ledger sign --v2 1740817000.n1.POST./api/leads/from-dialer/ < body.json";

#[derive(Clone, Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// Makes a v2 signature: its Unix seconds, nonce, method and path, joined by dots.
    #[arg(long, value_name = "TIME.NONCE.METHOD.PATH")]
    v2: Option<String>,
    /// The language whose spelling of JSON values the client signs.
    #[arg(long, value_name = "LANGUAGE", default_value = "js",
        value_parser = one_of(CanonicalForm::ALL.iter().map(|form| form.as_str()), CanonicalForm::from_word))]
    canonical: CanonicalForm,
    /// Prints the signed text and the signature as JSON.
    #[arg(long)]
    json: bool,
}

/// Reads the body from standard input and signs it with `DIALER_SECRET_KEY`.
pub fn run(config: &Config, options: &Options) -> anyhow::Result<Ended> {
    let secret = config.from_dialer.hmac_secret.as_ref();
    let secret = secret.ok_or_else(|| anyhow!("there is no secret to sign with; set DIALER_SECRET_KEY"))?;
    let mut body = String::new();
    std::io::stdin()
        .read_to_string(&mut body)
        .context("the body on standard input is not text; send it in UTF-8")?;
    let (signed, prefix) = if let Some(head) = &options.v2 {
        (format!("{head}.{body}"), "v2=")
    } else {
        let fields: Map<String, Value> = serde_json::from_str(&body).context(
            "standard input holds no JSON object; send the request's body, as in lead-ledger sign --help",
        )?;
        (canonical(&fields, options.canonical), "")
    };
    let signature = format!("{prefix}{}", sha256_hex(&secret.0, signed.as_bytes()));
    if options.json {
        output::print(serde_json::json!({ "signed": signed, "signature": signature }))?;
    } else {
        eprintln!("signed: {signed}");
        output::print(signature)?;
    }
    Ok(Ended::Done)
}
