//! What does a decision see, and what does it say? Everything it looks at is checked again when it is stored.

use super::Ledger;
use super::context::Context;
use super::error::RecordError;
use super::held_keys::HeldKey;
use super::intent::{Intent, Prepared, Secret};
use domain::agent::Agent;
use domain::credential::Credential;
use domain::dialing::Dialing;
use domain::ids::AnyId;
use domain::keys::{Key, KeyKind, TakeKey};
use domain::lead::event::DuplicateSuspected;
use domain::lead::{Lead, LeadCommand, LeadEvent};
use domain::stream::{Event, State, StreamId, StreamKind};
use domain::time::Instant;
use projections::Views;
use projections::change::{Change, Folded};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::OwnedMutexGuard;
use uuid::Uuid;

/// One decision in the making.
pub struct Desk<'l> {
    ledger: &'l Ledger,
    context: &'l Context,
    now: Instant,
    seen: BTreeMap<StreamId, Folded>,
    after: BTreeMap<StreamId, Folded>,
    order: Vec<StreamId>,
    intent: Intent,
    turn: Option<(StreamId, OwnedMutexGuard<()>)>,
}

impl<'l> Desk<'l> {
    pub(crate) fn new(ledger: &'l Ledger, context: &'l Context) -> Self {
        let now = ledger.now();
        Self {
            ledger,
            context,
            now,
            seen: BTreeMap::new(),
            after: BTreeMap::new(),
            order: Vec::new(),
            intent: Intent::new(context, now),
            turn: None,
        }
    }

    /// The ledger's clock; one instant for the whole decision.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// Who asks, and how.
    pub fn context(&self) -> &Context {
        self.context
    }

    /// A new id, later than those before it.
    pub fn new_id(&self) -> Uuid {
        crate::clock::new_id(self.now)
    }

    /// A new integer id.
    pub async fn num(&self, kind: StreamKind) -> Result<i64, RecordError> {
        Ok(self.ledger.inner.nums.next(kind).await?)
    }

    /// Reads that need not be exact: what is decided by them must be checked against a stream or key.
    pub fn views(&self) -> &Views {
        self.ledger.views()
    }

    /// Waits until no other request of this process is busy with the stream. One stream a decision: a second one is
    /// left to the checks.
    pub async fn wait_turn(&mut self, stream: StreamId) {
        if self.turn.is_none() {
            self.turn = Some((stream, self.ledger.inner.turns.take(stream).await));
        }
    }

    /// The stream as it is, with what this decision appended to it.
    pub async fn stream(&mut self, stream: StreamId) -> Result<Folded, RecordError> {
        if let Some(folded) = self.after.get(&stream).or_else(|| self.seen.get(&stream)) {
            return Ok(folded.clone());
        }
        let folded = self.ledger.inner.loader.load(stream).await?;
        self.seen.insert(stream, folded.clone());
        Ok(folded)
    }

    /// Looks at many streams at once.
    pub async fn load_all(&mut self, streams: &[StreamId]) -> Result<(), RecordError> {
        let loads = streams.iter().map(|stream| self.ledger.inner.loader.load(*stream));
        for (stream, folded) in streams.iter().zip(futures_util::future::join_all(loads).await) {
            self.seen.insert(*stream, folded?);
        }
        Ok(())
    }

    /// A lead; an empty one if there is none of that id.
    pub async fn lead(&mut self, id: Uuid) -> Result<Arc<Lead>, RecordError> {
        let folded = self.stream(StreamId::new(StreamKind::Lead, id)).await?;
        Ok(folded.state.as_lead().cloned().unwrap_or_default())
    }

    /// An agent; an empty one if there is none of that id.
    pub async fn agent(&mut self, id: Uuid) -> Result<Arc<Agent>, RecordError> {
        let folded = self.stream(StreamId::new(StreamKind::Agent, id)).await?;
        Ok(folded.state.as_agent().cloned().unwrap_or_default())
    }

    /// A credential; an empty one if there is none of that id.
    pub async fn credential(&mut self, id: Uuid) -> Result<Arc<Credential>, RecordError> {
        let folded = self.stream(StreamId::new(StreamKind::Credential, id)).await?;
        Ok(folded.state.as_credential().cloned().unwrap_or_default())
    }

    /// The switch, the windows and the holidays.
    pub async fn dialing(&mut self) -> Result<Arc<Dialing>, RecordError> {
        let folded = self.stream(StreamId::DIALING).await?;
        Ok(folded.state.as_dialing().cloned().unwrap_or_default())
    }

    /// Finds a lead by its integer id (`num`, not its phone number); deleted leads are found too.
    pub async fn lead_of_num(&self, num: i64) -> Result<Option<Uuid>, RecordError> {
        self.ledger.inner.loader.lead_of_num(num).await
    }

    /// Finds a lead by any of its ids (C-02); deleted leads are found too.
    pub async fn lead_of_id(&self, id: AnyId) -> Result<Option<Uuid>, RecordError> {
        match id {
            AnyId::Num(num) => self.lead_of_num(num).await,
            AnyId::Uuid(_) | AnyId::Oid { .. } => Ok(self.views().find_lead(id).await?.map(|lead| lead.id)),
        }
    }

    /// A lead as it was after its event of that sequence: what an answer once given was about.
    pub async fn lead_at(&self, id: Uuid, sequence: i64) -> Result<Arc<Lead>, RecordError> {
        let mut conn = self.ledger.pool().acquire().await?;
        let stream = StreamId::new(StreamKind::Lead, id);
        let folded = projections::streams::load_upto(&mut conn, stream, sequence).await?;
        Ok(folded.state.as_lead().cloned().unwrap_or_default())
    }

    /// Whoever holds a key now.
    pub async fn key(&self, key: &Key) -> Result<Option<HeldKey>, RecordError> {
        self.ledger.find_key(key).await
    }

    /// The stream that holds a claim now; of several the one that has held it longest.
    pub async fn holder(&self, key: &Key) -> Result<Option<Uuid>, RecordError> {
        Ok(self.key(key).await?.and_then(|held| held.holder.parse().ok()))
    }

    /// Every stream that holds a claim now, the longest first.
    pub async fn holders(&self, key: &Key) -> Result<Vec<Uuid>, RecordError> {
        self.ledger.holders(key).await
    }

    /// Adds events to a stream. It must have been looked at.
    pub fn append<E: Into<Event>>(&mut self, stream: StreamId, events: impl IntoIterator<Item = E>) {
        let empty = || Folded { sequence: 0, state: State::empty(stream.kind) };
        for event in events {
            let event = event.into();
            // Taken out, not copied: applying to a state that nobody else holds copies nothing.
            let known = self.after.remove(&stream);
            let is_first = known.is_none();
            let mut folded = known.or_else(|| self.seen.get(&stream).cloned()).unwrap_or_else(empty);
            folded.sequence += 1;
            let id = self.new_id();
            self.intent.events.push(Prepared::new(
                id,
                stream,
                folded.sequence,
                &event,
                &self.intent.metadata,
            ));
            folded.state.apply(event);
            self.after.insert(stream, folded);
            if is_first {
                self.order.push(stream);
            }
        }
    }

    /// Decides about a lead, appends what follows and answers the lead as it is then.
    pub async fn decide_lead(&mut self, id: Uuid, command: &LeadCommand) -> Result<Arc<Lead>, RecordError> {
        let lead = self.lead(id).await?;
        let events = domain::lead::decide(&lead, command)?;
        self.append(StreamId::new(StreamKind::Lead, id), events);
        self.suspect_duplicate(id, &lead).await?;
        self.lead(id).await
    }

    /// A lead comes to an agent who has one of that number already: it comes all the same, and that is said (C-13).
    async fn suspect_duplicate(&mut self, id: Uuid, before: &Lead) -> Result<(), RecordError> {
        let after = self.lead(id).await?;
        let claim = after.phone_claim().filter(|claim| claim.kind == KeyKind::PhoneOfAgent);
        let Some(claim) =
            claim.filter(|claim| before.exists() && before.phone_claim().as_ref() != Some(claim))
        else {
            return Ok(());
        };
        let holder = self.holder(&claim).await?;
        if let Some(other) = holder.filter(|other| *other != id) {
            let suspected = DuplicateSuspected { at: self.now, lead_ids: vec![other.into()] };
            let event = LeadEvent::DuplicateSuspected(suspected);
            self.append(StreamId::new(StreamKind::Lead, id), [event]);
        }
        Ok(())
    }

    /// The most recently changed lead of the telecaller CRM that has this number: there several may have one (C-13).
    pub async fn lead_of_sale(&mut self, phone_key: &str) -> Result<Option<Uuid>, RecordError> {
        let mut found: Option<(Instant, Uuid)> = None;
        for id in self.holders(&Key::phone(phone_key)).await? {
            let lead = self.lead(id).await?;
            let is_there = lead.exists() && lead.deleted_at.is_none();
            if is_there && lead.source.is_sale() && lead.phone_key().as_deref() == Some(phone_key) {
                found = found.max(Some((lead.changed_at, id)));
            }
        }
        Ok(found.map(|(_, id)| id))
    }

    /// Begins a stream with an id that nobody has used: there is nothing to load.
    pub fn begin(&mut self, kind: StreamKind) -> Uuid {
        let id = self.new_id();
        let folded = Folded { sequence: 0, state: State::empty(kind) };
        self.seen.insert(StreamId::new(kind, id), folded);
        id
    }

    /// Takes a key that is not a function of any stream: a receipt.
    pub fn take(&mut self, take: TakeKey) {
        self.intent.take.push(take);
    }

    /// Makes the keys of a stream what they should be: takes those it holds, gives back those it holds no more.
    pub(crate) fn settle(
        &mut self,
        held: Vec<(Key, String, Option<Instant>)>,
        released: impl IntoIterator<Item = (Key, String)>,
    ) {
        let now = self.now;
        let is_live = |until: &Option<Instant>| until.is_none_or(|until| until > now);
        let take = |(key, holder, until)| TakeKey { key, holder, until, outcome: None };
        self.intent.take_softly.extend(held.into_iter().filter(|(_, _, until)| is_live(until)).map(take));
        self.intent.release.extend(released);
    }

    pub(crate) fn pool(&self) -> &sqlx::PgPool {
        self.ledger.pool()
    }

    /// Wants a key to be held by nobody.
    pub fn require_absent(&mut self, key: Key) {
        self.intent.absent.push(key);
    }

    /// Stores, or with no value removes, a secret with the events.
    pub fn secret(&mut self, kind: &'static str, id: impl Into<String>, value: Option<String>) {
        self.intent.secrets.push(Secret { kind, id: id.into(), value });
    }

    /// Every stream that was looked at, and its sequence then.
    pub(super) fn looked_at(&self) -> BTreeMap<StreamId, i64> {
        self.seen.iter().map(|(stream, folded)| (*stream, folded.sequence)).collect()
    }

    /// What the decision came to.
    pub(super) fn close(mut self) -> (Intent, Option<(StreamId, OwnedMutexGuard<()>)>) {
        for stream in &self.order {
            let before = self.seen.get(stream).filter(|folded| folded.sequence > 0).cloned();
            if let Some(after) = self.after.remove(stream) {
                self.intent.changes.push(Change { stream: *stream, before, after });
            }
        }
        self.intent.seen = self.looked_at();
        self.intent.settle_keys();
        (self.intent, self.turn)
    }
}
