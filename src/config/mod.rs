//! What was the service told? Defaults, `lead-ledger.toml`, environment, flags: read once, faults told all together.

mod secret_file;
#[cfg(test)]
mod settings_tests;
mod source;
mod telecaller;

use crate::actions::dialing::open::FirstAdmin;
use crate::http::limits::LimitSettings;
use chrono_tz::Tz;
use domain::phone::Region;
use ipnet::IpNet;
pub use secret_file::exposure;
use source::Source;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use telecaller::cors_origins;
pub use telecaller::{Meta, Provider};

/// The shortest lease that outlasts a dialer's longest pause of 600 seconds, in minutes (F13).
const LEASE_MINUTES_SAFE: u32 = 11;

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

/// Whether missing programs of PostgreSQL are installed by the system's package manager.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Installing {
    Allowed,
    Forbidden,
}

impl Installing {
    fn read(source: &mut Source) -> Self {
        if source.switch("LEDGER_INSTALL", true) { Self::Allowed } else { Self::Forbidden }
    }
}

/// Every setting.
#[derive(Clone, Debug)]
pub struct Config {
    pub is_production: bool,
    pub bind: SocketAddr,
    pub database_url: Option<Secret>,
    pub data_dir: PathBuf,
    pub pg_bin: Option<PathBuf>,
    /// The folder that backups are put into, for `lead-ledger doctor` to look at their age.
    pub backup_dir: Option<PathBuf>,
    pub installing: Installing,
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
    pub region_from_dialer: Region,
    pub region_scheduling: Region,
    pub region_telecaller: Region,
    /// What the organisation is called that keeps this ledger: the one company of the scheduling dialect.
    pub company_name: String,
    /// Where clients reach the service, without a slash at its end.
    pub public_url: String,
    /// Requests in 15 minutes; of log-ins, failed ones too.
    pub limits: LimitSettings,
    pub dialer_token: Option<Secret>,
    pub from_dialer: FromDialer,
    /// Who places calls; `None`: nobody.
    pub call_provider: Option<Provider>,
    /// What the callbacks of calls are signed with; `None`: in development they are not.
    pub twilio_auth_token: Option<Secret>,
    pub meta: Meta,
    /// Which other sites' pages may call; empty: none.
    pub cors_origins: Vec<String>,
    /// Whether due calls of AI agents are placed by themselves.
    pub autodial: bool,
    pub log_format: Option<LogFormat>,
    /// What the operator should know, and what does not keep the service from starting.
    pub warnings: Vec<String>,
}

/// What the "Interested" button asks of its callers.
#[derive(Clone, Debug)]
pub struct FromDialer {
    pub api_key: Option<Secret>,
    /// Development only: nobody is asked for a key.
    pub is_open: bool,
    pub hmac_secret: Option<Secret>,
    pub require_hmac: bool,
    /// Empty: from anywhere.
    pub allowed_ips: Vec<IpNet>,
    /// Whether a `GET` may carry its key in the query.
    pub allow_query_key: bool,
}

/// Something wrong with a setting.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    pub variable: Cow<'static, str>,
    /// Where one command mends it, the text ends with `; run: ` and that command.
    pub problem: String,
    /// A value that would do, as a shell reads it; empty: the problem says what to do.
    pub example: &'static str,
}

/// All that is wrong with the settings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Faults(pub Vec<Fault>);

impl Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "the settings cannot be used:")?;
        for Fault { variable, problem, example } in &self.0 {
            write!(f, "  {variable}: {problem}")?;
            if !example.is_empty() {
                write!(f, "; for example {variable}={example}")?;
            }
            writeln!(f)?;
        }
        f.write_str("Correct them in the environment or in lead-ledger.toml and start again.")
    }
}

impl std::error::Error for Faults {}

/// The text of the settings file; empty where there is none. A file that is there and cannot be read is a fault: the
/// service would otherwise start as if nothing were set, and in development mode.
fn file_text(path: &Path) -> Result<String, Faults> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => {
            let problem = format!("the file cannot be read ({error}); let the user that runs this read it");
            Err(Faults(vec![Fault { variable: path.display().to_string().into(), problem, example: "" }]))
        }
    }
}

impl Config {
    /// Reads the settings of this process.
    pub fn load() -> Result<Self, Faults> {
        let path = Path::new("lead-ledger.toml");
        let file = file_text(path)?;
        #[expect(clippy::disallowed_methods, reason = "this is its one home")]
        let environment = std::env::vars().collect();
        Self::read_all(&file, Some(path), environment)
    }

    /// Reads settings from a file's text and an environment.
    pub fn read(file: &str, environment: BTreeMap<String, String>) -> Result<Self, Faults> {
        Self::read_all(file, None, environment)
    }

    /// The same; `path`: the file that the text comes from, which others must not read if secrets are in it.
    fn read_all(
        file: &str,
        path: Option<&Path>,
        environment: BTreeMap<String, String>,
    ) -> Result<Self, Faults> {
        let mut source = Source::open(file, environment);
        let is_production =
            source.choice("LEDGER_ENV", "development", &["development", "production"]) == "production";
        let require_https = source.switch("LEDGER_REQUIRE_HTTPS", is_production);
        let mut config = Self {
            is_production,
            bind: source.parsed("LEDGER_BIND", "127.0.0.1:8080", "127.0.0.1:8080"),
            database_url: source.secret("DATABASE_URL"),
            data_dir: source.text("LEDGER_DATA_DIR").unwrap_or_else(|| "./.lead-ledger".to_owned()).into(),
            pg_bin: source.text("LEDGER_PG_BIN").map(PathBuf::from),
            backup_dir: source.text("LEDGER_BACKUP_DIR").map(PathBuf::from),
            installing: Installing::read(&mut source),
            timezone: source.parsed("LEDGER_TIMEZONE", "Asia/Tehran", "Asia/Tehran"),
            trusted_proxies: source.networks("LEDGER_TRUSTED_PROXIES"),
            require_https,
            admin_username: source.text("LEDGER_ADMIN_USERNAME").unwrap_or_else(|| "admin".to_owned()),
            admin_email: source.text("LEDGER_ADMIN_EMAIL").unwrap_or_else(|| "admin@localhost".to_owned()),
            admin_password: source.secret("LEDGER_ADMIN_PASSWORD"),
            jwt_secret: source.secret("LEDGER_JWT_SECRET"),
            batch_size: source.number("LEDGER_BATCH_SIZE", 100, 1..=10_000),
            batch_size_max: source.number("LEDGER_BATCH_SIZE_MAX", 500, 1..=10_000),
            lease_minutes: source.number("LEDGER_LEASE_MINUTES", 15, 2..=1_440),
            region_panel: source.parsed("LEDGER_REGION_PANEL", "IR", "IR"),
            region_from_dialer: source.parsed("LEDGER_REGION_FROM_DIALER", "GB", "GB"),
            region_scheduling: source.parsed("LEDGER_REGION_SCHEDULING", "US", "US"),
            region_telecaller: source.parsed("LEDGER_REGION_TELECALLER", "IN", "IN"),
            company_name: source.text("LEDGER_COMPANY_NAME").unwrap_or_else(|| "Lead Ledger".to_owned()),
            public_url: public_url(&mut source, require_https),
            limits: LimitSettings {
                general: source.limit("LEDGER_RATE_LIMIT_GENERAL", 100),
                auth: source.limit("LEDGER_RATE_LIMIT_AUTH", 5),
                upload: source.limit("LEDGER_RATE_LIMIT_UPLOAD", 10),
                machine: source.limit("LEDGER_RATE_LIMIT_MACHINE", 1_000_000),
            },
            dialer_token: source.secret("DIALER_TOKEN"),
            from_dialer: FromDialer::read(&mut source, is_production),
            call_provider: Provider::read(&mut source, is_production),
            twilio_auth_token: source.secret("TWILIO_AUTH_TOKEN"),
            meta: Meta::read(&mut source),
            cors_origins: cors_origins(&mut source),
            autodial: source.switch("LEDGER_AUTODIAL", false),
            log_format: source.log_format(),
            warnings: Vec::new(),
        };
        if config.autodial && config.call_provider.is_none() {
            source.fault("LEDGER_AUTODIAL", "there is no provider to place calls with".to_owned(), "off");
        }
        if is_production {
            source.check_secret("LEDGER_JWT_SECRET", config.jwt_secret.as_ref());
            source.check_secret("DIALER_TOKEN", config.dialer_token.as_ref());
            source.check_secret("DIALER_API_KEY", config.from_dialer.api_key.as_ref());
            if let Some(secret) = &config.from_dialer.hmac_secret {
                source.check_secret("DIALER_SECRET_KEY", Some(secret));
            }
            for (name, secret) in [
                ("TWILIO_AUTH_TOKEN", &config.twilio_auth_token),
                ("META_APP_SECRET", &config.meta.app_secret),
            ] {
                if let Some(secret) = secret {
                    source.check_secret(name, Some(secret));
                }
            }
            if let Some(password) = &config.admin_password {
                source.check_published("LEDGER_ADMIN_PASSWORD", password);
            }
        }
        config.warnings = source.check_files(path, is_production);
        config.warnings.extend(config.lease_warning());
        source.refuse_unknown();
        if source.faults.is_empty() { Ok(config) } else { Err(Faults(source.faults)) }
    }

    /// Why a lease this short goes wrong, where it is short.
    fn lease_warning(&self) -> Option<String> {
        (self.lease_minutes < LEASE_MINUTES_SAFE).then(|| {
            format!(
                "LEDGER_LEASE_MINUTES={} is shorter than the 600 seconds that a dialer waits after it was told \
                 `disabled`: it comes back and dials numbers that others hold by then; set it to \
                 {LEASE_MINUTES_SAFE} or more; run: export LEDGER_LEASE_MINUTES={LEASE_MINUTES_SAFE}",
                self.lease_minutes
            )
        })
    }

    /// The first admin, with the given password or the one from the settings.
    pub fn first_admin(&self, password: String) -> FirstAdmin {
        FirstAdmin { username: self.admin_username.clone(), email: self.admin_email.clone(), password }
    }
}

/// `LEDGER_PUBLIC_URL`; empty: as bound.
fn public_url(source: &mut Source, require_https: bool) -> String {
    let url = source.text("LEDGER_PUBLIC_URL").unwrap_or_default();
    let url = url.trim_end_matches('/').to_owned();
    let is_good = |url: &str| {
        let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '?', '#', ' ', '"', '<']))
    };
    if !url.is_empty() && !is_good(&url) {
        let problem = "it is not scheme and host of a web address";
        source.fault("LEDGER_PUBLIC_URL", problem.to_owned(), "https://ledger.example.com");
    }
    if require_https && url.starts_with("http:") {
        let problem = "personal data would travel unencrypted";
        source.fault("LEDGER_PUBLIC_URL", problem.to_owned(), "https://ledger.example.com");
    }
    url
}

impl FromDialer {
    fn read(source: &mut Source, is_production: bool) -> Self {
        let api_key = source.secret("DIALER_API_KEY");
        let hmac_secret = source.secret("DIALER_SECRET_KEY");
        let require_hmac = source.switch("DIALER_REQUIRE_HMAC", is_production && hmac_secret.is_some());
        if require_hmac && hmac_secret.is_none() {
            let problem = "signatures are required but there is no secret to check them with";
            source.fault("DIALER_SECRET_KEY", problem.to_owned(), source::RANDOM);
        }
        Self {
            is_open: api_key.is_none() && !is_production,
            api_key,
            hmac_secret,
            require_hmac,
            allowed_ips: source.networks("DIALER_ALLOWED_IPS"),
            allow_query_key: source.switch("DIALER_ALLOW_QUERY_KEY", !is_production),
        }
    }
}
