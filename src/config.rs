//! What was the service told? Defaults, `lead-ledger.toml`, environment, flags: read once, faults told all together.

use crate::ledger::open::FirstAdmin;
use chrono_tz::Tz;
use domain::phone::Region;
use ipnet::IpNet;
use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Secrets that stand in public documents: good for tests, refused in production (C-39).
const PUBLISHED: [&str; 3] = ["margav-dialer-2024-secure-key-12345", "your-hmac-secret-key", "admin123"];
/// The shortest secret that production takes, in characters.
const SECRET_CHARACTERS_MIN: usize = 24;

/// A text that is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// How log lines look.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LogFormat {
    Pretty,
    Json,
}

/// Every setting.
#[derive(Clone, Debug)]
pub struct Config {
    pub is_production: bool,
    pub bind: SocketAddr,
    pub database_url: Option<Secret>,
    pub data_dir: PathBuf,
    pub pg_bin: Option<PathBuf>,
    pub timezone: Tz,
    pub trusted_proxies: Vec<IpNet>,
    pub require_https: bool,
    pub admin_username: String,
    pub admin_email: String,
    pub admin_password: Option<Secret>,
    pub jwt_secret: Option<Secret>,
    pub batch_size: u32,
    pub batch_size_max: u32,
    pub lease_minutes: u32,
    pub region_panel: Region,
    /// Failed log-ins in 15 minutes; `None`: not limited.
    pub rate_limit_auth: Option<u32>,
    pub dialer_token: Option<Secret>,
    pub log_format: Option<LogFormat>,
}

/// Something wrong with a setting.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    pub variable: &'static str,
    pub problem: String,
    pub example: &'static str,
}

/// All that is wrong with the settings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Faults(pub Vec<Fault>);

impl Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "the settings cannot be used:")?;
        for fault in &self.0 {
            writeln!(
                f,
                "  {}: {}; for example {}={}",
                fault.variable, fault.problem, fault.variable, fault.example
            )?;
        }
        f.write_str("Correct them in the environment or in lead-ledger.toml and start again.")
    }
}

impl std::error::Error for Faults {}

/// Where settings are looked up: the file's, overlaid with the environment's.
struct Source {
    values: BTreeMap<String, String>,
    faults: Vec<Fault>,
}

impl Config {
    /// Reads the settings of this process.
    pub fn load() -> Result<Self, Faults> {
        let file = std::fs::read_to_string("lead-ledger.toml").unwrap_or_default();
        #[expect(clippy::disallowed_methods, reason = "this is its one home")]
        let environment = std::env::vars().collect();
        Self::read(&file, environment)
    }

    /// Reads settings from a file's text and an environment.
    pub fn read(file: &str, environment: BTreeMap<String, String>) -> Result<Self, Faults> {
        let mut source = Source::open(file, environment);
        let is_production =
            source.choice("LEDGER_ENV", "development", &["development", "production"]) == "production";
        let config = Self {
            is_production,
            bind: source.parsed("LEDGER_BIND", "127.0.0.1:8080", "127.0.0.1:8080"),
            database_url: source.secret("DATABASE_URL"),
            data_dir: source.text("LEDGER_DATA_DIR").unwrap_or_else(|| "./.lead-ledger".to_owned()).into(),
            pg_bin: source.text("LEDGER_PG_BIN").map(PathBuf::from),
            timezone: source.parsed("LEDGER_TIMEZONE", "Asia/Tehran", "Asia/Tehran"),
            trusted_proxies: source.networks("LEDGER_TRUSTED_PROXIES"),
            require_https: source.switch("LEDGER_REQUIRE_HTTPS", is_production),
            admin_username: source.text("LEDGER_ADMIN_USERNAME").unwrap_or_else(|| "admin".to_owned()),
            admin_email: source.text("LEDGER_ADMIN_EMAIL").unwrap_or_else(|| "admin@localhost".to_owned()),
            admin_password: source.secret("LEDGER_ADMIN_PASSWORD"),
            jwt_secret: source.secret("LEDGER_JWT_SECRET"),
            batch_size: source.number("LEDGER_BATCH_SIZE", 100, 1..=10_000),
            batch_size_max: source.number("LEDGER_BATCH_SIZE_MAX", 500, 1..=10_000),
            lease_minutes: source.number("LEDGER_LEASE_MINUTES", 15, 1..=1_440),
            region_panel: source.parsed("LEDGER_REGION_PANEL", "IR", "IR"),
            rate_limit_auth: source.limit("LEDGER_RATE_LIMIT_AUTH", 5),
            dialer_token: source.secret("DIALER_TOKEN"),
            log_format: source.log_format(),
        };
        if is_production {
            source.check_secret("LEDGER_JWT_SECRET", config.jwt_secret.as_ref());
            source.check_secret("DIALER_TOKEN", config.dialer_token.as_ref());
            if let Some(password) = &config.admin_password {
                source.check_published("LEDGER_ADMIN_PASSWORD", password);
            }
        }
        if source.faults.is_empty() { Ok(config) } else { Err(Faults(source.faults)) }
    }

    /// The first admin, with the given password or the one from the settings.
    pub fn first_admin(&self, password: String) -> FirstAdmin {
        FirstAdmin { username: self.admin_username.clone(), email: self.admin_email.clone(), password }
    }
}

impl Source {
    fn open(file: &str, environment: BTreeMap<String, String>) -> Self {
        let mut source = Self { values: BTreeMap::new(), faults: Vec::new() };
        match file.parse::<toml::Table>() {
            Ok(table) => {
                for (name, value) in table {
                    let text = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
                    source.values.insert(name.to_uppercase(), text);
                }
            }
            Err(error) => {
                source.fault("lead-ledger.toml", error.message().to_owned(), "LEDGER_BIND = \"...\"");
            }
        }
        source.values.extend(environment);
        source
    }

    fn fault(&mut self, variable: &'static str, problem: String, example: &'static str) {
        self.faults.push(Fault { variable, problem, example });
    }

    /// A value that is neither missing nor blank.
    fn text(&self, name: &str) -> Option<String> {
        self.values.get(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    fn parsed<T: FromStr>(&mut self, name: &'static str, default: &str, example: &'static str) -> T {
        let text = self.text(name);
        if let Some(Ok(value)) = text.as_deref().map(str::parse) {
            return value;
        }
        if let Some(text) = text {
            self.fault(name, format!("'{text}' cannot be read"), example);
        }
        let Ok(value) = default.parse() else { unreachable!("invariant: every default can be read") };
        value
    }

    fn number(&mut self, name: &'static str, default: u32, range: std::ops::RangeInclusive<u32>) -> u32 {
        let Some(text) = self.text(name) else { return default };
        match text.parse() {
            Ok(number) if range.contains(&number) => number,
            _ => {
                self.fault(
                    name,
                    format!("'{text}' is no number from {} to {}", range.start(), range.end()),
                    "100",
                );
                default
            }
        }
    }

    fn limit(&mut self, name: &'static str, default: u32) -> Option<u32> {
        if self.text(name).as_deref() == Some("off") {
            None
        } else {
            Some(self.number(name, default, 1..=1_000_000))
        }
    }

    fn choice(
        &mut self,
        name: &'static str,
        default: &'static str,
        allowed: &[&'static str],
    ) -> &'static str {
        let Some(text) = self.text(name) else { return default };
        if let Some(word) = allowed.iter().find(|word| **word == text) {
            return word;
        }
        self.fault(name, format!("'{text}' is none of {}", allowed.join(", ")), default);
        default
    }

    fn switch(&mut self, name: &'static str, default: bool) -> bool {
        self.choice(name, if default { "on" } else { "off" }, &["on", "off"]) == "on"
    }

    fn log_format(&mut self) -> Option<LogFormat> {
        match self.choice("LEDGER_LOG_FORMAT", "auto", &["auto", "pretty", "json"]) {
            "pretty" => Some(LogFormat::Pretty),
            "json" => Some(LogFormat::Json),
            _ => None,
        }
    }

    fn networks(&mut self, name: &'static str) -> Vec<IpNet> {
        let text = self.text(name).unwrap_or_default();
        let mut networks = Vec::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            match part.parse::<IpNet>().or_else(|_| part.parse::<IpAddr>().map(IpNet::from)) {
                Ok(network) => networks.push(network),
                Err(_) => {
                    self.fault(name, format!("'{part}' is no address or network"), "10.0.0.0/8,127.0.0.1");
                }
            }
        }
        networks
    }

    /// A secret, from the variable or from the file that `NAME_FILE` names.
    fn secret(&mut self, name: &'static str) -> Option<Secret> {
        if let Some(value) = self.text(name) {
            return Some(Secret(value));
        }
        let path = self.text(&format!("{name}_FILE"))?;
        match std::fs::read_to_string(Path::new(&path)) {
            Ok(value) => Some(Secret(value.trim().to_owned())),
            Err(error) => {
                self.fault(name, format!("the file {path} cannot be read ({error})"), "a long random text");
                None
            }
        }
    }

    fn check_secret(&mut self, name: &'static str, secret: Option<&Secret>) {
        match secret {
            None => self.fault(name, "production needs it".to_owned(), "a long random text"),
            Some(secret) if secret.0.chars().count() < SECRET_CHARACTERS_MIN => {
                let problem = format!("shorter than {SECRET_CHARACTERS_MIN} characters");
                self.fault(name, problem, "the output of: openssl rand -hex 32");
            }
            Some(secret) => self.check_published(name, secret),
        }
    }

    fn check_published(&mut self, name: &'static str, secret: &Secret) {
        if PUBLISHED.contains(&secret.0.as_str()) {
            self.fault(
                name,
                "it stands in a public document".to_owned(),
                "the output of: openssl rand -hex 32",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Config, Faults> {
        let environment =
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Config::read("ledger_batch_size = 50", environment)
    }

    #[test]
    fn the_environment_wins_over_the_file_and_that_over_the_defaults() {
        let config = read(&[("LEDGER_BATCH_SIZE_MAX", "300")]).unwrap();
        assert_eq!((config.batch_size, config.batch_size_max, config.lease_minutes), (50, 300, 15));
        assert_eq!(read(&[("LEDGER_BATCH_SIZE", "70")]).unwrap().batch_size, 70);
    }

    #[test]
    fn all_faults_are_told_together() {
        let faults =
            read(&[("LEDGER_BIND", "here"), ("LEDGER_TIMEZONE", "Mars"), ("LEDGER_BATCH_SIZE", "0")]);
        let told: Vec<_> = faults.unwrap_err().0.iter().map(|fault| fault.variable).collect();
        assert_eq!(told, ["LEDGER_BIND", "LEDGER_TIMEZONE", "LEDGER_BATCH_SIZE"]);
    }

    /// B-011
    #[test]
    fn production_refuses_missing_short_and_published_secrets() {
        let faults =
            read(&[("LEDGER_ENV", "production"), ("DIALER_TOKEN", "margav-dialer-2024-secure-key-12345")]);
        let told: Vec<_> = faults.unwrap_err().0.iter().map(|fault| fault.variable).collect();
        assert_eq!(told, ["LEDGER_JWT_SECRET", "DIALER_TOKEN"]);
    }

    /// B-093
    #[test]
    fn secrets_are_never_printed() {
        let config = read(&[("DIALER_TOKEN", "swordfish")]).unwrap();
        assert!(!format!("{config:?}").contains("swordfish"));
    }
}
