//! Whatever the network does to a statement, a report that is sent until it is taken is there once.

use crate::support::clients::{Answer, Client, report};
use crate::support::proxied::Proxied;
use crate::support::proxy::{Fault, Injected};
use std::time::Duration;

const APPEND: &str = "ledger_append";

/// Sends the identical report until it is taken, as real clients do.
async fn until_taken(dialer: &Client, second: u32) -> Answer {
    loop {
        let answer = dialer.report(&report(1, "BUSY", second)).await;
        if answer.status != 503 {
            return answer;
        }
        assert!(answer.header("retry-after").is_some(), "{answer:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// 1.5
#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_there_once_wherever_its_statement_is_cut() {
    let this = Proxied::with_numbers(&["09123456789"]).await;
    let (proxy, dialer) = (&this.proxy, Client::dialer(&this.app));
    let (mut taken, mut second) = (0, 0);
    let mut take = async |fault: &str| {
        second += 1;
        let answer = until_taken(&dialer, second).await;
        assert_eq!(answer.status, 200, "{fault}: {answer:?}");
        taken += 1;
        assert_eq!(this.count("attempt_reported").await, taken, "{fault}");
    };
    take("none").await;
    proxy.cut_before_next_statement_containing(APPEND);
    take("cut before").await;
    proxy.arm(Fault::CutWithin, APPEND, 0, 2);
    take("cut within, twice").await;
    proxy.cut_after_next_statement_containing(APPEND);
    take("cut after").await;
    proxy.cut_answer_of_next_statement_containing(APPEND);
    take("answer cut").await;
    let expected =
        Injected { cut_before: 1, cut_within: 2, cut_after: 1, cut_answer: 1, ..Injected::default() };
    assert_eq!(proxy.injected(), expected);
    proxy.cut_all();
    take("all cut").await;
    assert!(proxy.injected().cut_all > 0);
    proxy.calm();
    this.rebuilt_equals_live().await;
}

/// 1.5
#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_there_once_however_late_its_statement_is() {
    let this = Proxied::with_numbers(&["09123456789"]).await;
    let (proxy, dialer) = (&this.proxy, Client::dialer(&this.app));
    let seen = proxy.statements();
    proxy.delay(Duration::from_millis(20));
    assert_eq!(until_taken(&dialer, 1).await.status, 200);
    assert!(proxy.injected().delayed > 0 && proxy.statements() > seen);
    proxy.calm();
    for second in 2..=4 {
        let hold = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            proxy.calm();
        };
        match second {
            2 => proxy.hold_next_statement_containing(APPEND),
            3 => proxy.pause(true),
            _ => {
                proxy.refuse(true);
                proxy.cut_all();
            }
        }
        let (answer, ()) = tokio::join!(until_taken(&dialer, second), hold);
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(this.count("attempt_reported").await, i64::from(second));
    }
    assert!(proxy.injected().held == 1 && proxy.injected().refused > 0);
    this.rebuilt_equals_live().await;
}
