//! On a terminal: colours and a bar, unless `NO_COLOR` or `TERM=dumb` is set; elsewhere never an escape sequence.

use crate::faults::ledger;
use crate::support::{TestApp, history};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::process::{Command, Stdio};

/// A terminal of 100 columns: our end of it, and the program's.
fn terminal() -> (File, File) {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let path = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
    let terminal = OpenOptions::new().read(true).write(true).open(path).unwrap();
    let size = rustix::termios::Winsize { ws_row: 40, ws_col: 100, ws_xpixel: 0, ws_ypixel: 0 };
    rustix::termios::tcsetwinsize(&terminal, size).unwrap();
    (File::from(master), terminal)
}

/// What a command writes on a terminal as its standard error, and its exit code.
fn on_terminal(mut command: Command, variables: &[(&str, &str)]) -> (String, Option<i32>) {
    let (mut ours, theirs) = terminal();
    // In a build, colours are wanted whatever the terminal.
    command
        .env_remove("CI")
        .env_remove("NO_COLOR")
        .env("TERM", "xterm-256color")
        .envs(variables.iter().copied());
    let mut child = command.stdout(Stdio::null()).stderr(theirs).spawn().unwrap();
    // The program's end is closed here, so that reading ends when the program does.
    drop(command);
    let mut written = Vec::new();
    let mut piece = [0; 4096];
    while let Ok(count) = ours.read(&mut piece) {
        if count == 0 {
            break;
        }
        written.extend_from_slice(&piece[..count]);
    }
    (String::from_utf8_lossy(&written).into_owned(), child.wait().unwrap().code())
}

const ESCAPE: char = '\u{1b}';

#[test]
fn errors_are_coloured_on_a_terminal_unless_its_user_wants_none() {
    let dir = tempfile::tempdir().unwrap();
    let wrong = || ledger(dir.path(), &["veryfy"]);
    for (variables, is_coloured) in
        [(&[][..], true), (&[("NO_COLOR", "1")], false), (&[("TERM", "dumb")], false)]
    {
        let (text, code) = on_terminal(wrong(), variables);
        assert_eq!(code, Some(64), "{text}");
        assert!(text.contains("verify"), "{text}");
        assert_eq!(text.contains(ESCAPE), is_coloured, "{variables:?} {text:?}");
    }
    let output = wrong().output().unwrap();
    assert!(!output.stderr.contains(&b'\x1b'), "elsewhere there are no colours");
}

#[test]
fn log_lines_are_coloured_on_a_terminal_unless_its_user_wants_none() {
    let dir = tempfile::tempdir().unwrap();
    for (variables, is_coloured) in
        [(&[][..], true), (&[("NO_COLOR", "1")], false), (&[("TERM", "dumb")], false)]
    {
        // A setting that is warned of, with a command that needs no database.
        let mut command = ledger(dir.path(), &["openapi"]);
        command.env("LEDGER_LEASE_MINUTES", "5").env("RUST_LOG", "warn");
        let (text, code) = on_terminal(command, variables);
        assert_eq!(code, Some(0), "{text}");
        assert!(text.contains("WARN") && text.contains("600 seconds"), "{text}");
        assert_eq!(text.contains(ESCAPE), is_coloured, "{variables:?} {text:?}");
    }
}

/// A bar with rate and time left on a terminal; elsewhere nothing, as long as it takes less than ten seconds.
#[tokio::test(flavor = "multi_thread")]
async fn a_long_run_shows_a_bar_on_a_terminal_only() {
    let app = TestApp::start().await;
    history::capture(&app.app, (0..300).map(|n| format!("0912{n:07}"))).await;
    let dir = tempfile::tempdir().unwrap();
    let rebuild = || {
        let mut command = ledger(dir.path(), &["rebuild", "--all", "--dry-run"]);
        command.env("DATABASE_URL", &app.database_url);
        command
    };
    let (text, code) = on_terminal(rebuild(), &[]);
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.contains("folding the log") && text.contains("events, ") && text.contains("left"),
        "{text:?}"
    );
    let (text, code) = on_terminal(rebuild(), &[("TERM", "dumb")]);
    assert_eq!((code, text.as_str()), (Some(0), ""), "a dumb terminal cannot draw");
    let output = rebuild().output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

/// A password is not shown while it is typed, and the terminal shows what is typed afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_is_typed_is_not_shown() {
    let app = TestApp::start().await;
    let dir = tempfile::tempdir().unwrap();
    let (mut ours, theirs) = terminal();
    let mut command = ledger(dir.path(), &["user", "passwd", "admin"]);
    command.env("DATABASE_URL", &app.database_url).stdin(theirs.try_clone().unwrap());
    let mut child = command.stdout(Stdio::null()).stderr(theirs.try_clone().unwrap()).spawn().unwrap();
    let mut shown = String::new();
    let mut piece = [0; 1024];
    while !shown.contains("Password: ") {
        let count = ours.read(&mut piece).unwrap();
        shown += &String::from_utf8_lossy(&piece[..count]);
    }
    ours.write_all(b"a typed password\n").unwrap();
    while !shown.contains("done: ") {
        let count = ours.read(&mut piece).unwrap();
        shown += &String::from_utf8_lossy(&piece[..count]);
    }
    assert!(child.wait().unwrap().success() && !shown.contains("typed"), "{shown}");
    let modes = rustix::termios::tcgetattr(&theirs).unwrap().local_modes;
    assert!(modes.contains(rustix::termios::LocalModes::ECHO));
}
