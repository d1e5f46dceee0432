//! The settings: what does the service refuse or warn of, and who else can read its secrets?

use super::finding::{Finding, State, quoted};
use crate::config::{Config, Fault, Faults, exposure};
use std::path::Path;
use std::time::{Duration, SystemTime};

const SETTINGS: &str = "settings";
const SECRETS: &str = "secrets";
/// The secrets that the service makes and keeps in the data directory.
const KEPT: [&str; 3] = ["jwt-secret", "dialer-token", "from-dialer-key"];
/// The password that the service made up for the first admin.
const ADMIN_PASSWORD: &str = "admin-password";
/// The age at which a secret should be changed.
pub const OLD: Duration = Duration::from_hours(365 * 24);

pub fn check(settings: &Result<Config, Faults>) -> Vec<Finding> {
    match settings {
        Err(faults) => faults.0.iter().map(of_fault).collect(),
        Ok(config) => {
            let mut findings: Vec<Finding> = config.warnings.iter().map(|text| of_warning(text)).collect();
            if findings.is_empty() {
                let word = if config.is_production { "production" } else { "development" };
                findings.push(Finding::ok(SETTINGS, format!("all settings can be used ({word})")));
            }
            findings.extend(secrets(config));
            findings
        }
    }
}

fn of_fault(fault: &Fault) -> Finding {
    let Fault { variable, problem, example } = fault;
    let next = if variable.ends_with(".toml") {
        format!("${{EDITOR:-vi}} {variable}")
    } else if example.is_empty() {
        format!("unset {variable}; sed -i '/^ *{variable} *=/Id' lead-ledger.toml")
    } else {
        format!("export {variable}=\"{example}\"")
    };
    Finding::of_message(SETTINGS, State::Broken, &format!("{variable}: {problem}"), next)
}

fn of_warning(text: &str) -> Finding {
    Finding::of_message(SETTINGS, State::Warning, text, "lead-ledger serve --help".to_owned())
}

/// The files with secrets in the data directory: their modes and ages.
fn secrets(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    for name in KEPT {
        let path = config.data_dir.join(name);
        findings.extend(exposed(&path, config.is_production));
        findings.extend(old(name, &path));
    }
    let password = config.data_dir.join(ADMIN_PASSWORD);
    findings.extend(exposed(&password, config.is_production));
    if config.is_production && password.exists() {
        let path = quoted(&password.to_string_lossy());
        let admin = quoted(&config.admin_username);
        findings.push(Finding::warning(
            SECRETS,
            format!("the first admin's password is still in {path}"),
            format!("lead-ledger user passwd {admin} && rm {path}"),
        ));
    }
    if findings.is_empty() {
        let found = "no file with a secret can be read by others, and none is older than a year";
        findings.push(Finding::ok(SECRETS, found));
    }
    findings
}

fn exposed(path: &Path, is_production: bool) -> Option<Finding> {
    let state = if is_production { State::Broken } else { State::Warning };
    Some(Finding::of_message(SECRETS, state, &exposure(path)?, String::new()))
}

fn old(name: &str, path: &Path) -> Option<Finding> {
    let age = SystemTime::now().duration_since(path.metadata().ok()?.modified().ok()?).ok()?;
    let days = age.as_secs() / 86_400;
    (age > OLD).then(|| {
        Finding::warning(
            SECRETS,
            format!("{name} is {days} days old; the next start of the service makes another one"),
            format!("rm {}", quoted(&path.to_string_lossy())),
        )
    })
}
