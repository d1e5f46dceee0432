//! Who gets PostgreSQL installed, with which words, and what is said when it is not? The package managers and `sudo` are
//! scripts in a folder that is the whole `PATH`.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::embedded_error::EmbeddedError;
use super::install::{Machine, NotInstalled};

/// Writes down what it is called with, one argument a line, and "installs" by making a file.
const MANAGER: &str =
    r#"printf '%s\n' "${0##*/}" "$@" >>"$dir/called"; [ "$1" = update ] || touch "$dir/installed""#;
const FREE_SUDO: &str = r#"echo "sudo $1" >>"$dir/called"; [ "$2" = true ] || { shift; exec "$@"; }"#;
const SUDO: &str = r#"[ "$1" != -n ] || exit 1; echo "sudo with a password" >>"$dir/called"; exec "$@""#;

/// Makes the folder. A shell writes the scripts: a file that this process writes may still be open in a child of
/// another test's when it is to be run.
const SET_UP: &str = r#"
dir=$1; shift; mkdir "$dir/bin"
for name in sh timeout touch sleep seq; do ln -s "$(command -v $name)" "$dir/bin/$name"; done
while [ $# -gt 0 ]; do
    { echo '#!/bin/sh'; echo "dir='$dir'"; echo "$2"; } >"$dir/bin/$1"; chmod +x "$dir/bin/$1"; shift 2
done
"#;

struct Fake(tempfile::TempDir);

impl Fake {
    fn new(programs: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut set_up = Command::new("sh");
        set_up.args(["-ec", SET_UP, "sh"]).arg(dir.path()).stdin(Stdio::null());
        for (name, script) in programs {
            set_up.args([name, script]);
        }
        assert!(set_up.status().unwrap().success());
        Self(dir)
    }

    fn dir(&self) -> &Path {
        self.0.path()
    }

    fn called(&self) -> String {
        fs::read_to_string(self.dir().join("called")).unwrap_or_default()
    }

    /// Lets `change` set the circumstances, installs, and answers what was said.
    fn install(&self, change: impl FnOnce(&mut Machine<'_>)) -> (Result<(), NotInstalled>, String) {
        let path = self.dir().join("bin");
        let is_installed = || self.dir().join("installed").exists();
        let mut machine = Machine {
            path: path.as_os_str(),
            is_root: false,
            may_install: true,
            ask: None,
            lock: self.dir().join("lock"),
            seconds_max: 60,
            is_installed: &is_installed,
        };
        change(&mut machine);
        let mut said = Vec::new();
        let done = machine.install(&mut said);
        (done, String::from_utf8(said).unwrap())
    }

    /// As [`Fake::install`], and the whole message of the refusal; nothing may have been called.
    fn refusal(&self, change: impl FnOnce(&mut Machine<'_>)) -> String {
        let (done, said) = self.install(change);
        assert_eq!((self.called(), said), (String::new(), String::new()));
        message(done.unwrap_err())
    }
}

fn message(why: NotInstalled) -> String {
    EmbeddedError::NoPrograms { bin_dir: None, too_old: Vec::new(), not_installed: Some(why) }.to_string()
}

#[test]
fn root_installs_after_one_line_and_makes_no_database_cluster_of_the_systems() {
    let fake = Fake::new(&[("apt-get", MANAGER)]);
    let (done, said) = fake.install(|machine| machine.is_root = true);
    assert_eq!(done, Ok(()));
    assert_eq!(
        said,
        "PostgreSQL's programs are missing; installing them with `apt-get update && apt-get install --yes \
         --no-install-recommends postgresql` (LEDGER_INSTALL=off forbids this) ...\n"
    );
    let called = fake.called();
    assert!(called.starts_with("apt-get\nupdate\napt-get\ninstall\n"), "{called}");
    let file = "/etc/postgresql-common/createcluster.d/lead-ledger.conf";
    for argument in [
        "postgresql".to_owned(),
        format!(
            "DPkg::Pre-Invoke::=mkdir -p /etc/postgresql-common/createcluster.d && echo create_main_cluster = false >{file}"
        ),
    ] {
        assert!(called.lines().any(|line| line == argument), "{argument} is missing in {called}");
    }
}

#[test]
fn a_user_whose_sudo_wants_no_password_installs_without_a_question() {
    let fake = Fake::new(&[("apt-get", MANAGER), ("sudo", FREE_SUDO)]);
    let (done, said) = fake.install(|machine| machine.ask = Some(&|_| panic!("there is nothing to ask")));
    assert_eq!((done, said.lines().count()), (Ok(()), 1));
    assert!(said.contains("`sudo apt-get update && sudo apt-get install"), "{said}");
    assert!(fake.called().starts_with("sudo -n\nsudo -n\napt-get\nupdate\n"), "{}", fake.called());
}

#[test]
fn a_user_on_a_terminal_is_asked_and_a_no_changes_nothing() {
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    fn no(question: &str) -> bool {
        assert!(question.contains("sudo apt-get install") && question.ends_with("[y/N] "), "{question}");
        ASKED.fetch_add(1, Ordering::Relaxed);
        false
    }
    let fake = Fake::new(&[("apt-get", MANAGER), ("sudo", SUDO)]);
    let refused = fake.refusal(|machine| machine.ask = Some(&no));
    assert!(
        refused.contains("the answer was not yes") && refused.contains("sudo apt-get update"),
        "{refused}"
    );
    assert_eq!(ASKED.load(Ordering::Relaxed), 1);

    let (done, _) = fake.install(|machine| machine.ask = Some(&|_| true));
    assert_eq!(done, Ok(()));
    assert!(fake.called().starts_with("sudo with a password\napt-get\nupdate\n"), "{}", fake.called());
}

#[test]
fn a_user_without_rights_gets_one_line_to_paste_and_the_other_ways() {
    for (sudo, line) in [
        (&[("apt-get", MANAGER)][..], "\n  su - -c 'apt-get update && apt-get install --yes "),
        (&[("apt-get", MANAGER), ("sudo", SUDO)], "\n  sudo apt-get update && sudo apt-get install --yes "),
    ] {
        let refused = Fake::new(sudo).refusal(|_| {});
        for part in [line, "LEDGER_PG_BIN", "DATABASE_URL", "/usr/lib/postgresql/*/bin", "neither root nor"] {
            assert!(refused.contains(part), "{part} is missing in {refused}");
        }
        assert!(!refused.contains("dnf"), "only this machine's line: {refused}");
    }
}

#[test]
fn the_setting_off_forbids_it_even_to_root() {
    let fake = Fake::new(&[("apt-get", MANAGER)]);
    let refused = fake.refusal(|machine| (machine.is_root, machine.may_install) = (true, false));
    assert!(
        refused.contains("LEDGER_INSTALL=off forbids") && refused.contains("apt-get install"),
        "{refused}"
    );
}

#[test]
fn a_machine_without_a_known_package_manager_gets_the_lines_of_all() {
    let refused = Fake::new(&[]).refusal(|machine| machine.is_root = true);
    for part in ["there is no apt-get, dnf or apk", "apt install", "dnf install", "apk add", "brew install"] {
        assert!(refused.contains(part), "{part} is missing in {refused}");
    }
}

#[test]
fn fedora_and_alpine_use_their_own_package_managers() {
    for (manager, package) in [("dnf", "postgresql-server"), ("apk", "postgresql")] {
        let fake = Fake::new(&[(manager, MANAGER)]);
        assert_eq!(fake.install(|machine| machine.is_root = true).0, Ok(()));
        assert!(fake.called().lines().any(|argument| argument == package), "{}", fake.called());
    }
}

#[test]
fn a_failed_installation_ends_with_the_last_lines_of_the_package_manager() {
    let failing = "seq 100 199; echo 'E: Unable to locate package postgresql' >&2; exit 100";
    let fake = Fake::new(&[("apt-get", failing)]);
    let (done, _) = fake.install(|machine| machine.is_root = true);
    let refused = message(done.unwrap_err());
    assert!(
        refused.contains("198\n199\nE: Unable to locate package postgresql\nInstall it with"),
        "{refused}"
    );
    assert!(!refused.contains("150"), "only the last lines: {refused}");

    let silent = Fake::new(&[("apt-get", "exit 0")]);
    let (done, _) = silent.install(|machine| machine.is_root = true);
    assert!(
        message(done.unwrap_err()).contains("(it said nothing)"),
        "success without programs is a failure"
    );
}

#[test]
fn a_package_manager_that_hangs_is_ended() {
    let fake = Fake::new(&[("apt-get", "echo 'Waiting for headers'; sleep 300")]);
    let began = Instant::now();
    let (done, _) = fake.install(|machine| (machine.is_root, machine.seconds_max) = (true, 1));
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    let refused = message(done.unwrap_err());
    assert!(
        refused.contains("Waiting for headers\nIt was ended because it took longer than 1 seconds."),
        "{refused}"
    );
}

#[test]
fn of_two_processes_at_once_one_installs_and_the_other_waits_for_it() {
    let fake = Fake::new(&[("apt-get", &format!("sleep 0.3; {MANAGER}"))]);
    std::thread::scope(|scope| {
        let both = [(), ()].map(|()| scope.spawn(|| fake.install(|machine| machine.is_root = true).0));
        for one in both {
            assert_eq!(one.join().unwrap(), Ok(()));
        }
    });
    assert_eq!(fake.called().lines().filter(|argument| *argument == "install").count(), 1);
}

#[test]
fn a_lock_that_cannot_be_opened_is_said_and_installs_nothing() {
    let fake = Fake::new(&[("apt-get", MANAGER)]);
    let lock = fake.dir().join("missing/lock");
    let refused = fake.refusal(|machine| (machine.is_root, machine.lock) = (true, lock));
    assert!(refused.contains("missing/lock cannot be locked"), "{refused}");
}
