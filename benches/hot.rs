//! How fast are the pure parts that every request passes? Deciding, folding, encoding, hashing, reading a phone.
#![expect(clippy::unwrap_used, reason = "a bench that cannot be set up stops")]

use criterion::{Criterion, criterion_group, criterion_main};
use domain::lead::event::{LeadCaptured, LeadEvent, Person, Source};
use domain::lead::report_attempt::ReportAttempt;
use domain::lead::{Lead, LeadCommand, decide};
use domain::outcome::Outcome;
use domain::phone::{Phone, Region};
use domain::status::Stage;
use domain::stored::{LeafFields, decode, encode, leaf};
use domain::stream::{Event, StreamKind};
use domain::time::Instant;
use domain::verdict::{FactSource, Remarks};
use std::hint::black_box;
use uuid::Uuid;

fn lead() -> Lead {
    let mut lead = Lead::default();
    lead.apply(LeadEvent::LeadCaptured(Box::new(LeadCaptured {
        at: Instant::UNIX_EPOCH,
        num: 1,
        source: Source::Panel,
        stage: Stage::New,
        agent_id: None,
        priority: 0,
        schedule_at: None,
        person: Person {
            phone: Some(Phone::try_new("09123456789", Region::default()).unwrap()),
            ..Person::default()
        },
    })));
    lead
}

fn report() -> LeadCommand {
    let at = Instant::UNIX_EPOCH + chrono::Duration::hours(1);
    LeadCommand::ReportAttempt(Box::new(ReportAttempt {
        at,
        attempt_id: Uuid::from_u128(1).into(),
        fact_id: Uuid::from_u128(2).into(),
        batch_id: None,
        attempted_at: at,
        source: FactSource::Machine,
        outcome: Outcome::Busy,
        agent_id: None,
        duration_seconds: None,
        policy: domain::lead::attempt::DialPolicy::default(),
        call_allowed: true,
        warnings: Vec::new(),
        remarks: Remarks { user_message: Some("call me later".to_owned()), ..Remarks::default() },
    }))
}

fn hot(c: &mut Criterion) {
    let (lead, report) = (lead(), report());
    let events = decide(&lead, &report).unwrap();
    let event = Event::Lead(events[0].clone());
    let payload = encode(&event);
    let fields = LeafFields {
        event_id: Uuid::from_u128(1),
        aggregate_type: "lead",
        aggregate_id: "0190f0de-dd29-7a6b-9450-b6556ef3e623",
        sequence: 2,
        event_type: event.name(),
        event_version: event.version(),
        payload: &payload,
        metadata: "{}",
    };
    c.bench_function("decide a report", |b| b.iter(|| decide(black_box(&lead), black_box(&report))));
    c.bench_function("encode an event", |b| b.iter(|| encode(black_box(&event))));
    c.bench_function("decode an event", |b| {
        b.iter(|| decode(StreamKind::Lead, event.name(), event.version(), black_box(&payload)));
    });
    c.bench_function("hash an event", |b| b.iter(|| leaf(black_box(&fields))));
    c.bench_function("read a phone", |b| {
        b.iter(|| Phone::try_new(black_box("0912 345 6789"), Region::default()));
    });
}

criterion_group!(benches, hot);
criterion_main!(benches);
