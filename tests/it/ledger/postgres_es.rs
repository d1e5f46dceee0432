//! Plain `postgres-es` reads and writes the log.

use crate::support::TestApp;
use crate::support::clients::{Client, report};
use cqrs_es::EventStore;
use cqrs_es::persist::PersistedEventStore;
use domain::lead::Lead;
use domain::lead::event::{LeadEvent, Note, NoteAdded};
use domain::stream::{StreamId, StreamKind};
use lead_ledger::audit::chain;
use postgres_es::PostgresEventRepository;
use std::collections::HashMap;

#[tokio::test(flavor = "multi_thread")]
async fn stock_code_loads_what_we_wrote_and_we_follow_what_it_wrote() {
    let app = TestApp::with_numbers(&["09123456789"]).await;
    Client::dialer(&app).report(&report(1, "BUSY", 1)).await;
    let id = app.app.ledger.views().find_lead(domain::ids::AnyId::Num(1)).await.unwrap().unwrap().id;
    let stock = PersistedEventStore::<PostgresEventRepository, Lead>::new_event_store(
        PostgresEventRepository::new(app.app.pool.clone()),
    );
    let context = stock.load_aggregate(&id.to_string()).await.unwrap();
    let mut conn = app.app.pool.acquire().await.unwrap();
    let stream = StreamId::new(StreamKind::Lead, id);
    let ours = projections::streams::load(&mut conn, &[stream], None).await.unwrap().remove(&stream).unwrap();
    assert_eq!((&context.aggregate, context.current_sequence), (&**ours.state.as_lead().unwrap(), 3));

    let note = LeadEvent::NoteAdded(NoteAdded {
        at: ours.state.as_lead().unwrap().changed_at,
        person: Note { text: "from stock code".to_owned() },
    });
    stock.commit(vec![note], context, HashMap::new()).await.unwrap();
    let head = app.app.ledger.views().head().await.unwrap();
    assert!(app.app.ledger.wait_followed(head).await);
    let lead = app.app.ledger.views().find_lead(domain::ids::AnyId::Num(1)).await.unwrap().unwrap();
    assert_eq!(lead.latest_note.as_deref(), Some("from stock code"));
    assert_eq!(chain::check(&app.app.pool, |_, _| {}).await.unwrap().faults, []);
    // Our memory of the stream is behind: that costs a retry, not a wrong answer.
    assert_eq!(Client::dialer(&app).report(&report(1, "MISSED", 2)).await.body["attempts"], 2);
    app.rebuilt_equals_live().await;
}
