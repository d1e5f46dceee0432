//! This machine: is its clock kept right, and may the service open enough files?

use super::finding::Finding;
use rustix::process::{Resource, getrlimit};
use std::process::{Command, Stdio};

/// The open files that the service should be allowed; the limit of its connections follows from that.
const FILES_WANTED: u64 = 4_096;
/// Below this the service has hardly any room for connections.
const FILES_MIN: u64 = 256;

pub fn check() -> Vec<Finding> {
    vec![clock(), files(getrlimit(Resource::Nofile).maximum)]
}

fn clock() -> Finding {
    const CHECK: &str = "clock";
    let mut ask = Command::new("timedatectl");
    ask.args(["show", "--property=NTPSynchronized", "--value"]).stderr(Stdio::null());
    let answer = ask.output().map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    match answer.as_deref() {
        Ok("yes") => Finding::ok(CHECK, "the system keeps it right over the network"),
        Ok("no") => Finding::warning(
            CHECK,
            "the system does not keep it right over the network",
            "sudo timedatectl set-ntp true",
        ),
        Ok(_) | Err(_) => Finding::warning(
            CHECK,
            "it is not known whether the system keeps it right: timedatectl does not answer here",
            "chronyc tracking || ntpq -p",
        ),
    }
}

/// `hard`: the limit up to which the service raises its own; `None`: there is no limit.
fn files(hard: Option<u64>) -> Finding {
    const CHECK: &str = "open files";
    let Some(limit) = hard else { return Finding::ok(CHECK, "no limit") };
    let found = format!("a process of this shell may open {limit} files");
    let next = format!("ulimit -n {FILES_WANTED}   # for a service of systemd: LimitNOFILE=65536");
    match limit {
        ..FILES_MIN => Finding::broken(CHECK, format!("{found}, too few for connections"), next),
        FILES_MIN..FILES_WANTED => {
            Finding::warning(CHECK, format!("{found}; {FILES_WANTED} or more are better"), next)
        }
        FILES_WANTED.. => Finding::ok(CHECK, found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::finding::State;

    #[test]
    fn few_open_files_are_a_problem_and_many_are_none() {
        let states = [Some(100), Some(1_024), Some(4_096), None].map(|limit| files(limit).state);
        assert_eq!(states, [State::Broken, State::Warning, State::Ok, State::Ok]);
    }
}
