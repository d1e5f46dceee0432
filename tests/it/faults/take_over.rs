//! Two service processes on one database under load, the one that follows killed: no gap, no double, and the other takes
//! over within five seconds.

use super::{Journal, acknowledge, acknowledged, check, kill, ledger, load, serve};
use crate::support::TestApp;
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread")]
async fn the_other_process_takes_over_when_the_following_one_is_killed() {
    let phones: Vec<String> = (0..8).map(|n| format!("091234567{n:02}")).collect();
    let prepared = TestApp::with_numbers(&phones.iter().map(String::as_str).collect::<Vec<_>>()).await;
    prepared.app.tasks.stop();
    prepared.app.tasks.wait().await;
    let dir = tempfile::tempdir().unwrap();
    let command = |arguments: &[&str]| {
        let mut command = ledger(dir.path(), arguments);
        command.env("DATABASE_URL", &prepared.database_url);
        command
    };
    let (mut following, first) = serve(&mut command(&["serve"]));
    let (mut standing_by, second) = serve(&mut command(&["serve"]));
    let journal = Journal::default();
    let mut workers = tokio::task::JoinSet::new();
    for worker in 0..8 {
        let address = if worker % 2 == 0 { &first } else { &second };
        workers.spawn(load(address.clone(), worker, 0, journal.clone()));
    }
    acknowledge(&journal, 60).await;
    kill(&following.id().to_string());
    following.wait().unwrap();
    let died = Instant::now();
    let views = prepared.app.ledger.views();
    let head = views.head().await.unwrap();
    while views.followed().await.unwrap() <= head {
        assert!(died.elapsed() < Duration::from_secs(5), "not taken over in time");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    println!("taken over after {:?}", died.elapsed());
    // The survivor takes reports.
    acknowledge(&journal, acknowledged(&journal) + 60).await;
    kill(&standing_by.id().to_string());
    standing_by.wait().unwrap();
    workers.join_all().await;
    check(&command, &journal);
    let survivor = TestApp::join(&prepared.database_url, prepared.clock.clone()).await;
    survivor.rebuilt_equals_live().await;
}
