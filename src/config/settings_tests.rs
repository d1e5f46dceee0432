//! What settings are read, refused and warned of?

use super::*;

fn read(pairs: &[(&str, &str)]) -> Result<Config, Faults> {
    let environment = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
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
    let faults = read(&[("LEDGER_BIND", "here"), ("LEDGER_TIMEZONE", "Mars"), ("LEDGER_BATCH_SIZE", "0")]);
    let told: Vec<_> = faults.unwrap_err().0.into_iter().map(|fault| fault.variable).collect();
    assert_eq!(told, ["LEDGER_BIND", "LEDGER_TIMEZONE", "LEDGER_BATCH_SIZE"]);
}

#[test]
fn installing_is_allowed_unless_the_setting_is_off() {
    assert_eq!(read(&[]).unwrap().installing, Installing::Allowed);
    assert_eq!(read(&[("LEDGER_INSTALL", "off")]).unwrap().installing, Installing::Forbidden);
    assert_eq!(read(&[("LEDGER_INSTALL", "never")]).unwrap_err().0[0].variable, "LEDGER_INSTALL");
}

/// F13
#[test]
fn a_lease_shorter_than_a_dialers_pause_is_warned_of_and_one_of_a_minute_refused() {
    let lease = |minutes| read(&[("LEDGER_LEASE_MINUTES", minutes)]);
    assert_eq!(lease("11").unwrap().warnings, Vec::<String>::new());
    for short in ["2", "10"] {
        let warnings = lease(short).unwrap().warnings;
        assert!(warnings.len() == 1 && warnings[0].contains("600 seconds"), "{warnings:?}");
    }
    for refused in ["0", "1", "-5", "1441", "soon"] {
        let told = lease(refused).unwrap_err().0;
        assert_eq!(told[0].variable, "LEDGER_LEASE_MINUTES", "{refused}");
    }
}

#[test]
fn an_unknown_setting_is_refused_with_the_nearest_known_name() {
    for (unknown, nearest) in [
        ("LEDGER_BND", "LEDGER_BIND"),
        ("LEDGER_BATCHSIZE", "LEDGER_BATCH_SIZE"),
        ("LEDGER_LEASE_MINUTE", "LEDGER_LEASE_MINUTES"),
        ("LEDGER_ADMIN_PASSWORD_FIL", "LEDGER_ADMIN_PASSWORD_FILE"),
        ("DIALER_TOKN", "DIALER_TOKEN"),
    ] {
        let told = read(&[(unknown, "1")]).unwrap_err().0;
        assert_eq!((told.len(), &*told[0].variable), (1, unknown));
        assert!(told[0].problem.ends_with(&format!("did you mean {nearest}?")), "{told:?}");
    }
    let in_file = Config::read("ledger_bnd = \"127.0.0.1:1\"\nport = 8080", BTreeMap::new()).unwrap_err().0;
    let told: Vec<_> = in_file.iter().map(|fault| &*fault.variable).collect();
    assert_eq!(told, ["LEDGER_BND", "PORT"]);
}

#[test]
fn what_others_put_into_the_environment_is_not_refused() {
    let others = [
        ("PATH", "/bin"),
        ("TWILIO_CLI", "1"),
        ("LEDGER_PORT", "tcp://10.0.0.1:8080"),
        ("LEDGER_PORT_8080_TCP_ADDR", "10.0.0.1"),
        ("LEDGER_SERVICE_HOST", "10.0.0.1"),
        ("LEDGER_SIMULATE_SEED", "1"),
    ];
    assert!(read(&others).is_ok(), "{:?}", read(&others));
}

/// B-011
#[test]
fn production_refuses_missing_short_and_published_secrets() {
    let faults =
        read(&[("LEDGER_ENV", "production"), ("DIALER_TOKEN", "margav-dialer-2024-secure-key-12345")]);
    let told: Vec<_> = faults.unwrap_err().0.into_iter().map(|fault| fault.variable).collect();
    assert_eq!(told, ["LEDGER_JWT_SECRET", "DIALER_TOKEN", "DIALER_API_KEY"]);
}

/// C-31
#[test]
fn a_call_provider_is_all_there_or_what_is_missing_is_told() {
    let (sid, token, from) = (
        ("TWILIO_ACCOUNT_SID", "AC1"),
        ("TWILIO_AUTH_TOKEN", "0123456789abcdef"),
        ("TWILIO_FROM", "+15005550006"),
    );
    assert!(matches!(read(&[sid, token, from]).unwrap().call_provider, Some(Provider::Twilio { .. })));
    assert!(matches!(read(&[token]).unwrap().call_provider, Some(Provider::Simulated)));
    let told: Vec<_> = read(&[sid]).unwrap_err().0.into_iter().map(|fault| fault.variable).collect();
    assert_eq!(told, ["TWILIO_AUTH_TOKEN", "TWILIO_FROM"]);
    let told = read(&[("LEDGER_CORS_ORIGINS", "https://a.example, *")]).unwrap_err().0;
    assert_eq!(told[0].variable, "LEDGER_CORS_ORIGINS");
}

/// B-093
#[test]
fn secrets_are_never_printed() {
    let config = read(&[("DIALER_TOKEN", "swordfish")]).unwrap();
    assert!(!format!("{config:?}").contains("swordfish"));
}

#[test]
fn a_settings_file_that_cannot_be_read_is_a_fault_and_a_missing_one_is_none() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("lead-ledger.toml");
    assert_eq!(file_text(&path), Ok(String::new()));
    std::fs::write(&path, [0xff, 0xfe]).unwrap();
    let not_text = file_text(&path).unwrap_err();
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    let no_file = file_text(&path).unwrap_err();
    for fault in [not_text, no_file] {
        assert!(fault.0[0].variable.ends_with("lead-ledger.toml"), "{fault}");
    }
}
