//! The dialer panel's words and ours.

use crate::http::values;
use chrono::NaiveTime;
use chrono_tz::Tz;
use domain::ids::AnyId;
use domain::outcome::Outcome;
use domain::principal::Role;
use domain::status::PanelStatus;
use domain::text::{is_blank, trim};
use domain::time::Instant;
use serde_json::Value;

/// The longest `reason` or `user_message`, in characters; longer ones are cut (C-17).
const TEXT_MAX: usize = 4_000;

/// What a dialer reports (B-103).
pub fn outcome(word: &str) -> Option<Outcome> {
    Some(match word {
        "CONNECTED" => Outcome::Connected,
        "FAILED" => Outcome::Failed,
        "NOT_INTERESTED" => Outcome::NotInterested,
        "MISSED" => Outcome::NoAnswer,
        "HANGUP" => Outcome::HungUp,
        "DISCONNECTED" => Outcome::Disconnected,
        "BUSY" => Outcome::Busy,
        "POWER_OFF" => Outcome::PowerOff,
        "BANNED" => Outcome::Banned,
        "UNKNOWN" => Outcome::Unknown,
        _ => return None,
    })
}

/// The panel's word for a status.
pub const fn status(status: PanelStatus) -> &'static str {
    match status {
        PanelStatus::InQueue => "IN_QUEUE",
        PanelStatus::Connected => "CONNECTED",
        PanelStatus::Failed => "FAILED",
        PanelStatus::NotInterested => "NOT_INTERESTED",
        PanelStatus::Missed => "MISSED",
        PanelStatus::Hangup => "HANGUP",
        PanelStatus::Disconnected => "DISCONNECTED",
        PanelStatus::Busy => "BUSY",
        PanelStatus::PowerOff => "POWER_OFF",
        PanelStatus::Banned => "BANNED",
        PanelStatus::Unknown => "UNKNOWN",
    }
}

/// The status that a word of the panel means.
pub fn panel_status(word: &str) -> Option<PanelStatus> {
    PanelStatus::ALL.iter().copied().find(|known| status(*known) == word)
}

/// The panel's word for a role (F8): its web application knows `ADMIN` and `AGENT`; telecallers are agents.
pub const fn role(role: Role) -> &'static str {
    match role {
        Role::Admin => "ADMIN",
        Role::Agent | Role::Telecaller => "AGENT",
        Role::Supervisor => "SUPERVISOR",
        Role::Auditor => "AUDITOR",
        Role::Analyst => "ANALYST",
    }
}

/// An instant in the ledger's zone with its offset (B-120).
pub fn instant(at: Instant, zone: Tz) -> String {
    at.with_timezone(&zone).format("%Y-%m-%dT%H:%M:%S%.6f%:z").to_string()
}

/// A wall clock time: `HH:MM` or `HH:MM:SS`; `24:00` is the end of the day.
pub fn time_of_day(text: &str) -> Option<NaiveTime> {
    match trim(text) {
        "24:00" | "24:00:00" => Some(NaiveTime::MIN),
        text => ["%H:%M", "%H:%M:%S"].iter().find_map(|format| NaiveTime::parse_from_str(text, format).ok()),
    }
}

/// A text in a report: whatever was sent, as text; `None` if there is nothing in it. Tells whether it was cut.
pub fn text(value: Option<&Value>) -> (Option<String>, bool) {
    let text = match value {
        None | Some(Value::Null) => return (None, false),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => values::number_text(number),
        Some(other @ (Value::Bool(_) | Value::Array(_) | Value::Object(_))) => other.to_string(),
    };
    let text = text.replace('\0', "");
    if is_blank(&text) {
        return (None, false);
    }
    match text.char_indices().nth(TEXT_MAX) {
        Some((end, _)) => (Some(text[..end].to_owned()), true),
        None => (Some(text), false),
    }
}

/// The id that a value names, in any of its spellings (C-02): an integer in any spelling, a UUID or 24 hex digits.
pub fn id(value: &Value) -> Option<AnyId> {
    let text = values::text(value)?;
    AnyId::parse(trim(&text)).or_else(|| values::integer(value).map(AnyId::Num))
}

/// How many of something, from 1 on, in any spelling of an integer; more than an integer holds is the largest that one
/// does.
pub fn count(value: &Value) -> Option<i64> {
    let is_beyond = |text: &str| {
        let digits = text.strip_prefix('+').unwrap_or(text);
        digits.len() > 15 && digits.bytes().all(|b| b.is_ascii_digit())
    };
    let text = values::text(value)?;
    let beyond = is_beyond(trim(&text)) || value.as_f64().is_some_and(|number| number >= 1e15);
    values::integer(value).or(beyond.then_some(i64::MAX)).filter(|count| *count >= 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// B-103
    #[test]
    fn every_word_of_the_document_comes_back_as_it_went() {
        for word in [
            "CONNECTED",
            "FAILED",
            "NOT_INTERESTED",
            "MISSED",
            "HANGUP",
            "DISCONNECTED",
            "BUSY",
            "POWER_OFF",
            "BANNED",
            "UNKNOWN",
        ] {
            let outcome = outcome(word).unwrap();
            assert_eq!(status(outcome.panel_status().unwrap()), word);
        }
        assert_eq!(outcome("IN_QUEUE"), None);
        assert_eq!(outcome("connected"), None);
    }

    /// F8: written in upper case, read in either.
    #[test]
    fn every_role_comes_back_as_it_went() {
        for &known in Role::ALL {
            let read = Role::from_word(&role(known).to_ascii_lowercase()).unwrap();
            assert!(read == known || (known, read) == (Role::Telecaller, Role::Agent), "{known}");
        }
    }

    /// C-19
    #[test]
    fn counts_begin_at_one_and_end_at_the_largest_integer() {
        let is = |value: Value| count(&value);
        for (value, expected) in [
            (Value::from(5), Some(5)),
            (Value::from(5.0), Some(5)),
            (Value::from("99999999999"), Some(99_999_999_999)),
            (Value::from("9".repeat(40)), Some(i64::MAX)),
            (Value::from(u64::MAX), Some(i64::MAX)),
            (Value::from(1e30), Some(i64::MAX)),
            (Value::from(0), None),
            (Value::from(-3), None),
            (Value::from(1.5), None),
            (Value::from("1.5"), None),
            (Value::from("ten"), None),
            (Value::from(""), None),
            (Value::from(true), None),
        ] {
            assert_eq!(is(value.clone()), expected, "{value}");
        }
    }

    /// B-120
    #[test]
    fn instants_carry_the_offset_of_the_ledgers_zone() {
        let at = "2025-03-01T08:00:00.5Z".parse().unwrap();
        assert_eq!(instant(at, Tz::Asia__Tehran), "2025-03-01T11:30:00.500000+03:30");
    }

    proptest! {
        #[test]
        fn long_texts_are_cut_between_characters(text_in in "[a-zآ-ی\u{1F600}]{0,50}", times in 1usize..400) {
            let long = Value::String(text_in.repeat(times));
            let (cut, was_cut) = text(Some(&long));
            let length = cut.map_or(0, |cut| cut.chars().count());
            prop_assert!(length <= TEXT_MAX);
            prop_assert_eq!(was_cut, text_in.chars().count() * times > TEXT_MAX);
        }
    }
}
