//! Installation: how does a machine without PostgreSQL's programs get them? By its own package manager.
//!
//! | the process runs | what happens |
//! |---|---|
//! | as root, or as a user whose `sudo` wants no password | one line says what is installed, then it is installed |
//! | as another user of `sudo`, on a terminal | a question, and after a yes `sudo` asks for the password |
//! | in any other way, or with `LEDGER_INSTALL=off` | nothing is changed; the error carries the one line to paste |

use std::env;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, IsTerminal, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use super::account::own_uid;
use super::data_directory::open_private;

/// Time for update, download and unpacking, in seconds; a mirror that hangs must not hang the service.
const SECONDS_MAX: u32 = 900;

/// How much of a failed installation's output the error repeats.
const LAST_LINES: usize = 8;

/// A package manager, and how it installs the programs of a PostgreSQL server without asking.
struct Manager {
    program: &'static str,
    /// Brings the list of packages up to date, where installing does not do that by itself.
    update: Option<&'static str>,
    install: &'static str,
    /// Further words of `install` that a person who types it does not need.
    options: &'static str,
}

/// The first one that the machine has is used.
///
/// Debian's package also makes a database cluster that starts with the machine. The ledger does not use it, so a file that
/// exists only while the packages are unpacked forbids it; existing configuration is not touched.
const MANAGERS: [Manager; 3] = [
    Manager {
        program: "apt-get",
        update: Some("apt-get update"),
        install: "apt-get install --yes --no-install-recommends postgresql",
        options: "-o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold \
             -o DPkg::Pre-Invoke::='mkdir -p /etc/postgresql-common/createcluster.d && \
             echo create_main_cluster = false >/etc/postgresql-common/createcluster.d/lead-ledger.conf' \
             -o DPkg::Post-Invoke::='rm -f /etc/postgresql-common/createcluster.d/lead-ledger.conf; \
             rmdir /etc/postgresql-common/createcluster.d 2>/dev/null || true'",
    },
    Manager {
        program: "dnf",
        update: None,
        install: "dnf install --assumeyes postgresql-server",
        options: "",
    },
    Manager { program: "apk", update: None, install: "apk add --update-cache postgresql", options: "" },
];

/// Why PostgreSQL was not installed, and what a person can paste to install it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotInstalled {
    pub why: String,
    /// `None` if no known package manager is there.
    pub line: Option<String>,
}

/// How the package manager gets the rights of root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rights {
    Root,
    FreeSudo,
    /// `sudo` is there, but wants a password.
    Sudo,
    None,
}

/// The circumstances that decide what happens.
pub(super) struct Machine<'a> {
    /// `PATH`: where package managers and `sudo` are looked for.
    pub path: &'a OsStr,
    pub is_root: bool,
    /// False with `LEDGER_INSTALL=off`.
    pub may_install: bool,
    /// Asks the person a question; `None` if there is no terminal.
    pub ask: Option<&'a dyn Fn(&str) -> bool>,
    /// Held while the package manager runs, by one process at a time.
    pub lock: PathBuf,
    pub seconds_max: u32,
    /// True as soon as the programs are there.
    pub is_installed: &'a dyn Fn() -> bool,
}

/// Installs PostgreSQL's programs, unless another process has done so by then. A process tries once: its later calls
/// return what the first one did.
pub(super) fn install_once(
    path: &OsStr,
    may_install: bool,
    is_installed: &dyn Fn() -> bool,
) -> Result<(), NotInstalled> {
    static DONE: OnceLock<Result<(), NotInstalled>> = OnceLock::new();
    let is_terminal = io::stdin().is_terminal() && io::stderr().is_terminal();
    let uid = own_uid();
    let machine = Machine {
        path,
        is_root: uid == Some(0),
        may_install,
        ask: is_terminal.then_some(&ask_person),
        lock: env::temp_dir().join(format!("lead-ledger-install-{}.lock", uid.unwrap_or_default())),
        seconds_max: SECONDS_MAX,
        is_installed,
    };
    DONE.get_or_init(|| machine.install(&mut io::stderr())).clone()
}

impl Machine<'_> {
    /// Decides, says so in one line to `talk`, and installs.
    pub fn install(&self, talk: &mut dyn Write) -> Result<(), NotInstalled> {
        let Some(manager) = MANAGERS.iter().find(|manager| self.has(manager.program)) else {
            let why = "It cannot be installed automatically: there is no apt-get, dnf or apk here.";
            return Err(NotInstalled { why: why.to_owned(), line: None });
        };
        let rights = self.rights();
        let line = manager.line_to_paste(rights);
        let refused = |why: &str| NotInstalled { why: why.to_owned(), line: Some(line.clone()) };
        if !self.may_install {
            return Err(refused("LEDGER_INSTALL=off forbids lead-ledger to install it."));
        }
        if rights == Rights::None || rights == Rights::Sudo && self.ask.is_none() {
            return Err(refused(
                "lead-ledger cannot install it for you: this user is neither root nor a user of sudo without a \
                 password.",
            ));
        }

        let locked = open_private(&self.lock).and_then(|file| file.lock().map(|()| file));
        let _held = locked.map_err(|error| {
            refused(&format!("It was not installed: {} cannot be locked ({error}).", self.lock.display()))
        })?;
        if (self.is_installed)() {
            return Ok(());
        }
        let question = format!("PostgreSQL's programs are missing. Install them with `{line}`? [y/N] ");
        if let (Rights::Sudo, Some(ask)) = (rights, self.ask)
            && !ask(&question)
        {
            return Err(refused("It was not installed, because the answer was not yes."));
        }
        // If standard error is closed, the installation is no less wanted.
        let _ = writeln!(
            talk,
            "PostgreSQL's programs are missing; installing them with `{line}` (LEDGER_INSTALL=off forbids this) ..."
        );
        self.run(manager, rights)
            .map_err(|said| refused(&format!("Installing it with {} failed:\n{said}", manager.program)))
    }

    fn has(&self, program: &str) -> bool {
        env::split_paths(self.path).any(|dir| dir.join(program).is_file())
    }

    fn rights(&self) -> Rights {
        if self.is_root {
            return Rights::Root;
        }
        if !self.has("sudo") {
            return Rights::None;
        }
        let mut check = self.command("sudo");
        check.args(["-n", "true"]).stdout(Stdio::null()).stderr(Stdio::null());
        if check.status().is_ok_and(|status| status.success()) { Rights::FreeSudo } else { Rights::Sudo }
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("PATH", self.path).stdin(Stdio::null()).current_dir("/");
        command
    }

    /// The error is what the package manager said last. `timeout` runs with the rights of root, because this process
    /// could not end a process of root.
    fn run(&self, manager: &Manager, rights: Rights) -> Result<(), String> {
        let (script, limit) = (manager.script(), self.seconds_max.to_string());
        let mut words = match rights {
            Rights::Root | Rights::None => vec![],
            Rights::FreeSudo => vec!["sudo", "-n"],
            Rights::Sudo => vec!["sudo"],
        };
        words.extend(["timeout", "-k", "20", &limit, "sh", "-c", &script]);
        // A file and no pipe: a process that the package manager leaves behind cannot keep us waiting.
        let finished = tempfile::tempfile().and_then(|output| {
            let mut command = self.command(words[0]);
            command.args(&words[1..]).stdout(output.try_clone()?).stderr(output.try_clone()?);
            Ok((command.status()?, output))
        });
        let (status, output) = finished.map_err(|error| format!("{} does not start: {error}", words[0]))?;
        match status.code() {
            Some(0) if (self.is_installed)() => Ok(()),
            Some(124 | 137) => Err(format!(
                "{}\nIt was ended because it took longer than {limit} seconds.",
                last_lines(output)
            )),
            _ => Err(last_lines(output)),
        }
    }
}

impl Manager {
    /// What a person types, on one line.
    fn line_to_paste(&self, rights: Rights) -> String {
        let steps: Vec<&str> = self.update.into_iter().chain([self.install]).collect();
        match rights {
            Rights::Root => steps.join(" && "),
            Rights::FreeSudo | Rights::Sudo => format!("sudo {}", steps.join(" && sudo ")),
            Rights::None => format!("su - -c '{}'", steps.join(" && ")),
        }
    }

    /// An update may fail for one of many repositories; whether the package is there, installing finds out.
    fn script(&self) -> String {
        let update = self.update.map_or_else(String::new, |update| format!("{update} || true\n"));
        format!(
            "export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 LC_ALL=C\n{update}exec {} {}",
            self.install, self.options
        )
    }
}

fn ask_person(question: &str) -> bool {
    let mut answer = String::new();
    let asked = write!(io::stderr(), "{question}").and_then(|()| io::stdin().read_line(&mut answer));
    asked.is_ok() && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

fn last_lines(mut output: File) -> String {
    let mut bytes = Vec::new();
    let read = output.seek(SeekFrom::Start(0)).and_then(|_| output.read_to_end(&mut bytes));
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    if read.is_err() || lines.is_empty() {
        return "(it said nothing)".to_owned();
    }
    lines[lines.len().saturating_sub(LAST_LINES)..].join("\n")
}
