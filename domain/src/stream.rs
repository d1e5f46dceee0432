//! Which stream is it, and what does it hold? The seven kinds side by side, for whoever handles them all alike.

use crate::agent::{Agent, AgentEvent};
use crate::batch::{Batch, BatchEvent};
use crate::credential::{Credential, CredentialEvent};
use crate::dead_letter::{DeadLetter, DeadLetterEvent};
use crate::dialing::{Dialing, DialingEvent};
use crate::keys::{HeldKey, KeyChanges};
use crate::lead::{Lead, LeadEvent};
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
}

impl StreamKind {
    pub const ALL: [Self; 7] = [
        Self::Lead,
        Self::Agent,
        Self::Dialing,
        Self::Batch,
        Self::Credential,
        Self::DeadLetter,
        Self::Report,
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
        }
    }

    /// The kind of that name.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// One stream. The only `dialing` stream has the nil UUID and is written `default`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct StreamId {
    pub kind: StreamKind,
    pub id: Uuid,
}

impl StreamId {
    /// The stream of the switch, the windows and the holidays.
    pub const DIALING: Self = Self { kind: StreamKind::Dialing, id: Uuid::nil() };

    pub const fn new(kind: StreamKind, id: Uuid) -> Self {
        Self { kind, id }
    }

    /// `aggregate_id` in the log.
    pub fn aggregate_id(&self) -> String {
        if *self == Self::DIALING { "default".to_owned() } else { self.id.to_string() }
    }

    /// The stream that a row of the log belongs to; `None` for names this ledger never writes.
    pub fn read(aggregate_type: &str, aggregate_id: &str) -> Option<Self> {
        let kind = StreamKind::from_word(aggregate_type)?;
        match (kind, aggregate_id) {
            (StreamKind::Dialing, "default") => Some(Self::DIALING),
            (StreamKind::Dialing, _) => None,
            _ => Uuid::try_parse(aggregate_id).ok().map(|id| Self::new(kind, id)),
        }
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
                        | Self::DeadLetter(_) | Self::Report(_), _) => {}
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
}

impl State {
    /// The keys that the stream holds by its state: key, holder, expiry.
    pub fn held_keys(&self, id: Uuid) -> Vec<HeldKey> {
        match self {
            Self::Lead(lead) => lead.held_keys(id),
            Self::Agent(agent) => agent.held_keys(id),
            Self::Report(report) => report.held_keys(id),
            Self::Dialing(_) | Self::Batch(_) | Self::Credential(_) | Self::DeadLetter(_) => Vec::new(),
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
