//! What may exist once only? Claims, leases and receipts: rows of one table, told apart by their kind.

use crate::ids::{AgentId, CredentialId};
use crate::report::event::Period;
use crate::stream::StreamKind;
use crate::time::Instant;
use chrono::NaiveDate;
use serde_json::Value;
use uuid::Uuid;

/// Kinds of keys. Those of streams are claims and leases, which the log can make again.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum KeyKind {
    /// A phone within a scope (C-13), held by a lead.
    Phone,
    /// A phone among one agent's leads, held by a lead.
    PhoneOfAgent,
    /// A user name, dialer user id or e-mail, held by an agent.
    Login,
    /// A phone that is being dialed, held by a batch; expires.
    Lease,
    /// A phone that must not be dialed, held by the lead it was banned on.
    Suppressed,
    /// A lead's id in another system, held by a lead.
    ExternalRef,
    /// A call at its provider, held by the lead it is made to.
    Call,
    /// The answer once given to a client's `Idempotency-Key`.
    Idempotency,
    /// The answer once given to this very content.
    Content,
    /// A hand-over to an agent's browser that was used.
    Handoff,
    /// A browser's token that was logged out with.
    EndedSession,
    /// A person's report of that day and period, held by the report.
    Report,
    /// An integer id among those of its kind of stream, held by the stream for ever.
    Num,
}

impl KeyKind {
    pub const ALL: [Self; 13] = [
        Self::Phone,
        Self::PhoneOfAgent,
        Self::Login,
        Self::Lease,
        Self::Suppressed,
        Self::ExternalRef,
        Self::Call,
        Self::Idempotency,
        Self::Content,
        Self::Handoff,
        Self::EndedSession,
        Self::Report,
        Self::Num,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::PhoneOfAgent => "phone_of_agent",
            Self::Login => "login",
            Self::Lease => "lease",
            Self::Suppressed => "suppressed",
            Self::ExternalRef => "external_ref",
            Self::Call => "call",
            Self::Idempotency => "idempotency",
            Self::Content => "content",
            Self::Handoff => "handoff",
            Self::EndedSession => "ended_session",
            Self::Report => "report",
            Self::Num => "num",
        }
    }

    /// Whether several streams may hold one key of this kind, each with a row of its own: the key is free when the last
    /// of them lets go. `keys.shared_by` in the migrations says the same.
    pub const fn is_shared(self) -> bool {
        match self {
            Self::Phone | Self::PhoneOfAgent | Self::Suppressed => true,
            Self::Login
            | Self::Lease
            | Self::ExternalRef
            | Self::Call
            | Self::Idempotency
            | Self::Content
            | Self::Handoff
            | Self::EndedSession
            | Self::Report
            | Self::Num => false,
        }
    }

    /// Whether keys of this kind follow from the streams' states, so that the log can make them again; the others are
    /// receipts.
    pub const fn is_of_streams(self) -> bool {
        match self {
            Self::Phone
            | Self::PhoneOfAgent
            | Self::Login
            | Self::Lease
            | Self::Suppressed
            | Self::ExternalRef
            | Self::Call
            | Self::Report
            | Self::Num => true,
            Self::Idempotency | Self::Content | Self::Handoff | Self::EndedSession => false,
        }
    }

    /// The kind of that name.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// The name of something that may exist once only.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Key {
    pub kind: KeyKind,
    pub key: String,
}

impl Key {
    /// A phone among all leads of the ledger: one lead a number (S1, S3, Meta; C-13).
    pub fn phone(phone_key: &str) -> Self {
        Self { kind: KeyKind::Phone, key: format!("ledger:{phone_key}") }
    }

    /// A phone among the leads that were made for one agent (S2; C-13).
    pub fn phone_of_agent(agent_id: AgentId, phone_key: &str) -> Self {
        Self { kind: KeyKind::PhoneOfAgent, key: format!("{agent_id}:{phone_key}") }
    }

    /// The right to dial a phone now, whatever lead it belongs to.
    pub fn lease(phone_key: &str) -> Self {
        Self { kind: KeyKind::Lease, key: phone_key.to_owned() }
    }

    /// The ban on a phone.
    pub fn suppressed(phone_key: &str) -> Self {
        Self { kind: KeyKind::Suppressed, key: phone_key.to_owned() }
    }

    /// A user name, exactly as written.
    pub fn username(name: &str) -> Self {
        Self { kind: KeyKind::Login, key: format!("username:{name}") }
    }

    /// The name by which a dialer knows an agent, exactly as written.
    pub fn dialer_user_id(name: &str) -> Self {
        Self { kind: KeyKind::Login, key: format!("dialer_user_id:{name}") }
    }

    /// An e-mail address; upper and lower case are one.
    pub fn email(address: &str) -> Self {
        Self { kind: KeyKind::Login, key: format!("email:{}", address.to_lowercase()) }
    }

    /// A lead's id in another system; ids are unique within a system only.
    pub fn external_ref(source: &str, id: &str) -> Self {
        Self { kind: KeyKind::ExternalRef, key: format!("{source}:{id}") }
    }

    /// A call at the provider of that name.
    pub fn call(provider: &str, id: &str) -> Self {
        Self { kind: KeyKind::Call, key: format!("{provider}:{id}") }
    }

    /// An integer id. Of fixed width, so that the highest one is the last key.
    pub fn num(kind: StreamKind, num: i64) -> Self {
        Self { kind: KeyKind::Num, key: format!("{}:{num:019}", kind.as_str()) }
    }

    /// A person's report of that period, dated that day (C-27).
    pub fn report(user_id: AgentId, period: Period, on: NaiveDate) -> Self {
        Self { kind: KeyKind::Report, key: format!("{user_id}:{period}:{on}") }
    }

    /// A client's `Idempotency-Key`; `digest` is a hash of what the client sent, so nothing personal is stored.
    pub fn idempotency(credential: CredentialId, digest: &str) -> Self {
        Self { kind: KeyKind::Idempotency, key: format!("{credential}:{digest}") }
    }

    /// The hash of a whole request that carries no identity of its own.
    pub fn content(credential: CredentialId, digest: &str) -> Self {
        Self { kind: KeyKind::Content, key: format!("{credential}:{digest}") }
    }
}

impl Key {
    /// The use of a hand-over: of that lead, made by its event of that sequence.
    pub fn handoff(lead_num: i64, sequence: i64) -> Self {
        Self { kind: KeyKind::Handoff, key: format!("{lead_num}.{sequence}") }
    }

    /// The end of the session whose token has this id.
    pub fn ended_session(token_id: Uuid) -> Self {
        Self { kind: KeyKind::EndedSession, key: token_id.to_string() }
    }
}

/// A key that a request wants.
#[derive(Clone, PartialEq, Debug)]
pub struct TakeKey {
    pub key: Key,
    /// Who holds it from now on: a lead, batch, agent, or the hash of a request's body.
    pub holder: String,
    /// When it may be taken by others; `None` = until released.
    pub until: Option<Instant>,
    /// For receipts: the answer, to be given again.
    pub outcome: Option<Value>,
}

/// A key that a stream holds by its state, its holder, and when it ends.
pub type HeldKey = (Key, String, Option<Instant>);

/// What the keys that a stream holds change by.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct KeyChanges {
    pub released: Vec<(Key, String)>,
    pub taken: Vec<HeldKey>,
}

impl KeyChanges {
    /// What turns the keys `before` into the keys `after`.
    pub fn between(before: &[HeldKey], after: Vec<HeldKey>) -> Self {
        let is_kept = |key: &Key| after.iter().any(|(kept, ..)| kept == key);
        let released = before.iter().filter(|(key, ..)| !is_kept(key));
        let released = released.map(|(key, holder, _)| (key.clone(), holder.clone())).collect();
        let taken = after.into_iter().filter(|held| !before.contains(held)).collect();
        Self { released, taken }
    }
}
