//! The doctor on settings that cannot be used, and on secrets that others can read.

use super::{doctor, doctor_in, paste};
use crate::faults::ledger;
use std::os::unix::fs::PermissionsExt;

#[test]
fn settings_that_cannot_be_used_are_1_and_all_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let (found, code) = doctor_in(dir.path(), &[("LEDGER_BIND", "here"), ("LEDGER_BTCH_SIZE", "5")]);
    let broken = found.in_state("broken");
    assert_eq!((code, broken.len()), (Some(1), 2), "{broken:?}");
    assert_eq!(broken[0], ("settings", "export LEDGER_BIND=\"127.0.0.1:8080\""));
    assert!(broken[1].1.starts_with("unset LEDGER_BTCH_SIZE"), "{broken:?}");
    let mut command = ledger(dir.path(), &["doctor"]);
    command.env("LEDGER_ENV", "production").env_remove("DIALER_TOKEN");
    let (found, code) = doctor(command);
    let broken = found.in_state("broken");
    assert_eq!(code, Some(1));
    for name in ["LEDGER_JWT_SECRET", "DIALER_TOKEN", "DIALER_API_KEY"] {
        let step = format!("export {name}=\"$(openssl rand -hex 32)\"");
        assert!(broken.contains(&("settings", step.as_str())), "{broken:?}");
    }
}

#[test]
fn a_secret_that_others_can_read_is_1_in_production_until_the_next_step_is_pasted() {
    let dir = tempfile::tempdir().unwrap();
    let secret = "0123456789abcdef0123456789abcdef";
    let path = dir.path().join("token");
    std::fs::write(&path, secret).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let found = || {
        let mut command = ledger(dir.path(), &["doctor"]);
        command.env_remove("DIALER_TOKEN").env("DIALER_TOKEN_FILE", &path).env("LEDGER_ENV", "production");
        command.env("LEDGER_JWT_SECRET", secret).env("DIALER_API_KEY", secret);
        doctor(command).0
    };
    let step = found().only_broken("settings");
    assert_eq!(step, format!("chmod 600 {}", path.display()));
    paste(&step, dir.path(), &[]);
    assert!(found().in_state("ok").iter().any(|(check, _)| *check == "settings"));
}
