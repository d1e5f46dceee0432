//! What a person meets first: `/`, the banner of `serve`, readiness while the database is away, and `HEAD`.

use crate::faults::{ledger, serve_logged};
use crate::support::TestApp;
use crate::support::clients::{Client, http};
use crate::support::proxied::Proxied;
use reqwest::Method;
use std::time::Duration;

/// `GET /` leads a person to their page, and the page of a stranger is the log-in.
#[tokio::test(flavor = "multi_thread")]
async fn the_root_leads_a_person_to_the_log_in() {
    let app = TestApp::start().await;
    let stays = http().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let root = stays.get(format!("http://{}/", app.address)).send().await.unwrap();
    assert_eq!(
        (root.status().as_u16(), &root.headers()["location"]),
        (303, &"/agent-dashboard".parse().unwrap())
    );
    let followed = http().build().unwrap().get(format!("http://{}/", app.address)).send().await.unwrap();
    assert!(followed.url().path().starts_with("/agent-dashboard"), "{}", followed.url());
    assert!(followed.text().await.unwrap().contains("type=\"password\""));
}

/// Every secret that the banner names is in the file it names, and the line to try works as printed.
#[tokio::test(flavor = "multi_thread")]
async fn the_banner_names_files_that_are_there_and_a_line_that_works() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("said");
    let mut command = ledger(dir.path(), &["serve", "--demo"]);
    let (mut service, address) = serve_logged(command.env_remove("DIALER_TOKEN"), &log).await;
    let mut banner = String::new();
    for _ in 0..100 {
        banner = std::fs::read_to_string(&log).unwrap();
        if banner.contains("next-batch") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let (_, line) = banner.split_once("Try:\n").unwrap_or_else(|| panic!("{banner}"));
    let tried = std::process::Command::new("sh").args(["-c", line]).current_dir(dir.path()).output().unwrap();
    let (_, place) = banner.split_once("dialer token  in ").unwrap_or_else(|| panic!("{banner}"));
    let token = std::fs::read_to_string(dir.path().join(place.lines().next().unwrap())).unwrap();
    service.kill().unwrap();
    service.wait().unwrap();
    assert!(!banner.contains(token.trim()), "the token itself is not printed");
    let answer: serde_json::Value =
        serde_json::from_slice(&tried.stdout).unwrap_or_else(|_| panic!("{tried:?}"));
    assert_eq!(answer["batch"]["size_returned"], 3, "{answer}");
    assert!(banner.contains(&format!("http://{address}")), "{banner}");
}

/// A database that is away is named by its host, with a next step and without its password.
#[tokio::test(flavor = "multi_thread")]
async fn readiness_names_a_database_that_is_away() {
    let Proxied { app, proxy } = Proxied::with_numbers(&[]).await;
    let nobody = Client::nobody(&app);
    assert_eq!(nobody.get("/readyz").await.status, 200);
    proxy.refuse(true);
    proxy.cut_all();
    let mut away = nobody.get("/readyz").await;
    for _ in 0..100 {
        if away.body["problem"].as_str().is_some_and(|problem| problem.contains("does not answer")) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        away = nobody.get("/readyz").await;
    }
    assert_eq!(away.status, 503);
    let problem = away.body["problem"].as_str().unwrap();
    assert!(problem.contains(&app.app.database_place()) && problem.contains("DATABASE_URL"), "{problem}");
    let authority = proxy.url().split("//").nth(1).and_then(|rest| rest.split('@').next()).unwrap();
    assert!(!authority.contains(':') || !problem.contains(authority.split(':').nth(1).unwrap()), "{problem}");
    assert_eq!(nobody.get("/healthz").await.status, 200, "the process lives all the same");
    proxy.refuse(false);
    crate::support::readiness::until_ready(&app, Duration::from_secs(20)).await;
}

/// C-50: asking for a file has it made; `HEAD` makes none.
#[tokio::test(flavor = "multi_thread")]
async fn head_makes_no_file() {
    let app = TestApp::start().await;
    let admin = Client::person(&app, "admin").await;
    let files = async || -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM exports").fetch_one(&app.app.pool).await.unwrap()
    };
    for path in ["/api/reports/export/daily?format=excel", "/api/reports/export/all?format=pdf"] {
        let head = admin.send(Method::HEAD, path, None, &[]).await;
        assert_eq!(head.status, 405, "{path}: {head:?}");
    }
    assert_eq!(files().await, 0);
    assert_eq!(admin.get("/api/reports/export/daily?format=excel").await.status, 200);
    assert_eq!(files().await, 1, "the count sees what is made");
}
