//! When was it? Instants are UTC; clients write them in ISO 8601, in the formats of their languages, or as Unix seconds
//! or milliseconds. This is the one reader of instants; `iso8601` knows the forms.
//!
//! | Written | Read as |
//! |---|---|
//! | `2027-06-24T14:00:00.5+03:30`, also `+0330`, `+03`, `Z`, ` UTC`, a comma fraction, no seconds, `24:00` | that instant |
//! | the same without an offset | a local time of the caller's zone |
//! | `2027-06-24`, `20270624`, `2027/06/24` | the beginning of that day |
//! | `20270624T140000`, `20270624140000` | the same without separators |
//! | `Thu, 24 Jun 2027 14:00:00 +0000` | RFC 2822 |
//! | `1813845600`, `1813845600.5`, `1813845600000` | Unix seconds, or milliseconds from 10^11 on, of the years 2000 to 2099 |
//!
//! Digits of every script count. What is none of these is refused: a number such as `46562.58` is a spreadsheet's day.

use crate::iso8601::{self, Written};
use chrono::{DateTime, Datelike, Duration, LocalResult, NaiveDate, NaiveDateTime, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use std::ops::RangeInclusive;
use thiserror::Error;

/// A point in time, UTC, never finer than a microsecond (what the database keeps).
pub type Instant = DateTime<Utc>;

/// The years that a date may have: another one is of another calendar, or a slip (kind K27).
const YEARS: RangeInclusive<i32> = 1900..=2200;
/// Unix seconds from the year 2000 on, and before 2100. Numbers beyond are dates or serials in digits (kind K16).
const UNIX_SECONDS: std::ops::Range<f64> = 946_684_800.0..4_102_444_800.0;
/// From here on a number counts milliseconds.
const MILLISECONDS_FROM: f64 = 1e11;

/// Why a text is no instant, or no day.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum TimeError {
    #[error("expected an ISO 8601 date and time with an offset, such as 2025-01-31T10:00:00+03:30")]
    Unreadable,
    #[error("the year is not between 1900 and 2200; dates are Gregorian, such as 2025-01-31")]
    Year,
    #[error("the number is not in Unix seconds or milliseconds of the years 2000 to 2099")]
    Number,
}

/// Cuts an instant to what the database can hold.
pub fn to_micros(at: Instant) -> Instant {
    at.with_nanosecond(at.nanosecond() / 1_000 * 1_000).unwrap_or(at)
}

/// Reads an instant in any of the forms above; a day is its beginning in `zone`, and so is a time without an offset a
/// time of `zone` (C-17, C-24).
pub fn parse_instant(text: &str, zone: Tz) -> Result<Instant, TimeError> {
    match iso8601::parse(text) {
        None => Err(TimeError::Unreadable),
        Some(Written::Number(number)) => from_unix(number),
        Some(Written::Day(day)) => sane(day.year()).map(|()| day_start(day, zone)),
        Some(Written::Local(at, stated)) => {
            sane(at.year()).map(|()| to_micros(in_zone(at, stated.unwrap_or(zone))))
        }
        Some(Written::At(at)) => sane(at.year()).map(|()| to_micros(at)),
    }
}

/// Reads when something happened, like [`parse_instant`], but refuses a day without a time of day, which does not say
/// when, and what was before 1970: nobody's program was there.
pub fn parse_moment(text: &str, zone: Tz) -> Result<Instant, TimeError> {
    match iso8601::parse(text) {
        Some(Written::Day(_)) => Err(TimeError::Unreadable),
        Some(Written::Number(_) | Written::Local(..) | Written::At(_)) | None => {
            let at = parse_instant(text, zone)?;
            if at >= Instant::UNIX_EPOCH { Ok(at) } else { Err(TimeError::Year) }
        }
    }
}

/// Reads a day: `2027-06-24`, `20270624` or `2027/06/24`, of the years 1900 to 2200.
pub fn parse_day(text: &str) -> Result<NaiveDate, TimeError> {
    match iso8601::parse(text) {
        Some(Written::Day(day)) => sane(day.year()).map(|()| day),
        Some(Written::Number(_) | Written::Local(..) | Written::At(_)) | None => Err(TimeError::Unreadable),
    }
}

/// Reads Unix seconds, or milliseconds, with a fraction if need be.
pub fn from_unix(number: f64) -> Result<Instant, TimeError> {
    let seconds = if number >= MILLISECONDS_FROM { number / 1e3 } else { number };
    if !UNIX_SECONDS.contains(&seconds) {
        return Err(TimeError::Number);
    }
    let micros = (seconds * 1e6).round();
    #[expect(clippy::cast_possible_truncation, reason = "at most 4.2e15 by the check above")]
    DateTime::from_timestamp_micros(micros as i64).ok_or(TimeError::Number)
}

fn sane(year: i32) -> Result<(), TimeError> {
    if YEARS.contains(&year) { Ok(()) } else { Err(TimeError::Year) }
}

/// Local time to UTC: of two readings the earlier, and what a clock change skipped is moved forward (C-20).
pub fn in_zone(naive: NaiveDateTime, zone: Tz) -> Instant {
    for minutes in 0..=180 {
        match zone.from_local_datetime(&(naive + Duration::minutes(minutes))) {
            LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => return at.with_timezone(&Utc),
            LocalResult::None => {}
        }
    }
    naive.and_utc()
}

/// The first instant of a local day.
pub fn day_start(day: NaiveDate, zone: Tz) -> Instant {
    in_zone(day.and_time(chrono::NaiveTime::MIN), zone)
}

#[cfg(test)]
#[path = "time_tests.rs"]
mod tests;
