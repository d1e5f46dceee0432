//! Which stream is it, and what does it hold? The eight kinds side by side, for whoever handles them all alike.

use crate::agent::{Agent, AgentEvent};
use crate::batch::{Batch, BatchEvent};
use crate::credential::{Credential, CredentialEvent};
use crate::dead_letter::{DeadLetter, DeadLetterEvent};
use crate::dialing::{Dialing, DialingEvent};
use crate::keys::{HeldKey, Key, KeyChanges};
use crate::lead::{Lead, LeadEvent};
use crate::log::{Log, LogEvent};
use crate::report::{Report, ReportEvent};
use std::fmt;
use std::sync::Arc;
use uuid::Uuid;

/// A kind of stream; its name is `aggregate_type` in the log.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum StreamKind {
    Lead,
    Agent,
    Dialing,
    Batch,
    Credential,
    DeadLetter,
    Report,
    Log,
}

impl StreamKind {
    pub const ALL: [Self; 8] = [
        Self::Lead,
        Self::Agent,
        Self::Dialing,
        Self::Batch,
        Self::Credential,
        Self::DeadLetter,
        Self::Report,
        Self::Log,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::Agent => "agent",
            Self::Dialing => "dialing",
            Self::Batch => "batch",
            Self::Credential => "credential",
            Self::DeadLetter => "dead_letter",
            Self::Report => "report",
            Self::Log => "log",
        }
    }

    /// The kind of that name.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// One stream. There is one `dialing` and one `log` stream; its UUID is nil and it is written `default`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct StreamId {
    pub kind: StreamKind,
    pub id: Uuid,
}

impl StreamId {
    /// The stream of the switch, the windows and the holidays.
    pub const DIALING: Self = Self { kind: StreamKind::Dialing, id: Uuid::nil() };

    /// The stream of what operators say of the log itself.
    pub const LOG: Self = Self { kind: StreamKind::Log, id: Uuid::nil() };

    pub const fn new(kind: StreamKind, id: Uuid) -> Self {
        Self { kind, id }
    }

    const fn is_only_one(kind: StreamKind) -> bool {
        matches!(kind, StreamKind::Dialing | StreamKind::Log)
    }

    /// `aggregate_id` in the log.
    pub fn aggregate_id(&self) -> String {
        if Self::is_only_one(self.kind) { "default".to_owned() } else { self.id.to_string() }
    }

    /// The stream that a row of the log belongs to; `None` for names this ledger never writes.
    pub fn read(aggregate_type: &str, aggregate_id: &str) -> Option<Self> {
        let kind = StreamKind::from_word(aggregate_type)?;
        if Self::is_only_one(kind) {
            return (aggregate_id == "default").then_some(Self::new(kind, Uuid::nil()));
        }
        Uuid::try_parse(aggregate_id).ok().map(|id| Self::new(kind, id))
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind.as_str(), self.aggregate_id())
    }
}

macro_rules! streams {
    ($($kind:ident($event:ty) $into:ident,)*) => {
        /// An event of any stream.
        #[derive(Clone, PartialEq, Debug)]
        pub enum Event { $($kind($event),)* }

        /// The state of any stream.
        #[derive(Clone, PartialEq, Debug)]
        pub enum State { $($kind(Arc<$kind>),)* }

        impl Event {
            /// The kind of stream it belongs to.
            pub const fn kind(&self) -> StreamKind {
                match self { $(Self::$kind(_) => StreamKind::$kind,)* }
            }

            /// Stored type.
            pub const fn name(&self) -> &'static str {
                match self { $(Self::$kind(event) => event.name(),)* }
            }

            /// Version of the stored shape.
            pub const fn version(&self) -> &'static str {
                match self { $(Self::$kind(event) => event.version(),)* }
            }
        }

        impl State {
            /// A stream to which nothing has happened.
            pub fn empty(kind: StreamKind) -> Self {
                match kind { $(StreamKind::$kind => Self::$kind(Arc::default()),)* }
            }

            /// Takes in one event; one of another kind of stream changes nothing.
            pub fn apply(&mut self, event: Event) {
                match (self, event) {
                    $((Self::$kind(state), Event::$kind(event)) => Arc::make_mut(state).apply(event),)*
                    (Self::Lead(_) | Self::Agent(_) | Self::Dialing(_) | Self::Batch(_) | Self::Credential(_)
                        | Self::DeadLetter(_) | Self::Report(_) | Self::Log(_), _) => {}
                }
            }

            $(
                /// The state, if it is of this kind.
                pub fn $into(&self) -> Option<&Arc<$kind>> {
                    if let Self::$kind(state) = self { Some(state) } else { None }
                }
            )*
        }

        $(
            impl From<$event> for Event {
                fn from(event: $event) -> Self { Self::$kind(event) }
            }

            impl From<Arc<$kind>> for State {
                fn from(state: Arc<$kind>) -> Self { Self::$kind(state) }
            }
        )*
    };
}

streams! {
    Lead(LeadEvent) as_lead,
    Agent(AgentEvent) as_agent,
    Dialing(DialingEvent) as_dialing,
    Batch(BatchEvent) as_batch,
    Credential(CredentialEvent) as_credential,
    DeadLetter(DeadLetterEvent) as_dead_letter,
    Report(ReportEvent) as_report,
    Log(LogEvent) as_log,
}

impl State {
    /// The keys that the stream holds by its state: key, holder, expiry.
    pub fn held_keys(&self, id: Uuid) -> Vec<HeldKey> {
        match self {
            Self::Lead(lead) => lead.held_keys(id),
            Self::Agent(agent) => agent.held_keys(id),
            Self::Report(report) => report.held_keys(id),
            Self::Credential(credential) => held_num(StreamKind::Credential, credential.num, id),
            Self::DeadLetter(letter) => {
                let num = letter.quarantined.as_ref().map_or(0, |quarantined| quarantined.num);
                held_num(StreamKind::DeadLetter, num, id)
            }
            Self::Dialing(_) | Self::Batch(_) | Self::Log(_) => Vec::new(),
        }
    }

    /// Passes over an event that is set aside: it counts among the stream's events and changes nothing.
    pub fn pass_over(&mut self) {
        if let Self::Lead(lead) = self {
            Arc::make_mut(lead).decided.pass_over();
        }
    }

    /// What its keys change by as a stream goes on. Costs what changed, however much a lead has been called.
    pub fn key_changes(before: Option<&Self>, after: &Self, id: Uuid) -> KeyChanges {
        if let (Some(Self::Lead(before)), Self::Lead(after)) = (before, after) {
            return Lead::key_changes(before, after, id);
        }
        let before = before.map_or_else(Vec::new, |before| before.held_keys(id));
        KeyChanges::between(&before, after.held_keys(id))
    }
}

/// The claim on an integer id; none where there is none yet.
pub(crate) fn held_num(kind: StreamKind, num: i64, id: Uuid) -> Vec<HeldKey> {
    if num > 0 { vec![(Key::num(kind, num), id.to_string(), None)] } else { Vec::new() }
}
