//! The options that say how a machine's requests are read.

use crate::cli::values::{one_of, zone};
use crate::state::App;
use anyhow::bail;
use chrono_tz::Tz;
use clap::{Args, ValueEnum};
use domain::credential::event::{CanonicalForm, Configuration, Profile};
use domain::phone::Region;

/// How clicks of "Interested" are read.
#[derive(Clone, Debug, Args)]
pub struct Reading {
    /// The country of national phone numbers, in two letters; a new machine has IR.
    #[arg(long)]
    pub region: Option<Region>,
    /// The field names that the machine sends; in `vicidial`, `fullname` is the agent.
    #[arg(long, value_parser = one_of(Profile::ALL.iter().map(|profile| profile.as_str()), Profile::from_word))]
    profile: Option<Profile>,
    /// The language whose spelling of JSON values the machine signs.
    #[arg(long, value_name = "LANGUAGE",
        value_parser = one_of(CanonicalForm::ALL.iter().map(|form| form.as_str()), CanonicalForm::from_word))]
    canonical: Option<CanonicalForm>,
    /// The zone of local times that the machine sends, such as Europe/London; else the ledger's.
    #[arg(long, value_name = "ZONE", value_parser = zone)]
    timezone: Option<Tz>,
    /// Whether a GET request may carry the key in its query.
    #[arg(long, value_name = "SWITCH")]
    query_key: Option<Choice>,
    /// Whether every request has to be signed with `DIALER_SECRET_KEY`.
    #[arg(long, value_name = "SWITCH")]
    signed: Option<Choice>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Choice {
    /// Yes.
    On,
    /// No.
    Off,
    /// As the settings of the service say.
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
    pub fn check(&self, app: &App) -> anyhow::Result<()> {
        if matches!(self.signed, Some(Choice::On)) && app.config.from_dialer.hmac_secret.is_none() {
            bail!("there is no secret to check signatures with; set DIALER_SECRET_KEY first");
        }
        Ok(())
    }

    /// What is given, and the rest of what was.
    pub fn over(self, known: &Configuration) -> Configuration {
        Configuration {
            region: self.region.map(|region| region.to_string()).or_else(|| known.region.clone()),
            profile: self.profile.unwrap_or(known.profile),
            canonical_form: self.canonical.unwrap_or(known.canonical_form),
            timezone: self.timezone.map(|zone| zone.to_string()).or_else(|| known.timezone.clone()),
            allow_query_key: self.query_key.map_or(known.allow_query_key, Choice::is_on),
            require_hmac: self.signed.map_or(known.require_hmac, Choice::is_on),
        }
    }
}
