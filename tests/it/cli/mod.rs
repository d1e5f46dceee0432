//! The command line beside a running service: keys, imports, completions.

mod doctor;
mod ends;
mod help;
mod terminal;

use crate::faults::{ledger, serve};
use crate::support::TestApp;
use crate::support::clients::Client;
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

pub fn run(app: &TestApp, dir: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lead-ledger"));
    command.args(arguments).current_dir(dir).env("DATABASE_URL", &app.database_url).env("RUST_LOG", "error");
    command.output().unwrap()
}

pub fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_added_used_listed_and_revoked() {
    let app = TestApp::start().await;
    let dir = tempfile::tempdir().unwrap();
    let key = printed(&run(&app, dir.path(), &["key", "add", "dialer-2", "--scope", "dialer"]));
    let second = Client::nobody(&app).with_token(&key);
    assert_eq!(second.next_batch(1).await.status, 200);
    let listed: Value =
        serde_json::from_str(&printed(&run(&app, dir.path(), &["key", "list", "--json"]))).unwrap();
    let entry = listed.as_array().unwrap().iter().find(|entry| entry["name"] == "dialer-2").unwrap();
    assert!(entry["last_used_at"].is_string(), "{entry}");
    assert!(!listed.to_string().contains(&key));
    let fingerprint = entry["fingerprints"][0].as_str().unwrap();
    printed(&run(&app, dir.path(), &["key", "revoke", fingerprint]));
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    assert_eq!(second.next_batch(1).await.status, 401);
    assert_eq!(Client::dialer(&app).next_batch(1).await.status, 200, "others' keys stay");
    let unknown = run(&app, dir.path(), &["key", "revoke", "0000000000000000"]);
    assert_eq!(unknown.status.code(), Some(2));
    let wrong = run(&app, dir.path(), &["key", "add", "x", "--scope", "everything"]);
    assert_eq!(wrong.status.code(), Some(64));
}

/// B-017, B-018: the demo has the document's own agents, by their dialer's ids and their names.
#[tokio::test(flavor = "multi_thread")]
async fn the_demo_has_the_documents_own_agents() {
    let dir = tempfile::tempdir().unwrap();
    let (mut service, address) = serve(&mut ledger(dir.path(), &["serve", "--demo"]));
    for (id, name) in [
        ("CalebG", "Caleb Galloway"),
        ("DaniC", "Danielle Crutchley"),
        ("JakeR", "Jake Rose"),
        ("LeiaG", "Leia Garbitt"),
        ("LibbyL", "Liberty Liddle-Old"),
        ("ImaniU", "Roheece Imani Hines"),
        ("Tyler", "Tyler Gittoes-Lemm"),
    ] {
        let click = json!({ "dialer_user_id": id, "phone": "+44123456789" });
        let path = format!("http://{address}/api/leads/from-dialer/");
        let answer =
            crate::support::clients::http().build().unwrap().post(path).json(&click).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["lead"]["assigned_agent_name"], name, "{answer}");
    }
    service.kill().unwrap();
    service.wait().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_imported_and_what_was_not_added_is_listed() {
    let app = TestApp::start().await;
    let dir = tempfile::tempdir().unwrap();
    let file = "phone\n09121112222\nletters\n0912 111 2222\n\n09123334444\n";
    std::fs::write(dir.path().join("numbers.csv"), file).unwrap();
    let told = printed(&run(&app, dir.path(), &["import", "numbers.csv"]));
    assert_eq!(told, "2 inserted, 1 duplicates, 1 invalid");
    let errors = std::fs::read_to_string(dir.path().join("numbers.errors.csv")).unwrap();
    assert_eq!(errors, "row,number,problem\n3,letters,not a phone number\n4,0912 111 2222,duplicate\n");
    let admin = Client::person(&app, "admin").await;
    assert_eq!(admin.get("/api/v1/numbers").await.body["total"], 2);
    let again = printed(&run(&app, dir.path(), &["import", "numbers.csv", "--errors", "again.csv"]));
    assert_eq!(again, "0 inserted, 3 duplicates, 1 invalid");
    assert_eq!(run(&app, dir.path(), &["import", "nothing.csv"]).status.code(), Some(2));
    app.rebuilt_equals_live().await;
}

/// K7, K9, K12, K13: the command reads files as the service does, and a file that cannot be read whole changes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn files_of_the_field_are_imported_with_their_lines() {
    let app = TestApp::start().await;
    let dir = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| std::fs::write(dir.path().join(name), bytes).unwrap();
    let wide = "\u{feff}sep=;\r\nردیف;موبایل\r\n20000;09121112222\r\n20001;bad\r\n".encode_utf16();
    put("wide.csv", &wide.flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
    assert_eq!(
        printed(&run(&app, dir.path(), &["import", "wide.csv"])),
        "1 inserted, 0 duplicates, 1 invalid"
    );
    let errors = std::fs::read_to_string(dir.path().join("wide.errors.csv")).unwrap();
    assert_eq!(errors, "row,number,problem\n3,bad,not a phone number\n");
    for (name, file, why) in [
        (
            "open.csv",
            &b"phone\n09123334444\n\"09125556666\n"[..],
            "The quote that opens in line 3 is never closed",
        ),
        ("old.xls", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "The file is an old Excel workbook (.xls)"),
        ("some.pdf", b"%PDF-1.4 0912 555 3333", "The file is a PDF"),
    ] {
        put(name, file);
        let refused = run(&app, dir.path(), &["import", name]);
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(refused.status.code() == Some(2) && told.contains(why), "{name}: {told}");
    }
    let agent = Client::person(&app, "admin").await.post("/api/v1/agents/", &json!({ "name": "A" })).await;
    put("leads.csv", b"List of May\n\nFirst Name\tPhone Number\rAna\t+14155550101\rBob\tbad\r");
    let id = agent.body["id"].as_str().unwrap();
    let told = printed(&run(&app, dir.path(), &["import", "leads.csv", "--agent", id]));
    assert_eq!(told, "1 inserted, 0 duplicates, 1 invalid");
    let errors = std::fs::read_to_string(dir.path().join("leads.errors.csv")).unwrap();
    assert_eq!(errors, "row,problem\n5,Invalid phone number format: bad\n");
    assert_eq!(app.count("lead_captured").await, 2);
    app.rebuilt_equals_live().await;
}

#[test]
fn completions_are_printed() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lead-ledger"));
        assert!(
            printed(&command.args(["completions", shell]).output().unwrap()).contains("rebuild"),
            "{shell}"
        );
    }
}

/// B-007
#[test]
fn a_body_is_signed_as_the_documents_program_signs_it() {
    let body = r#"{"dialer_user_id":"CalebG","full_name":"Test Lead","phone":"+44123456789","email":"test@example.com","address1":"123 Test Street","city":"London","postal_code":"SW1A 1AA","notes":"Test lead from dialer"}"#;
    let mut child = Command::new(env!("CARGO_BIN_EXE_lead-ledger"))
        .arg("sign")
        .env("DIALER_SECRET_KEY", "your-hmac-secret-key")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(body.as_bytes()).unwrap();
    let known = "8c134c045d66966c8bcd785cf0cd48e0a458dbf4e804471b7a05265e8938a19a";
    assert_eq!(printed(&child.wait_with_output().unwrap()), known);
}

/// Seen as a new user: a command in the wrong folder makes no empty ledger there and says that all is well; it says where it
/// looked.
#[test]
fn commands_in_a_folder_without_a_ledger_make_none_and_say_where_they_looked() {
    let dir = tempfile::tempdir().unwrap();
    for arguments in [
        &["verify"][..],
        &["verify", "--json"],
        &["user", "list"],
        &["user", "passwd", "admin"],
        &["key", "list"],
        &["replay"],
        &["rebuild", "--all"],
        &["set-aside", "1", "--because", "a trial"],
    ] {
        let output = ledger(dir.path(), arguments).stdin(Stdio::null()).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?} {told}");
        assert!(
            told.contains("there is no ledger in") && told.contains(".lead-ledger"),
            "{arguments:?} {told}"
        );
        assert!(told.contains("LEDGER_DATA_DIR"), "{told}");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "{arguments:?} made something");
    }
}

/// The same where `DATABASE_URL` names a database that is empty, and where nothing answers there.
#[tokio::test(flavor = "multi_thread")]
async fn commands_name_the_database_that_is_empty_or_away() {
    let app = TestApp::start().await;
    let dir = tempfile::tempdir().unwrap();
    // A database of its server without any table of ours.
    let name = format!("empty_{}", uuid::Uuid::now_v7().simple());
    sqlx::query(&format!("CREATE DATABASE {name}")).execute(&app.app.pool).await.unwrap();
    let (base, query) = app.database_url.split_once('?').unwrap_or((&app.database_url, ""));
    let empty = format!("{}/{name}?{query}", base.rsplit_once('/').unwrap().0);
    let output = ledger(dir.path(), &["user", "list"]).env("DATABASE_URL", &empty).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && told.contains("holds no ledger"), "{told}");
    for (url, place) in [
        ("postgres://nobody:secret@127.0.0.1:9/db", "127.0.0.1:9"),
        ("postgres://nobody@localhost/db?host=/nowhere/at/all", "/nowhere/at/all"),
    ] {
        for arguments in [&["user", "list"][..], &["verify"], &["serve"]] {
            let output = ledger(dir.path(), arguments).env("DATABASE_URL", url).output().unwrap();
            let told = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{arguments:?} {told}");
            let last = told.lines().last().unwrap_or_default();
            assert!(last.contains(place) && last.contains("DATABASE_URL"), "{arguments:?} {told}");
            assert!(!told.contains("secret"), "{told}");
        }
    }
}

/// A misspelt setting is refused with the nearest known name, wherever it stands.
#[test]
fn an_unknown_setting_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let told = |output: Output| {
        assert_eq!(output.status.code(), Some(64), "{output:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let environment = told(ledger(dir.path(), &["serve"]).env("LEDGER_BND", "127.0.0.1:1").output().unwrap());
    assert!(
        environment.contains("LEDGER_BND") && environment.contains("did you mean LEDGER_BIND?"),
        "{environment}"
    );
    std::fs::write(dir.path().join("lead-ledger.toml"), "ledger_timezon = \"UTC\"\n").unwrap();
    let file = told(ledger(dir.path(), &["user", "list"]).output().unwrap());
    assert!(file.contains("LEDGER_TIMEZON: ") && file.contains("did you mean LEDGER_TIMEZONE?"), "{file}");
}

/// F13: start-up warns of a lease that ends before a dialer's pause does.
#[tokio::test(flavor = "multi_thread")]
async fn a_short_lease_is_warned_of_at_the_start() {
    let app = TestApp::start().await;
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("log");
    let mut command = ledger(dir.path(), &["serve"]);
    command.env("DATABASE_URL", &app.database_url).env("RUST_LOG", "warn").env("LEDGER_LEASE_MINUTES", "5");
    let (mut service, _) = crate::faults::serve_logged(&mut command, &log).await;
    service.kill().unwrap();
    service.wait().unwrap();
    let told = std::fs::read_to_string(log).unwrap();
    assert!(told.contains("LEDGER_LEASE_MINUTES=5") && told.contains("600 seconds"), "{told}");
}
