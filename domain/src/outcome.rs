//! What came of a call attempt? One list of outcomes, and what each is called on the axes people see (C-16).

use crate::status::{Disposition, PanelStatus, words};

words! {
    /// The outcome of an attempt, in the order of C-43: of two machine reports the later variant holds.
    Outcome {
        Queued = "queued",
        Initiated = "initiated",
        Ringing = "ringing",
        InProgress = "in_progress",
        Canceled = "canceled",
        Unknown = "unknown",
        Failed = "failed",
        NoAnswer = "no_answer",
        Busy = "busy",
        PowerOff = "power_off",
        Disconnected = "disconnected",
        Banned = "banned",
        Connected = "connected",
        /// A machine picked up: no answer of a person, whatever the provider calls the end of the call.
        AnsweringMachine = "answering_machine",
        HungUp = "hung_up",
        NotInterested = "not_interested",
        Interested = "interested",
    }
}

words! {
    /// An outcome as history and metrics count it (S2, B-080).
    CallResult {
        Answered = "answered",
        NoAnswer = "no_answer",
        Failed = "failed",
    }
}

/// What an outcome does to the lead's place in the queue.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effect {
    /// The call is still going on.
    InFlight,
    /// Nothing came of it: dial again at once.
    QueueAgain,
    /// Dial again after the retry delay, until the attempts are used up.
    Retry,
    /// Done.
    Close(Disposition),
    /// Done, and the number is never to be dialed again.
    Suppress,
}

impl Outcome {
    /// Whether the call is over.
    pub fn is_final(self) -> bool {
        self.effect() != Effect::InFlight
    }

    /// The queue effect of C-16.
    pub const fn effect(self) -> Effect {
        match self {
            Self::Queued | Self::Initiated | Self::Ringing | Self::InProgress => Effect::InFlight,
            Self::Canceled => Effect::QueueAgain,
            Self::Unknown
            | Self::Failed
            | Self::NoAnswer
            | Self::Busy
            | Self::PowerOff
            | Self::AnsweringMachine => Effect::Retry,
            Self::Disconnected => Effect::Close(Disposition::NoAnswer),
            Self::Banned => Effect::Suppress,
            Self::Connected | Self::Interested => Effect::Close(Disposition::Completed),
            Self::HungUp => Effect::Close(Disposition::HungUp),
            Self::NotInterested => Effect::Close(Disposition::NotInterested),
        }
    }

    /// Whether a person was spoken to.
    pub fn is_answered(self) -> bool {
        self.call_result() == Some(CallResult::Answered)
    }

    /// How history and metrics count it; `None` while in flight.
    pub const fn call_result(self) -> Option<CallResult> {
        match self {
            Self::Queued | Self::Initiated | Self::Ringing | Self::InProgress => None,
            Self::Connected | Self::Interested | Self::NotInterested | Self::HungUp => {
                Some(CallResult::Answered)
            }
            Self::NoAnswer | Self::Busy | Self::PowerOff | Self::AnsweringMachine => {
                Some(CallResult::NoAnswer)
            }
            Self::Failed | Self::Disconnected | Self::Banned | Self::Canceled | Self::Unknown => {
                Some(CallResult::Failed)
            }
        }
    }

    /// The word of telephony, as Twilio has it and the telecaller CRM shows it (C-16).
    pub const fn call_status(self) -> &'static str {
        match self {
            Self::Queued | Self::Initiated => "initiated",
            Self::Ringing => "ringing",
            Self::InProgress => "in-progress",
            Self::Connected | Self::Interested | Self::NotInterested | Self::HungUp => "completed",
            Self::NoAnswer | Self::PowerOff | Self::AnsweringMachine => "no-answer",
            Self::Busy => "busy",
            Self::Canceled => "canceled",
            Self::Failed | Self::Disconnected | Self::Banned | Self::Unknown => "failed",
        }
    }

    /// The panel's word; `None` while in flight, when the word stays what it was.
    pub const fn panel_status(self) -> Option<PanelStatus> {
        match self {
            Self::Queued | Self::Initiated | Self::Ringing | Self::InProgress => None,
            Self::Canceled | Self::Unknown => Some(PanelStatus::Unknown),
            Self::Failed => Some(PanelStatus::Failed),
            Self::NoAnswer | Self::AnsweringMachine => Some(PanelStatus::Missed),
            Self::Busy => Some(PanelStatus::Busy),
            Self::PowerOff => Some(PanelStatus::PowerOff),
            Self::Disconnected => Some(PanelStatus::Disconnected),
            Self::Banned => Some(PanelStatus::Banned),
            Self::Connected | Self::Interested => Some(PanelStatus::Connected),
            Self::HungUp => Some(PanelStatus::Hangup),
            Self::NotInterested => Some(PanelStatus::NotInterested),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// B-083: answered, unanswered and failed calls add up to all, because every final outcome is exactly one of them.
    #[test]
    fn final_outcomes_are_counted_once_and_calls_in_flight_never() {
        for &outcome in Outcome::ALL {
            assert_eq!(outcome.call_result().is_some(), outcome.is_final(), "{outcome}");
            assert_eq!(outcome.panel_status().is_some(), outcome.is_final(), "{outcome}");
        }
    }

    /// B-086
    #[test]
    fn only_spoken_words_close_a_lead_as_completed() {
        for &outcome in Outcome::ALL {
            if outcome.effect() == Effect::Close(Disposition::Completed) {
                assert!(outcome.is_answered(), "{outcome}");
            }
        }
    }
}
