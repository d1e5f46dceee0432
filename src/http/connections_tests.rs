//! What goes when there is little room, and what stays?

use super::*;

async fn pass(seconds: u64) {
    tokio::time::advance(Duration::from_secs(seconds)).await;
}

fn is_ended(place: &Place) -> bool {
    place.seat().ended.is_cancelled()
}

/// Issue 14, part 5
#[tokio::test(start_paused = true)]
async fn the_half_open_go_before_the_idle_and_what_is_answered_stays() {
    let connections = Connections::new(16);
    let [idle, answered, half_open] = [(); 3].map(|()| connections.take());
    drop(idle.seat().begin(false));
    let served = answered.seat().begin(false).unwrap();
    pass(3).await;
    half_open.seat().heard();
    pass(2).await;
    assert_eq!(connections.make_room(1), 1);
    assert!(!is_ended(&idle), "5 s of an idle client weigh less than 2 s of a half-open one, four times");
    assert!(is_ended(&half_open));
    assert_eq!(connections.make_room(1), 1);
    assert!(is_ended(&idle));
    assert_eq!(connections.make_room(1), 0, "what is answered stays");
    drop(served);
    assert_eq!(connections.make_room(1), 1);
    assert!(is_ended(&answered));
}

/// Issue 14, part 5: a request that comes while its connection is being closed is not begun.
#[tokio::test(start_paused = true)]
async fn a_connection_that_is_being_closed_begins_no_request() {
    let connections = Connections::new(2);
    let place = connections.take();
    connections.end_waiting();
    assert!(is_ended(&place) && place.seat().begin(false).is_none());
}

/// Issue 14, part 5
#[tokio::test(start_paused = true)]
async fn a_head_has_ten_seconds_and_a_pause_between_requests_seventy_five() {
    let connections = Connections::new(16);
    let [silent, dribbling, idle, blocked, streaming, upgraded] = [(); 6].map(|()| connections.take());
    for place in [&idle, &blocked] {
        drop(place.seat().begin(false));
    }
    blocked.seat().blocked(true);
    let _served = streaming.seat().begin(false).unwrap();
    upgraded.seat().upgraded();
    for _ in 0..9 {
        pass(1).await;
        dribbling.seat().heard();
        connections.sweep();
    }
    assert!(!is_ended(&silent) && !is_ended(&dribbling));
    pass(1).await;
    connections.sweep();
    assert!(is_ended(&silent) && !is_ended(&dribbling), "a head is counted from its first byte");
    pass(1).await;
    connections.sweep();
    assert!(is_ended(&dribbling) && !is_ended(&idle), "dribbling does not help");
    pass(64).await;
    connections.sweep();
    assert!(is_ended(&idle));
    assert!([&blocked, &streaming, &upgraded].iter().all(|place| !is_ended(place)));
}

/// Issue 14, part 5
#[tokio::test(start_paused = true)]
async fn senders_of_slow_bodies_go_last_and_not_at_once() {
    let connections = Connections::new(1);
    let place = connections.take();
    let served = place.seat().begin(true).unwrap();
    pass(1).await;
    assert_eq!(connections.make_room(1), 0);
    pass(1).await;
    place.seat().received();
    assert_eq!(connections.make_room(1), 0, "its body is there");
    drop(served);
    let _served = place.seat().begin(true).unwrap();
    pass(2).await;
    assert_eq!(connections.make_room(1), 1);
}

/// Issue 14, part 5
#[tokio::test(start_paused = true)]
async fn whoever_comes_when_all_are_answered_waits_for_the_first_that_ends() {
    let connections = Connections::new(1);
    connections.room().await;
    let place = connections.take();
    let served = place.seat().begin(false).unwrap();
    let mut room = Box::pin(connections.room());
    assert!(futures_util::poll!(&mut room).is_pending());
    drop(served);
    drop(place);
    room.await;
    assert!(connections.seats().open.is_empty());
}
