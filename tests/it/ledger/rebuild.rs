//! Rebuilt equals live, byte for byte, after any past and under load.

use crate::support::TestApp;
use crate::support::clients::{Client, report};
use crate::support::history;
use projections::rebuild::Targets;
use sqlx::Executor;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

#[tokio::test(flavor = "multi_thread")]
async fn rebuilt_equals_live_after_random_pasts() {
    for seed in 1..=4 {
        let phones: Vec<String> = (0..8).map(|n| format!("0912345678{n}")).collect();
        let app = TestApp::with_numbers(&phones.iter().map(String::as_str).collect::<Vec<_>>()).await;
        history::random(&app, seed, 120).await;
        let report = app.rebuilt_equals_live().await;
        assert!(report.position > 100, "{report:?}");
        let chain = lead_ledger::audit::chain::check(&app.app.pool, |_, _| {}).await.unwrap();
        assert_eq!(chain.faults, []);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_were_tampered_with_are_found_and_mended() {
    let app = TestApp::with_numbers(&["09123456789", "09123456780"]).await;
    app.app.pool.execute("UPDATE live.lead SET latest_note = 'forged' WHERE num = 2").await.unwrap();
    let found =
        projections::rebuild::run(&app.app.pool, &Targets::all(), false, Arc::new(|_, _| {})).await.unwrap();
    let lead = found.comparisons.iter().find(|c| c.projection == "lead").unwrap();
    assert_eq!((lead.differing_rows, lead.differing_keys.len(), found.is_clean()), (1, 1, false));
    app.rebuilt_equals_live().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_never_fail_or_go_empty_while_everything_is_rebuilt_under_load() {
    let app = TestApp::with_numbers(&[]).await;
    history::capture(&app.app, (0..300).map(|n| format!("0912{n:07}"))).await;
    let is_over = Arc::new(AtomicBool::new(false));
    let mut load = tokio::task::JoinSet::new();
    for worker in 0..4i64 {
        let (dialer, views, is_over) =
            (Client::dialer(&app), app.app.ledger.views().clone(), is_over.clone());
        load.spawn(async move {
            let mut done = 0;
            while !is_over.load(Ordering::Relaxed) {
                let answer =
                    dialer.report(&report(done % 300 + 1, "BUSY", u32::try_from(worker).unwrap())).await;
                assert_eq!(answer.status, 200, "{answer:?}");
                assert!(views.find_lead(domain::ids::AnyId::Num(done % 300 + 1)).await.unwrap().is_some());
                done += 1;
            }
            done
        });
    }
    for _ in 0..3 {
        let report = projections::rebuild::run(&app.app.pool, &Targets::all(), false, Arc::new(|_, _| {}))
            .await
            .unwrap();
        assert!(report.is_clean() && report.switched_at >= Some(report.position), "{report:#?}");
    }
    is_over.store(true, Ordering::Relaxed);
    let done: i64 = load.join_all().await.into_iter().sum();
    assert!(done > 0);
    app.rebuilt_equals_live().await;
}
