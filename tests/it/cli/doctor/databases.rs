//! The doctor on databases that are broken, each in one way.

use super::{Found, doctor, doctor_in, paste};
use crate::faults::ledger;
use crate::support::{TestApp, TestClock, history, log};
use lead_ledger::postgres::embedded::{Embedded, Options};
use sqlx::{Executor, PgPool};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

/// A ledger with two numbers on a server of its own that loses nothing, verified.
struct Stage {
    dir: tempfile::TempDir,
    pool: PgPool,
    url: String,
    _server: Embedded,
}

impl Stage {
    async fn set(settings: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let options = Options {
            data_dir: dir.path().join("server"),
            bin_dir: None,
            may_install: true,
            settings: settings.collect(),
        };
        let server = tokio::task::spawn_blocking(move || Embedded::start(&options).unwrap()).await.unwrap();
        let url = server.url().to_owned();
        let app = TestApp::join(&url, TestClock::new()).await;
        history::open_dialing(&app.app).await;
        app.app.ledger.ensure_dialer("an old key", "IR").await.unwrap();
        history::capture(&app.app, ["09123456789", "09123456780"].map(ToOwned::to_owned)).await;
        app.app.end().await;
        let pool = PgPool::connect(&url).await.unwrap();
        let stage = Self { dir, pool, url, _server: server };
        assert!(stage.command(&["verify"]).output().unwrap().status.success());
        stage
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = ledger(self.dir.path(), arguments);
        command.env("DATABASE_URL", &self.url);
        command
    }

    fn doctor(&self, settings: &[(&str, &str)]) -> (Found, Option<i32>) {
        let mut command = self.command(&["doctor"]);
        command.envs(settings.iter().copied());
        doctor(command)
    }
}

/// Every problem of this list is made, found alone, and is gone when it is mended.
#[tokio::test(flavor = "multi_thread")]
async fn broken_databases_are_1_with_a_next_step_each() {
    let stage = Stage::set(&[]).await;
    let (sound, code) = stage.doctor(&[]);
    assert_eq!((code, sound.in_state("broken")), (Some(0), vec![]), "{:#?}", sound.0);
    let warned = sound.in_state("warning");
    assert!(
        warned.iter().any(|(check, next)| *check == "keys" && *next == "lead-ledger key add dialer"),
        "{warned:?}"
    );
    for (name, check, break_it, mend, next) in [
        (
            "a newer release has been here",
            "schema",
            "INSERT INTO _sqlx_migrations VALUES (99999999999999, 'newer', now(), true, '', 0)",
            "DELETE FROM _sqlx_migrations WHERE version = 99999999999999",
            "lead-ledger --version",
        ),
        (
            "a migration ended early",
            "schema",
            "UPDATE _sqlx_migrations SET success = false WHERE version = 20261121000003",
            "UPDATE _sqlx_migrations SET success = true",
            "SELECT version, description, success FROM _sqlx_migrations",
        ),
        (
            "a read model is paused",
            "read models",
            "UPDATE projection_checkpoints SET paused_by = 'a trial' WHERE projection = 'interests'",
            "UPDATE projection_checkpoints SET paused_by = NULL",
            "lead-ledger rebuild interests",
        ),
        (
            "transactions only read",
            "writes",
            "ALTER ROLE ledger SET default_transaction_read_only = on",
            "SET default_transaction_read_only = off; ALTER ROLE ledger RESET default_transaction_read_only",
            "SET default_transaction_read_only = off",
        ),
        (
            "the log was cut off",
            "event log",
            "UPDATE projection_checkpoints SET hash = '\\x00' WHERE projection = 'reports'",
            "UPDATE projection_checkpoints SET hash = (SELECT hash FROM events e WHERE e.position = \
             projection_checkpoints.position)",
            "lead-ledger verify",
        ),
    ] {
        stage.pool.execute(break_it).await.unwrap();
        let (found, code) = stage.doctor(&[]);
        let step = found.only_broken(check);
        assert!(code == Some(1) && step.contains(next), "{name}: {code:?} {step}");
        stage.pool.execute(mend).await.unwrap();
        assert_eq!(stage.doctor(&[]).1, Some(0), "{name} is mended");
    }
    let missing = stage.dir.path().join("backups");
    let (found, code) = stage.doctor(&[("LEDGER_BACKUP_DIR", missing.to_str().unwrap())]);
    assert!(found.only_broken("backups").starts_with("pg_basebackup ") && code == Some(1));
    std::fs::create_dir(&missing).unwrap();
    std::fs::write(missing.join("today.tar"), "a backup").unwrap();
    let (found, code) = stage.doctor(&[("LEDGER_BACKUP_DIR", missing.to_str().unwrap())]);
    assert!(found.in_state("ok").iter().any(|(check, _)| *check == "backups") && code == Some(0));
}

/// The next steps of these are pasted, and the doctor is content afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn a_pasted_next_step_mends_what_it_names() {
    let stage = Stage::set(&[]).await;
    let settings = [("DATABASE_URL", stage.url.as_str())];
    stage.pool.execute("UPDATE live.lead SET latest_note = 'forged' WHERE num = 2").await.unwrap();
    assert_eq!(stage.command(&["verify"]).output().unwrap().status.code(), Some(1));
    let (found, code) = stage.doctor(&[]);
    let step = found.only_broken("verification");
    assert_eq!((code, step.as_str()), (Some(1), "lead-ledger rebuild --all; lead-ledger verify"));
    paste(&step, stage.dir.path(), &settings);
    let (found, code) = stage.doctor(&[]);
    assert_eq!(code, Some(0), "{:#?}", found.0);

    let lead: uuid::Uuid =
        sqlx::query_scalar("SELECT id FROM live.lead WHERE num = 1").fetch_one(&stage.pool).await.unwrap();
    let position = log::insert(&stage.pool, lead, "note_added", r#"{"note_added":{}}"#).await.unwrap();
    let (found, code) = stage.doctor(&[]);
    let step = found.only_broken("event log");
    assert!(code == Some(1) && step.starts_with(&format!("lead-ledger set-aside {position} ")), "{step}");
    paste(&step, stage.dir.path(), &settings);
    let (found, code) = stage.doctor(&[]);
    assert_eq!(code, Some(0), "{:#?}", found.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_may_lose_writes_or_has_no_room_is_1() {
    let stage = Stage::set(&[("fsync", "off"), ("max_connections", "60")]).await;
    let (found, code) = stage.doctor(&[]);
    let step = found.only_broken("fsync");
    assert!(code == Some(1) && step.contains("'ALTER SYSTEM SET fsync = on'"), "{step}");
    // A role that may not have as many connections as a service needs, and may not see everything.
    let clerk = "CREATE ROLE clerk LOGIN CONNECTION LIMIT 5; GRANT USAGE ON SCHEMA live TO clerk; \
                 GRANT SELECT ON ALL TABLES IN SCHEMA public, live TO clerk";
    stage.pool.execute(clerk).await.unwrap();
    let url = stage.url.replacen("ledger@", "clerk@", 1);
    let (found, code) = stage.doctor(&[("DATABASE_URL", &url)]);
    let broken = found.in_state("broken");
    assert_eq!((code, broken.len()), (Some(1), 2), "{broken:?}");
    assert!(broken[1].0 == "connections" && broken[1].1.contains("CONNECTION LIMIT -1"), "{broken:?}");
    assert_eq!(found.in_state("unknown"), vec![]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_away_empty_or_of_another_version_is_1() {
    let dir = tempfile::tempdir().unwrap();
    let (found, code) = doctor_in(dir.path(), &[("DATABASE_URL", "postgres://me:hunter2@127.0.0.1:9/db")]);
    assert_eq!((code, found.only_broken("database").as_str()), (Some(1), "sudo systemctl start postgresql"));
    assert!(!format!("{:?}", found.0).contains("hunter2"));
    let (found, code) = doctor_in(dir.path(), &[]);
    assert_eq!((code, found.only_broken("database").as_str()), (Some(1), "lead-ledger serve"));
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "the doctor made something");
    let data = dir.path().join(".lead-ledger/postgres");
    std::fs::create_dir_all(&data).unwrap();
    std::fs::write(data.join("PG_VERSION"), "99\n").unwrap();
    std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let (found, code) = doctor_in(dir.path(), &[]);
    let step = found.only_broken("database");
    assert_eq!((code, step.as_str()), (Some(1), "sudo apt-get install postgresql-99"));
}
