//! Document 002's words and ours (C-16).

use domain::outcome::{CallResult, Outcome};
use domain::phone::{Phone, Region, Validity};
use domain::status::{Disposition, SchedulingStatus};
use domain::time::Instant;

/// B-085
pub const STATUSES: [(&str, SchedulingStatus); 3] = [
    ("new", SchedulingStatus::New),
    ("in_progress", SchedulingStatus::InProgress),
    ("done", SchedulingStatus::Done),
];

/// B-086
pub const DISPOSITIONS: [(&str, Disposition); 4] = [
    ("not_interested", Disposition::NotInterested),
    ("hung_up", Disposition::HungUp),
    ("completed", Disposition::Completed),
    ("no_answer", Disposition::NoAnswer),
];

/// B-080
pub const RESULTS: [(&str, CallResult); 3] =
    [("answered", CallResult::Answered), ("no_answer", CallResult::NoAnswer), ("failed", CallResult::Failed)];

/// The words of a call's status.
pub const CALL_STATUSES: [(&str, &str); 5] = [
    ("in_progress", "in_progress"),
    ("completed", "completed"),
    ("no_answer", "no_answer"),
    ("busy", "busy"),
    ("failed", "failed"),
];

/// What a call's disposition says beyond its outcome.
pub const CALL_DISPOSITIONS: [(&str, Outcome); 4] = [
    ("completed", Outcome::Connected),
    ("not_interested", Outcome::NotInterested),
    ("hung_up", Outcome::HungUp),
    ("no_answer", Outcome::NoAnswer),
];

/// What a status and an outcome mean where nothing else is said; the first that fits.
pub const PLAIN_OUTCOMES: [Outcome; 5] =
    [Outcome::InProgress, Outcome::Connected, Outcome::NoAnswer, Outcome::Busy, Outcome::Failed];

/// The word of a call's status.
pub fn call_status(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Connected | Outcome::Interested | Outcome::NotInterested | Outcome::HungUp => "completed",
        Outcome::NoAnswer | Outcome::PowerOff | Outcome::AnsweringMachine => "no_answer",
        Outcome::Busy => "busy",
        Outcome::Failed | Outcome::Disconnected | Outcome::Banned | Outcome::Canceled | Outcome::Unknown => {
            "failed"
        }
        Outcome::Queued | Outcome::Initiated | Outcome::Ringing | Outcome::InProgress => "in_progress",
    }
}

/// An instant as this document writes it.
pub fn instant(at: Instant) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}

/// Whether a text has the shape of E.164: `+`, a digit that is not 0, and up to 14 more (B-090, C-40).
pub fn is_e164(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or("");
    (2..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0')
}

/// A number that can exist; `None`: no plan knows it.
pub fn phone(text: &str, region: Region) -> Option<Phone> {
    Phone::try_new(text, region).ok().filter(|phone| phone.validity != Validity::Invalid)
}

/// The key of a search that is a whole number. One without a plus may be part of any country's.
pub fn whole_number(search: Option<&str>, region: Region) -> Option<String> {
    let text = search.map(str::trim).filter(|text| text.starts_with('+'))?;
    phone(text, region).filter(|phone| phone.validity == Validity::Valid).and_then(|phone| phone.key())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// B-064, B-090
    #[test]
    fn the_documents_samples_are_numbers_and_other_shapes_are_not() {
        for sample in ["+14155552671", "+442071838750", "+919876543210", "+14155552670"] {
            assert!(is_e164(sample) && phone(sample, Region::default()).is_some(), "{sample}");
        }
        for other in ["14155552671", "+0155552671", "+1415555267100000", "+1 415 555 2671", "+", ""] {
            assert!(!is_e164(other), "{other}");
        }
        assert!(
            is_e164("+1415") && phone("+1415", Region::default()).is_none(),
            "looks like one and is none"
        );
    }
}
