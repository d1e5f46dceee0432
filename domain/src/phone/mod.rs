//! Which number is it? The one reader of phone numbers: kept as written, and in E.164 where a numbering plan knows it.
//!
//! | Written | Read as | Rule |
//! |---|---|---|
//! | `+49 171…`, `0049 171…`, from North America `011 49 171…` | its own country's plan alone | C-47 |
//! | `0171 …`, `9123456780` | the region's national number; a code of the region goes only where the rest is the better number | C-12 |
//! | `+44 (0)20 …`, `+39 (0)6 …` | without the trunk zero, with it where the country's numbers begin with one | C-47 |
//! | digits of any script | their values | C-47 |
//! | `tel:+49…`, `whatsapp:+1…`, `p:+98…` | the number after the label | |
//! | `… ext. 4`, `… x4`, `… #12`, `…,12`, `… / 23`, `… (12)`, `….0` | the number before; the rest stays in `raw` | C-47 |
//! | `0000000000`, `999`, `0`, `+1` | nobody's: only `raw` is kept, there is no key | C-46 |
//! | `(415) 555-CALL` | refused: letters would be read as a telephone keypad | C-12 |

mod plan;
mod spelling;
#[cfg(test)]
mod tests;

use rlibphonenumber::PHONE_NUMBER_UTIL;
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use thiserror::Error;

/// The longest text taken for a phone number, in characters.
pub const PHONE_MAX: usize = 64;
/// The release of the numbering plans. Another one may read stored numbers otherwise: then the fold versions of the keys
/// and of the read models that show a phone's key rise with it, and everything is folded anew at the next start.
pub const PLANS: &str = "2.2.15";
/// The fewest digits by which two numbers that no plan knows are taken for one. No service number is as long.
const KEY_MIN: usize = 7;

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
pub struct Region(rlibphonenumber::Region);

impl FromStr for Region {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = text.to_ascii_uppercase().parse().ok();
        known
            .filter(|&region| PHONE_NUMBER_UTIL.get_country_code_for_region(region).is_some())
            .map(Region)
            .ok_or_else(|| format!("'{text}' is no two-letter country code, such as IR"))
    }
}

impl std::fmt::Display for Region {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Default for Region {
    fn default() -> Self {
        Self(rlibphonenumber::Region::IR)
    }
}

impl Region {
    /// The main region of a country's code, such as GB of 44.
    pub fn of_code(code: &str) -> Option<Self> {
        let digits: String = code.chars().filter_map(decimal_digit).collect();
        let number = digits.trim_start_matches('0').parse().ok()?;
        PHONE_NUMBER_UTIL.get_region_for_country_code(number).map(Region)
    }
}

/// A phone number: as first supplied, and as the ledger compares it.
///
/// Events keep both. What an event says of a number that is written internationally is read anew from `raw` whenever the
/// event is loaded: a release that read such numbers wrong has then done no lasting harm, since `raw` alone says all.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(from = "StoredPhone")]
pub struct Phone {
    pub raw: String,
    pub e164: Option<String>,
    pub validity: Validity,
}

/// A number as an event has it.
#[derive(Deserialize)]
struct StoredPhone {
    raw: String,
    e164: Option<String>,
    validity: Validity,
}

impl From<StoredPhone> for Phone {
    fn from(stored: StoredPhone) -> Self {
        let StoredPhone { raw, e164, validity } = stored;
        if raw.starts_with('+') || raw.starts_with("00") {
            // a text that says its country reads alike in every region
            return Self::try_new(&raw, Region::default()).unwrap_or(Self { raw, e164, validity });
        }
        if e164.as_deref().is_some_and(|e164| plan::is_filler(e164.trim_start_matches('+'))) {
            return Self { raw, e164: None, validity: Validity::Invalid };
        }
        Self { raw, e164, validity }
    }
}

/// A number that was read, and whether the text held more than it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reading {
    pub phone: Phone,
    /// Whether digits of the text are no part of the number: an extension, or a second number.
    pub is_cut: bool,
}

impl Phone {
    /// Reads a number; what is not international is national in `region`.
    ///
    /// Numbers that no plan knows are kept (`e164` empty, `Invalid`); only a text without digits, with letters or longer
    /// than [`PHONE_MAX`] is refused.
    pub fn try_new(raw: &str, region: Region) -> Result<Self, PhoneError> {
        Self::read(raw, region).map(|reading| reading.phone)
    }

    /// Reads a number as [`Phone::try_new`] does, and says whether the text held more than it.
    pub fn read(raw: &str, region: Region) -> Result<Reading, PhoneError> {
        let raw = raw.trim();
        if raw.chars().count() > PHONE_MAX {
            return Err(PhoneError::TooLong);
        }
        let spelling = spelling::spell(raw, |digits| plan::is_whole(digits, region))?;
        let (e164, validity) = match plan::read(&spelling, region) {
            Some((e164, validity)) => (Some(e164), validity),
            None => (None, Validity::Invalid),
        };
        Ok(Reading { phone: Self { raw: raw.to_owned(), e164, validity }, is_cut: spelling.is_cut })
    }

    /// Reads a number beside which its country's code stands in a field of its own (C-47). The number may have the code
    /// already, and a trunk prefix goes only where that country has one; a number with a `+` says its country itself.
    /// A code of no country says nothing.
    pub fn with_code(code: &str, raw: &str, region: Region) -> Result<Self, PhoneError> {
        Self::try_new(raw, Region::of_code(code).unwrap_or(region))
    }

    /// What two spellings of one number share: the E.164 form, else the digits. `None` where it is nobody's number
    /// (C-46): then it takes no claim, matches no lead and is never dialed.
    pub fn key(&self) -> Option<String> {
        self.e164.clone().or_else(|| {
            let digits: String = self.raw.chars().filter_map(decimal_digit).collect();
            let is_somebodys = digits.len() >= KEY_MIN && !plan::is_filler(&digits);
            is_somebodys.then_some(digits)
        })
    }

    /// Whether both are one number, in whatever spelling. Nobody's number is no other's.
    pub fn is_same(&self, other: &Self) -> bool {
        self.key().is_some_and(|key| other.key() == Some(key))
    }

    /// Whether `raw` is this number, in any spelling.
    pub fn is(&self, raw: &str, region: Region) -> bool {
        raw.trim() == self.raw || Self::try_new(raw, region).is_ok_and(|other| self.is_same(&other))
    }

    /// The keys of numbers that are this person's all but certainly, written by an older plan: Brazil's mobile numbers
    /// without their ninth digit, Argentina's without the `9` after the country's code, and the other way round. They
    /// make possible duplicates, never a merge.
    pub fn kin(&self) -> Vec<String> {
        let Some(e164) = &self.e164 else { return Vec::new() };
        let other = if let Some(national) = e164.strip_prefix("+55") {
            match (national.len(), national.as_bytes().get(2)) {
                (11, Some(b'9')) => Some(format!("+55{}{}", &national[..2], &national[3..])),
                (10, Some(b'6'..=b'9')) => Some(format!("+55{}9{}", &national[..2], &national[2..])),
                _ => None,
            }
        } else if let Some(national) = e164.strip_prefix("+54") {
            match (national.len(), national.strip_prefix('9')) {
                (11, Some(without)) => Some(format!("+54{without}")),
                (10, _) => Some(format!("+549{national}")),
                _ => None,
            }
        } else {
            None
        };
        other.into_iter().collect()
    }
}

impl From<spelling::Unspelled> for PhoneError {
    fn from(why: spelling::Unspelled) -> Self {
        match why {
            spelling::Unspelled::Letters => Self::Letters,
            spelling::Unspelled::NoDigits => Self::NoDigits,
        }
    }
}

/// The ASCII digit of a decimal digit of any script (Unicode category Nd).
pub fn decimal_digit(c: char) -> Option<char> {
    crate::text::digit_value(c).map(|value| char::from(b'0' + value))
}

/// A number of a query with the plus that nobody encoded: there it is a blank (B-021).
pub fn with_lost_plus(text: &str) -> String {
    let number = crate::text::trim(text);
    let is_lost = text.starts_with(' ') && number.starts_with(|c: char| c.is_ascii_digit());
    if is_lost { format!("+{number}") } else { number.to_owned() }
}
