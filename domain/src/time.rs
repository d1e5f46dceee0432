//! When was it? Instants are UTC; clients write them with an offset, without one, or as Unix seconds.

use chrono::{DateTime, Duration, LocalResult, NaiveDate, NaiveDateTime, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use thiserror::Error;

/// A point in time, UTC, never finer than a microsecond (what the database keeps).
pub type Instant = DateTime<Utc>;

/// Why a text is no instant.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("expected an ISO 8601 date and time with an offset, such as 2025-01-31T10:00:00+03:30")]
pub struct TimeError;

/// Cuts an instant to what the database can hold.
pub fn to_micros(at: Instant) -> Instant {
    at.with_nanosecond(at.nanosecond() / 1_000 * 1_000).unwrap_or(at)
}

/// Reads ISO 8601 (an offset wins, else `zone` applies) or Unix seconds, between the years 1970 and 2200 (C-17).
pub fn parse_instant(text: &str, zone: Tz) -> Result<Instant, TimeError> {
    let text = text.trim();
    let at = if let Ok(seconds) = text.parse::<f64>() {
        from_unix(seconds)?
    } else if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        at.with_timezone(&Utc)
    } else if let Ok(at) = DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z") {
        at.with_timezone(&Utc)
    } else {
        let naive = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
            .iter()
            .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
            .ok_or(TimeError)?;
        in_zone(naive, zone)
    };
    let year = at.format("%Y").to_string().parse::<i32>().unwrap_or(0);
    if (1970..=2200).contains(&year) { Ok(to_micros(at)) } else { Err(TimeError) }
}

/// Reads Unix seconds, with a fraction if need be.
pub fn from_unix(seconds: f64) -> Result<Instant, TimeError> {
    const LAST: f64 = 7_289_654_400.0;
    if !(0.0..=LAST).contains(&seconds) {
        return Err(TimeError);
    }
    let micros = (seconds * 1e6).round();
    #[expect(clippy::cast_possible_truncation, reason = "at most 7.3e15 by the check above")]
    DateTime::from_timestamp_micros(micros as i64).ok_or(TimeError)
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
mod tests {
    use super::*;
    use chrono_tz::{Asia::Tehran, Europe::London};
    use proptest::prelude::*;

    fn utc(text: &str) -> Instant {
        text.parse().unwrap()
    }

    /// B-120
    #[test]
    fn an_offset_wins_and_the_zone_fills_in_where_there_is_none() {
        assert_eq!(parse_instant("2025-01-31T10:00:00+03:30", London), Ok(utc("2025-01-31T06:30:00Z")));
        assert_eq!(parse_instant("2025-01-31T10:00:00", Tehran), Ok(utc("2025-01-31T06:30:00Z")));
        assert_eq!(
            parse_instant("2025-01-31 10:00:00.123456789", Tehran),
            Ok(utc("2025-01-31T06:30:00.123456Z"))
        );
        assert_eq!(parse_instant("1738305000.5", Tehran), Ok(utc("2025-01-31T06:30:00.5Z")));
    }

    #[test]
    fn tehran_had_summer_time_until_2022() {
        assert_eq!(parse_instant("2021-07-01T12:00:00", Tehran), Ok(utc("2021-07-01T07:30:00Z")));
        assert_eq!(parse_instant("2025-07-01T12:00:00", Tehran), Ok(utc("2025-07-01T08:30:00Z")));
    }

    #[test]
    fn a_skipped_hour_moves_forward_and_of_two_readings_the_earlier_counts() {
        assert_eq!(parse_instant("2025-03-30T01:30:00", London), Ok(utc("2025-03-30T01:00:00Z")));
        assert_eq!(parse_instant("2025-10-26T01:30:00", London), Ok(utc("2025-10-26T00:30:00Z")));
    }

    proptest! {
        #[test]
        fn nothing_makes_the_parser_panic(text in ".{0,40}") {
            let _ = parse_instant(&text, Tehran);
        }

        #[test]
        fn what_we_write_is_read_back(micros in 0i64..7_000_000_000_000_000) {
            let at = DateTime::from_timestamp_micros(micros).unwrap();
            prop_assert_eq!(parse_instant(&at.to_rfc3339(), Tehran), Ok(at));
        }
    }
}
