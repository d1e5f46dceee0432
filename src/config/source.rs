//! How is one setting read? Text into a value, and what is wrong with it into the list of faults.

use super::secret_file::exposure;
use super::{Fault, LogFormat, Secret};
use ipnet::IpNet;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::path::Path;
use std::str::FromStr;

/// Secrets that stand in public documents: good for tests, refused in production (C-39).
const PUBLISHED: [&str; 3] = ["margav-dialer-2024-secure-key-12345", "your-hmac-secret-key", "admin123"];
/// The shortest secret that production takes, in characters.
const SECRET_CHARACTERS_MIN: usize = 24;

/// A secret as a shell makes it.
pub(super) const RANDOM: &str = "$(openssl rand -hex 32)";

/// Where settings are looked up: the file's, overlaid with the environment's.
pub(super) struct Source {
    values: BTreeMap<String, String>,
    /// Names whose value is the file's.
    in_file: BTreeSet<String>,
    /// The first secret that stands in the settings file itself.
    secret_in_file: Option<&'static str>,
    /// Files with secrets that others can read, each with the setting that it is for and what is wrong.
    exposed: Vec<(&'static str, String)>,
    /// Names that were looked up: all that there are.
    known: RefCell<BTreeSet<String>>,
    pub(super) faults: Vec<Fault>,
}

impl Source {
    pub(super) fn open(file: &str, environment: BTreeMap<String, String>) -> Self {
        let (values, in_file, exposed, faults) = (BTreeMap::new(), BTreeSet::new(), Vec::new(), Vec::new());
        let mut source =
            Self { values, in_file, secret_in_file: None, exposed, known: RefCell::default(), faults };
        match file.parse::<toml::Table>() {
            Ok(table) => {
                for (name, value) in table {
                    let text = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
                    source.values.insert(name.to_uppercase(), text);
                }
            }
            Err(error) => {
                let problem = format!("{}; a line is LEDGER_BIND = \"127.0.0.1:8080\"", error.message());
                source.fault("lead-ledger.toml", problem, "");
            }
        }
        source.in_file =
            source.values.keys().filter(|name| !environment.contains_key(*name)).cloned().collect();
        source.values.extend(environment);
        source
    }

    pub(super) fn fault(&mut self, variable: &'static str, problem: String, example: &'static str) {
        self.faults.push(Fault { variable: variable.into(), problem, example });
    }

    /// Refuses settings that nobody looked up, once all are read: in the file every name, in the environment those that
    /// begin as ours do. A misspelt setting would otherwise be the default without a word.
    pub(super) fn refuse_unknown(&mut self) {
        let known = self.known.take();
        let is_ours = |name: &str, value: &str| {
            self.in_file.contains(name)
                || (name.starts_with("LEDGER_") || name.starts_with("DIALER_")) && !is_of_others(name, value)
        };
        let unknown: Vec<&String> = self
            .values
            .iter()
            .filter(|(name, value)| !known.contains(*name) && is_ours(name, value))
            .map(|(name, _)| name)
            .collect();
        let fault = |name: &String| {
            let nearest = known.iter().min_by_key(|known| distance(name, known));
            let problem = nearest.map_or_else(
                || "there is no such setting".to_owned(),
                |nearest| format!("there is no such setting; did you mean {nearest}?"),
            );
            Fault { variable: name.clone().into(), problem, example: "" }
        };
        self.faults.extend(unknown.into_iter().map(fault).collect::<Vec<_>>());
    }

    /// A value that is neither missing nor blank.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.known.borrow_mut().insert(name.to_owned());
        self.values.get(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    pub(super) fn parsed<T: FromStr>(
        &mut self,
        name: &'static str,
        default: &str,
        example: &'static str,
    ) -> T {
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

    pub(super) fn number(
        &mut self,
        name: &'static str,
        default: u32,
        range: std::ops::RangeInclusive<u32>,
    ) -> u32 {
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

    pub(super) fn limit(&mut self, name: &'static str, default: u32) -> Option<u32> {
        if self.text(name).as_deref() == Some("off") {
            None
        } else {
            Some(self.number(name, default, 1..=1_000_000_000))
        }
    }

    pub(super) fn choice(
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

    pub(super) fn switch(&mut self, name: &'static str, default: bool) -> bool {
        self.choice(name, if default { "on" } else { "off" }, &["on", "off"]) == "on"
    }

    pub(super) fn log_format(&mut self) -> Option<LogFormat> {
        match self.choice("LEDGER_LOG_FORMAT", "auto", &["auto", "pretty", "json"]) {
            "pretty" => Some(LogFormat::Pretty),
            "json" => Some(LogFormat::Json),
            _ => None,
        }
    }

    pub(super) fn networks(&mut self, name: &'static str) -> Vec<IpNet> {
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
    pub(super) fn secret(&mut self, name: &'static str) -> Option<Secret> {
        let (value, path) = (self.text(name), self.text(&format!("{name}_FILE")));
        if let Some(value) = value {
            // A database's address is no secret where it has no password in it.
            let is_secret = name != "DATABASE_URL" || has_password(&value);
            if is_secret && self.in_file.contains(name) {
                self.secret_in_file.get_or_insert(name);
            }
            return Some(Secret(value));
        }
        let path = path?;
        self.exposed.extend(exposure(Path::new(&path)).map(|problem| (name, problem)));
        match std::fs::read_to_string(Path::new(&path)) {
            Ok(value) => Some(Secret(value.trim().to_owned())),
            Err(error) => {
                self.fault(name, format!("the file {path} cannot be read ({error}); run: ls -l {path}"), "");
                None
            }
        }
    }

    /// Files with secrets that others can read: a fault in production, and a warning while developing. `settings`: the file
    /// that the settings come from.
    pub(super) fn check_files(&mut self, settings: Option<&Path>, is_production: bool) -> Vec<String> {
        if let (Some(name), Some(path)) = (self.secret_in_file, settings) {
            self.exposed.extend(exposure(path).map(|problem| (name, problem)));
        }
        let exposed = std::mem::take(&mut self.exposed);
        if !is_production {
            return exposed
                .into_iter()
                .map(|(name, problem)| format!("{name} is no secret: {problem}"))
                .collect();
        }
        for (name, problem) in exposed {
            self.fault(name, problem, "");
        }
        Vec::new()
    }

    pub(super) fn check_secret(&mut self, name: &'static str, secret: Option<&Secret>) {
        match secret {
            None => self.fault(name, "production needs it".to_owned(), RANDOM),
            Some(secret) if secret.0.chars().count() < SECRET_CHARACTERS_MIN => {
                let problem = format!("shorter than {SECRET_CHARACTERS_MIN} characters");
                self.fault(name, problem, RANDOM);
            }
            Some(secret) => self.check_published(name, secret),
        }
    }

    pub(super) fn check_published(&mut self, name: &'static str, secret: &Secret) {
        if PUBLISHED.contains(&secret.0.as_str()) {
            self.fault(name, "it stands in a public document".to_owned(), RANDOM);
        }
    }
}

/// Whether a database's address has a password in it.
fn has_password(url: &str) -> bool {
    let authority =
        url.split_once("://").map_or(url, |(_, rest)| rest).split(['/', '?']).next().unwrap_or_default();
    let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
    user.contains(':') || url.to_ascii_lowercase().contains("password=")
}

/// Whether a name that begins as ours do is another's: Kubernetes describes a service called `ledger` or `dialer` in these
/// variables, and the tests have settings of their own that the service inherits.
fn is_of_others(name: &str, value: &str) -> bool {
    const TESTS: [&str; 4] =
        ["LEDGER_FAULT_ROUNDS", "LEDGER_FAULT_SECONDS", "LEDGER_SIMULATE", "LEDGER_SIMULATE_SEED"];
    let rest = name.strip_prefix("LEDGER_").or_else(|| name.strip_prefix("DIALER_")).unwrap_or(name);
    TESTS.contains(&name)
        || rest.starts_with("SERVICE_HOST")
        || rest.starts_with("SERVICE_PORT")
        || rest.starts_with("PORT_")
        || rest == "PORT" && value.contains("://")
}

/// How many characters have to be put in, taken out or replaced to make one name of the other (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}
