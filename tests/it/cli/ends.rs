//! How do commands end? With exit code 0, 1, 2 or 64, and with a next step on every error.

use crate::cli::{printed, run};
use crate::faults::ledger;
use crate::support::TestApp;
use serde_json::Value;
use std::io::Write;
use std::process::{Output, Stdio};

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A wrong command line is 64 before anything is opened, and the nearest right word is suggested.
#[test]
fn a_wrong_command_line_is_64_with_the_nearest_right_word() {
    let dir = tempfile::tempdir().unwrap();
    for (arguments, suggestion) in [
        (&["veryfy"][..], "'verify'"),
        (&["verify", "--jsn"], "'--json'"),
        (&["user", "lst"], "'list'"),
        (&["user", "add", "sara", "--role", "supervizor"], "'supervisor'"),
        (&["user", "scopes", "sara", "leads:qualfy"], "leads:qualify"),
        (&["key", "add", "x", "--scope", "dialr"], "'dialer'"),
        (&["key", "set", "x", "--timezone", "Mars"], "Europe/London"),
        (&["key", "set", "x", "--region", "Iran"], "IR"),
        (&["key", "set", "x", "--signed", "onn"], "'on'"),
        (&["sign", "--canonical", "pyton"], "'python'"),
        (&["replay", "--lead", "the first"], "a UUID"),
        (&["replay", "--from", "0"], "1.."),
        (&["replay", "--as-of", "yesterday"], "ISO 8601"),
        (&["rebuild"], "--all"),
        (&["rebuild", "leed"], "'lead'"),
        (&["rebuild", "--as-of", "2026-05-31", "--into", "End of May"], "end_of_may"),
        (&["set-aside", "0", "--because", "x"], "1.."),
        (&["bench", "apend"], "'append'"),
        (&["bench", "--seconds", "0"], "1.."),
        (&["openapi", "telecaler"], "'telecaller'"),
        (&["completions", "bsh"], "'bash'"),
        (&["user", "add", " \u{200b} "], "the name is empty"),
    ] {
        let output = ledger(dir.path(), arguments).output().unwrap();
        let told = said(&output);
        assert_eq!(output.status.code(), Some(64), "{arguments:?} {told}");
        assert!(told.contains(suggestion) && told.contains("--help"), "{arguments:?} {told}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn help_and_version_are_0_on_standard_output() {
    let dir = tempfile::tempdir().unwrap();
    for arguments in
        [&["help"][..], &["--help"], &["help", "user", "add"], &["rebuild", "--help"], &["--version"]]
    {
        let output = ledger(dir.path(), arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?} {}", said(&output));
        assert!(output.stdout.len() > 10 && output.stderr.is_empty(), "{arguments:?}");
    }
}

/// What cannot be done is 2, and the last line says what to do.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_done_is_2_with_a_next_step() {
    let app = TestApp::start().await;
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("a.pdf"), "%PDF-1.4").unwrap();
    std::fs::write(dir.path().join("numbers.csv"), "phone\nletters\n").unwrap();
    for (arguments, next) in [
        (&["user", "passwd", "nobody"][..], "see lead-ledger user list"),
        (&["user", "scopes", "nobody"], "see lead-ledger user list"),
        (&["user", "add", "admin"], "choose another"),
        (&["key", "set", "nothing", "--region", "GB"], "see lead-ledger key list"),
        (&["key", "revoke", "0000000000000000"], "see lead-ledger key list"),
        (&["key", "add", "signed", "--signed", "on"], "set DIALER_SECRET_KEY"),
        (&["sign"], "set DIALER_SECRET_KEY"),
        (&["replay", "--lead", "77"], "without --lead"),
        (&["set-aside", "99999", "--because", "x"], "run lead-ledger verify"),
        (&["import", "nothing.csv"], "give the path of a CSV or XLSX file"),
        (&["import", "a.pdf"], "save it as CSV or XLSX"),
        (&["import", "numbers.csv", "--agent", "77"], "see the first column of lead-ledger user list"),
        (&["import", "numbers.csv", "--errors", "/nowhere/at/all.csv"], "--errors ELSEWHERE.csv"),
        (&["rebuild", "--as-of", "2199-01-01", "--into", "later"], "a time up to now"),
        (&["man", "/proc/nowhere"], "choose another folder"),
    ] {
        let output = run(&app, dir.path(), arguments);
        let told = said(&output);
        assert_eq!(output.status.code(), Some(2), "{arguments:?} {told}");
        let last = told.trim_end().lines().last().unwrap_or_default();
        assert!(last.starts_with("lead-ledger: ") && last.contains(next), "{arguments:?} {told}");
    }
}

/// Names and phone numbers lose the blanks around them, as in the HTTP APIs; a password keeps them.
#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_added_without_the_blanks_around_the_name() {
    let app = TestApp::start().await;
    let dir = tempfile::tempdir().unwrap();
    let mut command =
        ledger(dir.path(), &["user", "add", " sara\u{200b} ", "--role", "SUPERVISOR", "--json"]);
    command.args(["--first-name", " Sara ", "--email", " sara@example.com"]);
    command.env("DATABASE_URL", &app.database_url).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(b" a long password \n").unwrap();
    let added: Value = serde_json::from_str(&printed(&child.wait_with_output().unwrap())).unwrap();
    assert_eq!((&added["username"], &added["role"]), (&"sara".into(), &"supervisor".into()), "{added}");
    let listed = printed(&run(&app, dir.path(), &["user", "list", "--json"]));
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let sara = listed.as_array().unwrap().iter().find(|person| person["id"] == added["id"]).unwrap();
    assert_eq!((&sara["username"], &sara["email"]), (&"sara".into(), &"sara@example.com".into()), "{sara}");
    let log_in = serde_json::json!({ "username": "sara", "password": " a long password " });
    let url = format!("http://{}/api/auth/login", app.address);
    let answer =
        crate::support::clients::http().build().unwrap().post(url).json(&log_in).send().await.unwrap();
    assert_eq!(answer.status(), 200);
}

/// JSON that programs read: what an import did, and what a position set aside.
#[tokio::test(flavor = "multi_thread")]
async fn results_are_json_where_they_are_asked_for() {
    let app = TestApp::start().await;
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("numbers.csv"), "phone\n09121112222\nletters\n").unwrap();
    let json = |arguments: &[&str]| -> Value {
        serde_json::from_str(&printed(&run(&app, dir.path(), arguments))).unwrap()
    };
    let imported = json(&["import", "numbers.csv", "--json"]);
    assert_eq!(imported, serde_json::json!({ "inserted": 1, "duplicates": 0, "invalid": 1 }));
    let key = json(&["key", "add", "dialer-2", "--json"]);
    assert_eq!(key["key"].as_str().unwrap().len(), 48, "{key}");
    let listed = json(&["key", "list", "--json"]);
    assert!(listed.to_string().contains(key["fingerprint"].as_str().unwrap()), "{listed}");
    assert_eq!(json(&["verify", "--json"])["is_clean"], true);
    assert_eq!(json(&["rebuild", "lead", "--json"])["comparisons"][0]["projection"], "lead");
}

/// `| head` ends a command without a word, and a full disk is an error.
#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_has_gone_is_no_error_and_a_full_disk_is_one() {
    let app = TestApp::start().await;
    let dir = tempfile::tempdir().unwrap();
    for arguments in [&["user", "list"][..], &["replay"], &["openapi", "native"], &["completions", "bash"]] {
        let start = |out: Stdio| {
            let mut command = ledger(dir.path(), arguments);
            command.env("DATABASE_URL", &app.database_url).stdout(out).stderr(Stdio::piped());
            command.spawn().unwrap()
        };
        let mut child = start(Stdio::piped());
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), said(&output).as_str()), (Some(0), ""), "{arguments:?}");
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = start(full.into()).wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?} {}", said(&output));
        assert!(said(&output).contains("make room where it goes"), "{}", said(&output));
    }
}
