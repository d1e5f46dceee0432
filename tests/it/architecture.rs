//! Who may import whom, how long a file is, which files a dialect has, and which behaviours a test names.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Over this, a file is two answers.
const LINES_MAX: usize = 400;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources(under: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open = vec![root().join(under)];
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(&dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
                found.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// Lines that import or name a path, comments apart.
fn mentions(text: &str, path: &str) -> bool {
    text.lines().map(str::trim_start).any(|line| !line.starts_with("//") && line.contains(path))
}

/// Folder, and what nothing in it may name.
const NEVER: [(&str, &[&str]); 13] = [
    (
        "domain/src",
        &["projections::", "lead_ledger", "sqlx", "axum", "tokio", "reqwest", "std::fs", "std::net"],
    ),
    ("projections/src", &["lead_ledger", "axum", "cqrs_es", "reqwest"]),
    ("src/ledger", &["crate::actions", "crate::audit", "crate::http", "crate::dialects", "axum"]),
    ("src/actions", &["crate::http", "crate::dialects", "crate::audit", "axum"]),
    ("src/audit", &["crate::http", "crate::dialects", "axum"]),
    ("src/http", &["crate::ledger", "crate::dialects", "projections::", "sqlx"]),
    ("src/dialects", &["sqlx::", "projections::feed", "projections::follow", "projections::rebuild"]),
    (
        "src/ui",
        &["crate::dialects", "sqlx", "projections::feed", "projections::follow", "projections::rebuild"],
    ),
    ("src/work", &["crate::dialects", "axum"]),
    ("src/live", &["crate::dialects", "crate::http", "sqlx"]),
    ("src/exports", &["crate::dialects", "crate::http", "axum"]),
    ("src/cli", &["axum::"]),
    ("src/postgres", &["crate::ledger", "crate::dialects", "crate::http", "axum"]),
];

#[test]
fn nothing_imports_what_it_may_not() {
    let mut wrong = Vec::new();
    for (folder, forbidden) in NEVER {
        for (name, text) in sources(folder) {
            let named = forbidden.iter().filter(|path| mentions(&text, path));
            wrong.extend(named.map(|path| format!("{name} names {path}")));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What can be asked of the ledger stands in `src/actions`. One action is still decided in its dialect, because it reads its
/// fields by the region of a credential that only the decision sees; the bench measures the engine with acts of its own.
#[test]
fn actions_are_decided_on_their_own_floor() {
    let elsewhere: Vec<_> = sources("src")
        .into_iter()
        .filter(|(name, text)| !name.starts_with("src/actions") && text.contains(" Action for "))
        .map(|(name, _)| name)
        .collect();
    let known = [
        "src/cli/bench/append.rs",
        "src/cli/bench/long_lead.rs",
        "src/cli/bench/rebuild.rs",
        "src/dialects/from_dialer/interested.rs",
    ];
    assert_eq!(elsewhere, known);
}

/// The log is read and written by the ledger's own code: `cqrs_es` is met where aggregates say what they are, and where the
/// bench measures stock code beside ours.
#[test]
fn cqrs_es_is_met_in_two_files_only() {
    let met: Vec<_> = ["domain/src", "src"]
        .into_iter()
        .flat_map(sources)
        .filter(|(_, text)| mentions(text, "cqrs_es"))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(met, ["domain/src/aggregate.rs", "src/cli/bench/stock_postgres_es.rs"]);
}

#[test]
fn a_dialect_never_names_another_and_has_the_same_four_files() {
    let dialects: Vec<String> = std::fs::read_dir(root().join("src/dialects"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    assert!(dialects.len() >= 3);
    for dialect in &dialects {
        for file in ["mod.rs", "caller.rs", "reject.rs", "words.rs"] {
            assert!(root().join("src/dialects").join(dialect).join(file).exists(), "{dialect}/{file}");
        }
        for (name, text) in sources(&format!("src/dialects/{dialect}")) {
            for other in dialects.iter().filter(|other| *other != dialect) {
                assert!(!mentions(&text, &format!("dialects::{other}")), "{name} names {other}");
            }
        }
    }
}

#[test]
fn files_are_short_and_say_what_they_answer() {
    for folder in ["src", "domain/src", "projections/src", "tests"] {
        for (name, text) in sources(folder) {
            assert!(text.lines().count() <= LINES_MAX, "{name} is too long");
            let is_list = text.lines().all(|line| line.starts_with("mod ") || line.is_empty());
            assert!(
                is_list || text.contains("//!") || text.starts_with("#![doc"),
                "{name} does not say what it answers"
            );
        }
    }
}

/// Every behaviour of the documents is named by a test.
#[test]
fn every_behaviour_is_named_by_a_test() {
    let mut named = BTreeSet::new();
    for folder in ["src", "domain/src", "projections/src", "tests"] {
        for (name, text) in sources(folder) {
            // Of a source file only its tests count: what it says of itself proves nothing.
            let is_test = name.starts_with("tests") || name.ends_with("_tests.rs");
            let from = if is_test { Some(0) } else { text.find("#[cfg(test)]") };
            let text = from.map_or("", |from| &text[from..]);
            for (at, _) in text.match_indices("B-") {
                if let Some(number) = text.get(at + 2..at + 5).and_then(|digits| digits.parse::<u32>().ok()) {
                    named.insert(number);
                }
            }
        }
    }
    let missing: Vec<u32> = (1..=173).filter(|n| !named.contains(n)).collect();
    assert!(missing.is_empty(), "no test names B-{missing:?}");
}

/// Read models of a new shape are made beside the old ones and switched: nothing that is read is ever emptied (1.11). The
/// migrations up to 2026-11-21 did so before there was another way.
#[test]
fn no_migration_empties_what_is_read() {
    for entry in std::fs::read_dir(root().join("migrations")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap().to_uppercase();
        assert!(*name < *"20261122" || !text.contains("TRUNCATE LIVE"), "{name} empties a read model");
    }
}

#[test]
fn the_readme_exists_and_names_the_two_commands() {
    let readme = std::fs::read_to_string(Path::new(&root()).join("README.md")).unwrap();
    for command in ["cargo run --release -- serve --demo", "cargo test"] {
        assert!(readme.contains(command), "{command}");
    }
}

/// Other numbering plans may read stored numbers otherwise, so they never come unnoticed.
#[test]
fn the_numbering_plans_are_of_the_release_that_the_folds_were_made_with() {
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let locked = format!("name = \"rlibphonenumber\"\nversion = \"{}\"", domain::phone::PLANS);
    assert!(
        lock.contains(&locked),
        "raise domain::phone::PLANS, and with it the fold versions of the keys, of lead, agents and dial_queue"
    );
}
