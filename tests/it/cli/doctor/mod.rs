//! `lead-ledger doctor` on sound and on broken set-ups: each problem is named with its next step, and nothing is changed.

mod databases;
mod settings;

use crate::faults::{ledger, serve};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

/// What the doctor found.
struct Found(Vec<Value>);

impl Found {
    fn of(output: &Output) -> Self {
        let text = String::from_utf8_lossy(&output.stdout);
        let json: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {output:?}"));
        Self(json["findings"].as_array().unwrap().clone())
    }

    /// The checks in this state with their next steps.
    fn in_state(&self, state: &str) -> Vec<(&str, &str)> {
        let found = self.0.iter().filter(|finding| finding["state"] == state);
        found.map(|f| (f["check"].as_str().unwrap(), f["next"].as_str().unwrap_or_default())).collect()
    }

    /// The one problem, which is this check's; answers its next step.
    fn only_broken(&self, check: &str) -> String {
        let broken = self.in_state("broken");
        assert!(broken.len() == 1 && broken[0].0 == check, "{check}: {broken:?} {:#?}", self.0);
        broken[0].1.to_owned()
    }
}

fn doctor(mut command: Command) -> (Found, Option<i32>) {
    let output = command.args(["--json"]).output().unwrap();
    (Found::of(&output), output.status.code())
}

/// The doctor in this folder, with these settings.
fn doctor_in(dir: &Path, settings: &[(&str, &str)]) -> (Found, Option<i32>) {
    let mut command = ledger(dir, &["doctor"]);
    command.envs(settings.iter().copied());
    doctor(command)
}

/// Pastes a next step into a shell, as its reader would.
fn paste(line: &str, dir: &Path, settings: &[(&str, &str)]) {
    let program = Path::new(env!("CARGO_BIN_EXE_lead-ledger")).parent().unwrap();
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("PATH=\"{}:$PATH\"; {line}", program.display())).current_dir(dir);
    let output = shell.envs(settings.iter().copied()).env("RUST_LOG", "error").output().unwrap();
    // The exit code of `rebuild` says that rows differed, which is why it was run.
    assert!(matches!(output.status.code(), Some(0 | 1)), "{line}: {output:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sound_set_up_is_0_beside_the_service_and_alone_and_nothing_is_changed() {
    let dir = tempfile::tempdir().unwrap();
    let (mut service, _) = serve(&mut ledger(dir.path(), &["serve", "--demo"]));
    let history = || ledger(dir.path(), &["replay"]).output().unwrap().stdout;
    let before = history();
    let (beside, code) = doctor_in(dir.path(), &[]);
    assert_eq!((code, beside.in_state("broken")), (Some(0), vec![]), "{:#?}", beside.0);
    service.kill().unwrap();
    service.wait().unwrap();
    let (alone, code) = doctor_in(dir.path(), &[]);
    assert_eq!((code, alone.in_state("broken")), (Some(0), vec![]), "{:#?}", alone.0);
    for check in ["fsync", "full_page_writes", "schema", "event log", "read models", "keys", "disk space"] {
        assert!(alone.in_state("ok").iter().any(|(known, _)| *known == check), "{check}: {:#?}", alone.0);
    }
    // A warning that there is no backup says how to make one known.
    let warned = alone.in_state("warning");
    assert!(warned.contains(&("backups", "export LEDGER_BACKUP_DIR=/var/backups/lead-ledger")), "{warned:?}");
    assert!(warned.contains(&("verification", "lead-ledger verify")), "{warned:?}");
    assert!(warned.iter().all(|(_, next)| !next.is_empty()), "{warned:?}");
    assert_eq!(history(), before, "the doctor wrote an event");
    let text = ledger(dir.path(), &["doctor"]).output().unwrap();
    let text = String::from_utf8_lossy(&text.stdout).into_owned();
    assert!(text.contains("ok       fsync"), "{text}");
    assert!(text.contains("\n  next:  lead-ledger verify"), "{text}");
}
