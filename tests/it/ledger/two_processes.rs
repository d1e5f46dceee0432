//! Two processes on one database: neither answers from what it remembers of before the other wrote.

use crate::support::TestApp;
use crate::support::clients::{Client, report};
use chrono::Duration;
use serde_json::json;

/// Two services on a ledger with these many numbers, and their admins.
async fn two(numbers: usize) -> [(TestApp, Client, Client); 2] {
    let phones: Vec<String> = (0..numbers).map(|n| format!("091234567{n:02}")).collect();
    let a = TestApp::with_numbers(&phones.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let b = TestApp::join(&a.database_url, a.clock.clone()).await;
    let admin = [Client::person(&a, "admin").await, Client::person(&b, "admin").await];
    let dialer = [Client::dialer(&a), Client::dialer(&b)];
    let [admin_a, admin_b] = admin;
    let [dialer_a, dialer_b] = dialer;
    [(a, admin_a, dialer_a), (b, admin_b, dialer_b)]
}

/// 1.2
#[tokio::test(flavor = "multi_thread")]
async fn a_switch_turned_off_through_one_process_stops_the_other_at_once() {
    let [(_a, admin_a, _), (_b, admin_b, dialer_b)] = two(3).await;
    assert_eq!(admin_a.get("/api/schedule").await.body["enabled"], true);
    assert_eq!(admin_b.get("/api/schedule").await.body["enabled"], true);
    assert_eq!(dialer_b.next_batch(1).await.body["call_allowed"], true);
    for is_on in [false, true, false] {
        let set = admin_a.put("/api/schedule", &json!({ "enabled": is_on })).await;
        assert_eq!((set.status.as_u16(), &set.body["enabled"]), (200, &json!(is_on)));
        let batch = dialer_b.next_batch(1).await.body;
        assert_eq!(batch["call_allowed"], is_on, "next-batch: {batch}");
        assert_eq!(admin_b.get("/api/schedule").await.body["enabled"], is_on, "schedule");
    }
}

/// 1.2
#[tokio::test(flavor = "multi_thread")]
async fn a_ban_a_requeue_and_a_ban_through_turns_of_processes_are_stored_each_time() {
    let [(a, admin_a, _), (_b, admin_b, dialer_b)] = two(1).await;
    for (admin, status) in [(&admin_a, "BANNED"), (&admin_b, "IN_QUEUE"), (&admin_a, "BANNED")] {
        a.clock.advance(Duration::minutes(1));
        let set = admin.set_status(1, status).await;
        assert_eq!((set.status.as_u16(), &set.body["status"]), (200, &json!(status)), "{set:?}");
    }
    let stored = (a.count("panel_status_set").await, a.count("lead_requeued").await);
    assert_eq!(stored, (2, 1), "each of the three is in the log");
    assert_eq!(dialer_b.next_batch(5).await.body["batch"]["numbers"], json!([]), "banned");
    a.rebuilt_equals_live().await;
}

/// 1.2
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_never_that_of_an_old_memory() {
    let [(a, _, dialer_a), (_b, admin_b, dialer_b)] = two(1).await;
    assert_eq!(dialer_b.report(&report(1, "CONNECTED", 1)).await.status, 200);
    let later = dialer_a.report(&report(1, "MISSED", 2)).await;
    assert_eq!(later.body["status"], "MISSED", "{later:?}");
    a.clock.advance(Duration::minutes(1));
    let ban = admin_b.set_status(1, "BANNED").await;
    assert_eq!((ban.status.as_u16(), &ban.body["status"]), (200, &json!("BANNED")), "{ban:?}");
    a.rebuilt_equals_live().await;
}

/// 1.2
#[tokio::test(flavor = "multi_thread")]
async fn numbers_that_came_back_through_one_process_are_handed_out_by_the_other() {
    let [(a, admin_a, dialer_a), (_b, _, dialer_b)] = two(5).await;
    assert_eq!(dialer_b.next_batch(5).await.body["batch"]["size_returned"], 5);
    for number in 1..=5 {
        assert_eq!(dialer_a.report(&report(number, "MISSED", 1)).await.status, 200);
    }
    a.clock.advance(Duration::minutes(1));
    for number in 1..=5 {
        let set = admin_a.set_status(number, "IN_QUEUE").await;
        assert_eq!(set.status, 200, "{set:?}");
    }
    let again = dialer_b.next_batch(5).await;
    assert_eq!(again.body["batch"]["size_returned"], 5, "{again:?}");
    a.rebuilt_equals_live().await;
}

/// 3.6
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_full_although_the_head_of_the_queue_moved_in_another_process() {
    let [(a, admin_a, dialer_a), (_b, admin_b, dialer_b)] = two(20).await;
    // B remembers the head of the queue, which A changes afterwards and leaves in the queue.
    for admin in [&admin_b, &admin_a] {
        for number in 1..=3 {
            for status in ["BUSY", "IN_QUEUE"] {
                assert_eq!(admin.set_status(number, status).await.status, 200);
            }
        }
    }
    let batch = dialer_b.next_batch(3).await;
    assert_eq!(batch.body["batch"]["size_returned"], 3, "{batch:?}");
    // What A leased meanwhile is nobody else's, and B looks behind it.
    assert_eq!(dialer_a.next_batch(4).await.body["batch"]["size_returned"], 4);
    let batch = dialer_b.next_batch(13).await;
    assert_eq!(batch.body["batch"]["size_returned"], 13, "{batch:?}");
    a.rebuilt_equals_live().await;
}

/// C-13, C-17
#[tokio::test(flavor = "multi_thread")]
async fn a_report_by_phone_sent_again_is_one_attempt_whichever_lead_changed_last() {
    let [(a, admin_a, dialer_a), (_b, admin_b, dialer_b)] = two(0).await;
    let create = json!({ "name": "Somebody", "phone": "+989351234567" });
    for _ in 0..2 {
        assert_eq!(admin_a.post("/api/leads", &create).await.status, 201);
        a.clock.advance(Duration::minutes(1));
    }
    let said = json!({
        "phone_number": "+989351234567", "status": "MISSED", "attempted_at": "2025-03-01T08:30:01+00:00"
    });
    let first = dialer_a.report(&said).await;
    assert_eq!(first.status, 200, "{first:?}");
    a.clock.advance(Duration::minutes(1));
    // The other lead is now the one that changed last.
    let other = if first.body["number_id"] == 1 { 2 } else { 1 };
    let put = admin_b.put(&format!("/api/leads/{other}"), &json!({ "name": "Somebody Else" })).await;
    assert_eq!(put.status, 200, "{put:?}");
    assert_eq!(dialer_b.report(&said).await.body["attempt_id"], first.body["attempt_id"]);
    assert_eq!(a.count("attempt_reported").await, 1);
    a.rebuilt_equals_live().await;
}
