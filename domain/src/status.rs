//! Which words describe a lead? Four axes, never one column (C-16); each is folded from facts.

/// A closed set of words: an enum, its stored spelling, and both directions between them.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant,)* }

        impl $name {
            /// Every word, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word as it is stored.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// The word read back; `None` for any other text.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use words;

words! {
    /// What the dialer panel shows of a number (S3).
    PanelStatus {
        InQueue = "in_queue",
        Connected = "connected",
        Failed = "failed",
        NotInterested = "not_interested",
        Missed = "missed",
        Hangup = "hangup",
        Disconnected = "disconnected",
        Busy = "busy",
        PowerOff = "power_off",
        Banned = "banned",
        Unknown = "unknown",
    }
}

impl PanelStatus {
    /// Whether people may change or delete a number in this state, and set it to this state (B-113, B-114).
    pub const fn is_mutable(self) -> bool {
        match self {
            Self::InQueue | Self::Missed | Self::Busy | Self::PowerOff | Self::Banned => true,
            Self::Connected
            | Self::Failed
            | Self::NotInterested
            | Self::Hangup
            | Self::Disconnected
            | Self::Unknown => false,
        }
    }
}

words! {
    /// Where a lead stands for the scheduler (S2, B-085).
    SchedulingStatus {
        New = "new",
        InProgress = "in_progress",
        Done = "done",
    }
}

words! {
    /// How far a lead has come with us (S1, S4).
    Stage {
        New = "new",
        Contacted = "contacted",
        Qualified = "qualified",
        Interested = "interested",
        Converted = "converted",
        Lost = "lost",
    }
}

words! {
    /// How a closed lead ended (S2, B-086).
    Disposition {
        Completed = "completed",
        NotInterested = "not_interested",
        HungUp = "hung_up",
        NoAnswer = "no_answer",
    }
}

words! {
    /// Why a lead waits, or that it waits no longer. Being leased is no state: it ends by the clock alone.
    QueueState {
        CallbackWait = "callback_wait",
        RetryWait = "retry_wait",
        Queued = "queued",
        Closed = "closed",
    }
}

impl QueueState {
    /// The order in which due leads are handed out: callbacks, retries, new ones (C-19).
    pub const fn rank(self) -> i16 {
        match self {
            Self::CallbackWait => 0,
            Self::RetryWait => 1,
            Self::Queued => 2,
            Self::Closed => 3,
        }
    }
}

words! {
    /// The axes along which `lead_status_changed` tells a move.
    Axis {
        Panel = "panel",
        Scheduling = "scheduling",
        Stage = "stage",
        Disposition = "disposition",
    }
}
