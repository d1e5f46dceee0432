//! Which number is it? Kept as written, and in E.164 where that can be told (C-12).

use phonenumber::country::Id;
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use thiserror::Error;

/// The longest text taken for a phone number, in characters.
pub const PHONE_MAX: usize = 64;

/// Why a text is no phone number at all.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum PhoneError {
    #[error("no digits in the phone number")]
    NoDigits,
    #[error("letters in the phone number")]
    Letters,
    #[error("the phone number is longer than {PHONE_MAX} characters")]
    TooLong,
}

/// What the numbering plan says of a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Validity {
    Valid,
    /// Right length for its country, though no such range is known.
    Possible,
    Invalid,
}

/// A region whose national numbers a surface's callers write (ISO 3166, two letters).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Region(Id);

impl FromStr for Region {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.to_ascii_uppercase()
            .parse()
            .map(Region)
            .map_err(|_| format!("'{text}' is no two-letter country code, such as IR"))
    }
}

impl std::fmt::Display for Region {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.as_ref())
    }
}

impl Default for Region {
    fn default() -> Self {
        Self(Id::IR)
    }
}

/// A phone number: as first supplied, and as the ledger compares it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Phone {
    pub raw: String,
    pub e164: Option<String>,
    pub validity: Validity,
}

impl Phone {
    /// Reads a number: a leading `+` or `00` is international, all else national in `region`.
    ///
    /// Numbers that no plan knows are kept (`e164` empty, `Invalid`); only a text without digits, with letters
    /// (they would be read as a telephone keypad) or longer than [`PHONE_MAX`] is refused.
    pub fn try_new(raw: &str, region: Region) -> Result<Self, PhoneError> {
        let raw = raw.trim();
        if raw.chars().count() > PHONE_MAX {
            return Err(PhoneError::TooLong);
        }
        if raw.chars().any(char::is_alphabetic) {
            return Err(PhoneError::Letters);
        }
        let digits = ascii_digits(raw);
        if !digits.bytes().any(|b| b.is_ascii_digit()) {
            return Err(PhoneError::NoDigits);
        }
        let dialable = match digits.strip_prefix("00") {
            Some(rest) => format!("+{rest}"),
            None => digits,
        };
        let (e164, validity) = match phonenumber::parse(Some(region.0), &dialable) {
            Ok(number) if number.is_valid() => (Some(e164(&number)), Validity::Valid),
            Ok(number) if is_possible(&number) => (Some(e164(&number)), Validity::Possible),
            Ok(_) | Err(_) => (None, Validity::Invalid),
        };
        Ok(Self { raw: raw.to_owned(), e164, validity })
    }

    /// What two spellings of one number share: the E.164 form, else the digits.
    pub fn key(&self) -> String {
        self.e164.clone().unwrap_or_else(|| ascii_digits(&self.raw))
    }

    /// Whether `raw` is this number, in any spelling.
    pub fn is(&self, raw: &str, region: Region) -> bool {
        raw.trim() == self.raw || Self::try_new(raw, region).is_ok_and(|other| other.key() == self.key())
    }
}

/// A number of a query with the plus that nobody encoded: there it is a blank (B-021).
pub fn with_lost_plus(text: &str) -> String {
    let number = text.trim();
    let is_lost = text.starts_with(' ') && number.starts_with(|c: char| c.is_ascii_digit());
    if is_lost { format!("+{number}") } else { number.to_owned() }
}

fn e164(number: &phonenumber::PhoneNumber) -> String {
    number.format().mode(phonenumber::Mode::E164).to_string()
}

/// libphonenumber's "possible": the length is one that some kind of line of the country has. The crate offers only
/// "valid", and its general description of a country is empty.
fn is_possible(number: &phonenumber::PhoneNumber) -> bool {
    let length = number.national().to_string().len();
    phonenumber::metadata::DATABASE.by_code(&number.country().code()).is_some_and(|regions| {
        let kinds = regions.iter().flat_map(|region| {
            let lines = region.descriptors();
            [lines.fixed_line(), lines.mobile(), lines.voip(), lines.toll_free(), lines.uan()]
        });
        kinds.flatten().any(|line| line.possible_length().iter().any(|&known| usize::from(known) == length))
    })
}

/// The digits of any script as ASCII, and a leading `+`.
fn ascii_digits(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '+' | '\u{ff0b}' if out.is_empty() => out.push('+'),
            '0'..='9' => out.push(c),
            '\u{0660}'..='\u{0669}' => out.push(shifted(c, 0x0660)),
            '\u{06f0}'..='\u{06f9}' => out.push(shifted(c, 0x06f0)),
            _ => {}
        }
    }
    out
}

fn shifted(c: char, zero: u32) -> char {
    char::from_digit(u32::from(c) - zero, 10).unwrap_or('0')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(raw: &str, region: &str) -> Phone {
        Phone::try_new(raw, region.parse().unwrap()).unwrap()
    }

    #[test]
    fn a_national_number_is_read_in_its_region() {
        let phone = read("09123456789", "IR");
        assert_eq!((phone.e164.as_deref(), phone.validity), (Some("+989123456789"), Validity::Valid));
        assert_eq!(phone.raw, "09123456789");
        assert_eq!(read("۰۹۱۲۳۴۵۶۷۸۹", "IR").key(), phone.key());
        assert_eq!(read("00989123456789", "IR").key(), phone.key());
        assert_eq!(read("415-555-2672", "US").e164.as_deref(), Some("+14155552672"));
        assert_eq!(read("(415) 555-2673", "US").e164.as_deref(), Some("+14155552673"));
        assert_eq!(read("9876543210", "IN").e164.as_deref(), Some("+919876543210"));
    }

    #[test]
    fn possible_is_enough_because_a_document_uses_such_a_number() {
        let phone = read("+44123456789", "GB");
        assert_eq!((phone.e164.as_deref(), phone.validity), (Some("+44123456789"), Validity::Possible));
        assert_eq!(read("+14155554682543", "US").validity, Validity::Invalid);
    }

    #[test]
    fn letters_and_texts_without_digits_are_refused_and_odd_numbers_kept() {
        let us = "US".parse().unwrap();
        assert_eq!(Phone::try_new("(415) 555-CALL", us), Err(PhoneError::Letters));
        assert_eq!(Phone::try_new(" - ", us), Err(PhoneError::NoDigits));
        assert_eq!(Phone::try_new(&"1".repeat(65), us), Err(PhoneError::TooLong));
        assert_eq!(read("123", "IR").key(), "123");
    }

    proptest! {
        #[test]
        fn nothing_makes_the_parser_panic(raw in "\\PC{0,70}") {
            let _ = Phone::try_new(&raw, Region::default());
        }

        #[test]
        fn spaces_and_dashes_do_not_change_a_number(digits in "09[0-9]{9}") {
            let spaced = format!("{} {}-{}", &digits[..4], &digits[4..7], &digits[7..]);
            prop_assert_eq!(read(&spaced, "IR").key(), read(&digits, "IR").key());
        }
    }
}
