//! Secrets: a password that nobody gave, and files that others can read.

use crate::faults::ledger;
use crate::support::clients::http;
use serde_json::json;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// The program with what production needs, in files of this mode where a file is named.
fn production(dir: &Path, arguments: &[&str]) -> Command {
    let mut command = ledger(dir, arguments);
    command.env("LEDGER_ENV", "production").env("RUST_LOG", "info").env("DIALER_TOKEN", SECRET);
    command.env("LEDGER_JWT_SECRET", SECRET).env("DIALER_API_KEY", SECRET);
    command
}

fn write(dir: &Path, name: &str, text: &str, mode: u32) -> String {
    let path = dir.join(name);
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    path.to_str().unwrap().to_owned()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

struct Service(Child);

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the service, and answers what it said until then and where it listens.
async fn start(mut command: Command, log: &Path) -> (Service, String, String) {
    let file = std::fs::File::create(log).unwrap();
    let mut child = command.stdout(Stdio::null()).stderr(file).spawn().unwrap();
    let until = Instant::now() + Duration::from_mins(1);
    loop {
        let text = std::fs::read_to_string(log).unwrap();
        if let Some((_, rest)) = text.split_once(" on http://")
            && text.contains("Try:")
        {
            let address = rest.lines().next().unwrap().to_owned();
            return (Service(child), text, address);
        }
        assert!(Instant::now() < until && child.try_wait().unwrap().is_none(), "{text}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Issue 14, part 5
#[tokio::test(flavor = "multi_thread")]
async fn in_production_a_made_up_admin_password_is_written_once_for_its_owner_alone() {
    let dir = tempfile::tempdir().unwrap();
    let (file, log) = (dir.path().join(".lead-ledger/admin-password"), dir.path().join("log"));
    let (service, told, address) = start(production(dir.path(), &["serve"]), &log).await;
    let password = std::fs::read_to_string(&file).unwrap();
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!told.contains(password.trim()), "the password is in the log");
    assert!(told.contains("admin-password"), "{told}");
    let log_in = json!({ "username": "admin", "password": password.trim() });
    let url = format!("http://{address}/api/auth/login");
    let answer = http().build().unwrap().post(url).json(&log_in).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    drop(service);
    std::fs::remove_file(&file).unwrap();
    let (_service, told, _) = start(production(dir.path(), &["serve"]), &log).await;
    assert!(!file.exists() && !told.contains("admin-password"), "it is written once: {told}");
}

/// Issue 14, part 5
#[test]
fn a_secrets_file_that_others_can_read_is_refused_in_production_and_warned_of_while_developing() {
    let dir = tempfile::tempdir().unwrap();
    for (mode, is_exposed) in
        [(0o600, false), (0o400, false), (0o640, true), (0o644, true), (0o604, true), (0o666, true)]
    {
        for name in ["DIALER_TOKEN", "LEDGER_JWT_SECRET", "META_APP_SECRET", "LEDGER_ADMIN_PASSWORD"] {
            let path = write(dir.path(), "secret", SECRET, mode);
            let mut command = production(dir.path(), &["openapi"]);
            command.env_remove(name).env(format!("{name}_FILE"), &path);
            let output = command.output().unwrap();
            let status = if is_exposed { 64 } else { 0 };
            assert_eq!(output.status.code(), Some(status), "{name} {mode:o}: {}", said(&output));
            assert_eq!(said(&output).contains(&format!("chmod 600 {path}")), is_exposed, "{}", said(&output));
            let mut command = ledger(dir.path(), &["openapi"]);
            command.env_remove(name).env(format!("{name}_FILE"), &path).env("RUST_LOG", "warn");
            let output = command.output().unwrap();
            assert_eq!(output.status.code(), Some(0), "{}", said(&output));
            assert_eq!(said(&output).contains("others can read"), is_exposed, "{}", said(&output));
            assert!(!said(&output).contains(SECRET));
        }
    }
}

/// Issue 14, part 5: the settings file, where secrets are in it.
#[test]
fn a_settings_file_with_secrets_is_its_owners_alone() {
    let dir = tempfile::tempdir().unwrap();
    let with = format!("DIALER_TOKEN = \"{SECRET}\"\n");
    let url = "DATABASE_URL = \"postgres://ledger:pass@db/ledger\"\n".to_owned();
    let without = "LEDGER_BATCH_SIZE = 50\nDATABASE_URL = \"postgres://ledger@db/ledger\"\n".to_owned();
    for (text, mode, is_refused) in [
        (&with, 0o644, true),
        (&with, 0o600, false),
        (&url, 0o644, true),
        (&url, 0o600, false),
        (&without, 0o644, false),
    ] {
        write(dir.path(), "lead-ledger.toml", text, mode);
        let mut command = production(dir.path(), &["openapi"]);
        if text == &with {
            command.env_remove("DIALER_TOKEN");
        }
        let output = command.output().unwrap();
        let status = if is_refused { 64 } else { 0 };
        assert_eq!(output.status.code(), Some(status), "{mode:o} {text}: {}", said(&output));
    }
    // What the environment says instead is not in the file's hands.
    write(dir.path(), "lead-ledger.toml", &with, 0o644);
    assert!(production(dir.path(), &["openapi"]).output().unwrap().status.success());
}
