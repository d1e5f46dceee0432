//! The log of a history, read and folded: what every lead was at every position.

use domain::lead::Lead;
use domain::stream::{Event, StreamId};
use projections::feed;
use serde_json::Value;
use sqlx::PgPool;
use std::collections::HashMap;
use uuid::Uuid;

/// An event with its circumstances.
pub struct Recorded {
    pub position: i64,
    pub stream: StreamId,
    pub event: Event,
    pub request: Option<String>,
}

pub struct Log {
    pub events: Vec<Recorded>,
    /// Of each lead: the positions of its events, and what it was after each.
    pub leads: HashMap<Uuid, Vec<(i64, Lead)>>,
    ids: HashMap<i64, Uuid>,
}

impl Log {
    pub async fn read(pool: &PgPool) -> Self {
        let mut conn = pool.acquire().await.unwrap();
        let head = feed::head(&mut conn).await.unwrap();
        let mut this = Self { events: Vec::new(), leads: HashMap::new(), ids: HashMap::new() };
        for record in feed::page(&mut conn, 0, head).await.unwrap() {
            let (stream, event) = record.contents().unwrap().unwrap();
            let event = event.unwrap();
            let metadata: Value = serde_json::from_str(record.metadata()).unwrap();
            let request = metadata["request_id"].as_str().map(ToOwned::to_owned);
            if let Event::Lead(event) = &event {
                let states = this.leads.entry(stream.id).or_default();
                let mut lead = states.last().map(|(_, lead)| lead.clone()).unwrap_or_default();
                lead.apply(event.clone());
                this.ids.insert(lead.num, stream.id);
                states.push((record.position, lead));
            }
            this.events.push(Recorded { position: record.position, stream, event, request });
        }
        this
    }

    pub fn head(&self) -> i64 {
        self.events.last().map_or(0, |event| event.position)
    }

    /// The events of a request, of these types.
    pub fn of<'l>(&'l self, request: &'l str, types: &'l [&str]) -> impl Iterator<Item = &'l Recorded> {
        self.events.iter().filter(move |recorded| {
            recorded.request.as_deref() == Some(request) && types.contains(&recorded.event.name())
        })
    }

    /// The lead of that number.
    pub fn lead_of(&self, num: i64) -> Option<Uuid> {
        self.ids.get(&num).copied()
    }

    /// Whether a lead was so at any moment between two positions.
    pub fn was(&self, lead: Uuid, from: i64, upto: i64, is_so: impl Fn(&Lead) -> bool) -> bool {
        let Some(states) = self.leads.get(&lead) else { return false };
        let first = states.iter().rposition(|(position, _)| *position <= from).unwrap_or(0);
        states[first..].iter().take_while(|(position, _)| *position <= upto).any(|(_, lead)| is_so(lead))
    }

    /// What happened to a lead, a line an event.
    pub fn story(&self, lead: Uuid) -> String {
        let events = self.events.iter().filter(|recorded| recorded.stream.id == lead);
        let line = |recorded: &Recorded| {
            let request = recorded.request.as_deref().unwrap_or("stock");
            format!("\n    {} {request}: {:?}", recorded.position, recorded.event)
        };
        events.map(line).collect()
    }
}
