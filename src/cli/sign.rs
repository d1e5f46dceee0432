//! `lead-ledger sign`: what a client of the "Interested" button should sign, and the signature; for those who write one.

use super::Ended;
use crate::config::Config;
use crate::dialects::from_dialer::signature::canonical;
use crate::http::signatures::sha256_hex;
use anyhow::{Context as _, anyhow};
use clap::Args;
use domain::credential::event::CanonicalForm;
use serde_json::{Map, Value};
use std::io::Read;

#[derive(Clone, Debug, Args)]
pub struct Options {
    /// A v2 signature's timestamp, nonce, method and path, joined by dots: `1740817000.n1.POST./api/leads/from-dialer/`.
    #[arg(long)]
    v2: Option<String>,
    /// In which language's spelling: `js`, `python` or `php`.
    #[arg(long, default_value = "js", value_parser = super::key::canonical_form)]
    canonical: CanonicalForm,
}

/// Reads the body from standard input and signs it with `DIALER_SECRET_KEY`.
pub fn run(config: &Config, options: &Options) -> anyhow::Result<Ended> {
    let secret = config.from_dialer.hmac_secret.as_ref();
    let secret = secret.ok_or_else(|| anyhow!("there is no secret to sign with; set DIALER_SECRET_KEY"))?;
    let mut body = String::new();
    std::io::stdin().read_to_string(&mut body)?;
    let (signed, prefix) = if let Some(head) = &options.v2 {
        (format!("{head}.{body}"), "v2=")
    } else {
        let fields: Map<String, Value> =
            serde_json::from_str(&body).context("standard input is no JSON object")?;
        (canonical(&fields, options.canonical), "")
    };
    eprintln!("signed: {signed}");
    println!("{prefix}{}", sha256_hex(&secret.0, signed.as_bytes()));
    Ok(Ended::Done)
}
