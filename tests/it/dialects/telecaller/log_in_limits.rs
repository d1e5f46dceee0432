//! How many wrong passwords are too many, and whom do they stop (C-48)?

use crate::support::clients::{Answer, Client};
use crate::support::pages::Pages;
use crate::support::{PASSWORD, TestApp};
use domain::principal::Role;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// A service behind a proxy, so that a test may come from anywhere.
async fn start() -> TestApp {
    TestApp::start_with(&[("LEDGER_TRUSTED_PROXIES", "127.0.0.1")]).await
}

async fn log_in_by(app: &TestApp, address: &str, body: &Value) -> Answer {
    let from = [("x-forwarded-for", address)];
    Client::nobody(app).send(Method::POST, "/api/auth/login", Some(&body.to_string()), &from).await
}

async fn log_in(app: &TestApp, address: &str, name: &str, password: &str) -> u16 {
    log_in_by(app, address, &json!({ "username": name, "password": password })).await.status.as_u16()
}

/// Issue 14, part 5: 60 wrong log-ins from 60 addresses of one /64 were never limited.
#[tokio::test(flavor = "multi_thread")]
async fn addresses_of_one_ipv6_network_are_counted_as_one() {
    let app = start().await;
    let mut answers = Vec::new();
    for n in 1..=60 {
        answers.push(log_in(&app, &format!("2001:db8:1:2::{n:x}"), "admin", "wrong password").await);
    }
    assert_eq!(answers.iter().filter(|status| **status == 401).count(), 5, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 429).count(), 55);
    // The same network tries other accounts: twenty in all.
    let mut answers = Vec::new();
    for n in 1..=20 {
        let address = format!("2001:db8:1:2:{n:x}:{n:x}:0:1");
        answers.push(log_in(&app, &address, &format!("somebody{n}"), "wrong password").await);
    }
    assert_eq!(answers.iter().filter(|status| **status == 401).count(), 15, "{answers:?}");
    // The network beside it, and an IPv4 address written as one of IPv6, are others.
    for address in ["2001:db8:1:3::1", "::ffff:198.51.100.7"] {
        assert_eq!(log_in(&app, address, "admin", PASSWORD).await, 200, "{address}");
    }
    for n in 1..=6 {
        let address = if n % 2 == 0 { "::ffff:198.51.100.9" } else { "198.51.100.9" };
        let status = log_in(&app, address, "admin", "wrong password").await;
        assert_eq!(status, if n <= 5 { 401 } else { 429 }, "try {n}");
    }
}

/// Issue 14, part 5: the same person tried by name and by e-mail was counted apart.
#[tokio::test(flavor = "multi_thread")]
async fn a_name_and_an_e_mail_address_are_one_account() {
    let app = start().await;
    app.register("ann", Role::Telecaller, None).await;
    let names = ["ann", "ann@example.com", "ANN@Example.com", "ann", "ann@EXAMPLE.com"];
    for (n, name) in names.iter().enumerate() {
        let body = if n % 2 == 0 {
            json!({ "username": name, "password": "wrong password" })
        } else {
            json!({ "email": name, "password": "wrong password" })
        };
        assert_eq!(log_in_by(&app, "198.51.100.1", &body).await.status, 401, "{name}");
    }
    for name in ["ann", "ann@example.com"] {
        assert_eq!(log_in(&app, "198.51.100.1", name, PASSWORD).await, 429, "{name}");
    }
    // The agents' page has the same count.
    let mut pages = Pages::nobody(&app);
    pages.forwarded_for = Some("198.51.100.1".to_owned());
    let fields = [("username", "ann"), ("password", PASSWORD), ("next", "")];
    assert_eq!(pages.post("/agent-dashboard/log-in", &fields).await.status, 429);
    pages.forwarded_for = Some("198.51.100.2".to_owned());
    assert_eq!(pages.post("/agent-dashboard/log-in", &fields).await.status, 303);
}

/// api-faults 7: five wrong log-ins from anywhere locked the admin out of everywhere.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_others_try_the_right_password_opens_and_the_admins_are_told() {
    let app = start().await;
    let ann = app.register("ann", Role::Telecaller, None).await;
    let guesses = (0..55).map(|n| {
        let address = format!("198.51.{}.{}", n / 5, n % 5 + 1);
        let app = &app;
        async move { log_in(app, &address, "ann", "guess").await }
    });
    let answers = futures_util::future::join_all(guesses).await;
    assert!(answers.iter().all(|status| *status == 401), "{answers:?}");
    let began = Instant::now();
    assert_eq!(log_in(&app, "203.0.113.7", "ann", PASSWORD).await, 200);
    assert!(began.elapsed() >= Duration::from_secs(1), "it is slowed down: {:?}", began.elapsed());
    let began = Instant::now();
    assert_eq!(log_in(&app, "203.0.113.7", "admin", PASSWORD).await, 200);
    eprintln!("another account takes {:?}", began.elapsed());
    assert_eq!(log_in(&app, "198.51.0.1", "ann", PASSWORD).await, 200, "one failure is no limit");

    let until = Instant::now() + Duration::from_secs(5);
    while app.count("log_ins_failed").await == 0 {
        assert!(Instant::now() < until, "nobody is told");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for _ in 0..3 {
        assert_eq!(log_in(&app, "198.51.200.1", "ann", "guess").await, 401);
    }
    let admin = Client::person(&app, "admin").await;
    let log = admin.get("/api/v1/ledger/events").await;
    let lines = log.body.as_str().unwrap();
    let told: Vec<&str> = lines.lines().filter(|event| event.contains("log_ins_failed")).collect();
    assert_eq!(told.len(), 1, "once a window");
    let text = told[0];
    assert!(text.contains(&ann.to_string()) && text.contains("within_minutes"), "{text}");
    assert!(!text.contains("guess") && !text.contains("198.51"), "{text}");
    app.clock.advance(chrono::Duration::minutes(16));
    let began = Instant::now();
    assert_eq!(log_in(&app, "203.0.113.7", "ann", PASSWORD).await, 200);
    eprintln!("after the window it takes {:?}", began.elapsed());
    app.rebuilt_equals_live().await;
}

/// C-48: an address that failed too often waits, whatever account it asks for.
#[tokio::test(flavor = "multi_thread")]
async fn an_address_has_twenty_failures_and_a_quarter_of_an_hour() {
    let app = start().await;
    for n in 1..=20 {
        assert_eq!(log_in(&app, "198.51.100.1", &format!("nobody{n}"), "wrong password").await, 401);
    }
    app.clock.advance(chrono::Duration::minutes(5));
    let refused =
        log_in_by(&app, "198.51.100.1", &json!({ "username": "admin", "password": PASSWORD })).await;
    assert_eq!((refused.status.as_u16(), refused.header("retry-after")), (429, Some("600")), "{refused:?}");
    assert_eq!(log_in(&app, "198.51.100.2", "admin", PASSWORD).await, 200);
    app.clock.advance(chrono::Duration::minutes(10));
    assert_eq!(log_in(&app, "198.51.100.1", "admin", PASSWORD).await, 200);
}
