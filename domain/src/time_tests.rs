//! Every form of an instant that clients write, and what is none.

use super::*;
use chrono::{DateTime, NaiveDate};
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

/// K15
#[test]
fn every_form_of_one_instant_is_read_alike() {
    let expected = utc("2027-06-24T10:30:00Z");
    for form in [
        "2027-06-24T14:00+03:30",
        "2027-06-24T14:00:00+03:30",
        "2027-06-24T14:00:00+0330",
        "2027-06-24 14:00:00+03:30",
        "2027-06-24 14:00:00 +0330",
        "2027-06-24T14:00:00 03:30",
        "2027-06-24t10:30z",
        "2027-06-24T10:30Z",
        "2027-06-24 10:30:00 UTC",
        "2027-06-24T10:30:00.000000000Z",
        "2027-06-24T10:30:00,0Z",
        "20270624T140000+0330",
        "20270624T1030Z",
        "2027-06-24T14:00",
        "2027-06-24 14:00:00",
        "2027/06/24 14:00",
        "20270624140000",
        "202706241400",
        "2027-06-24T14:00+03:30[Asia/Tehran]",
        "2027-06-24T11:30[Europe/London]",
        "Thu, 24 Jun 2027 10:30:00 +0000",
        "Thu, 24 Jun 2027 14:00:00 +0330",
        "1813833000",
        "1813833000.0",
        "1813833000000",
        "۲۰۲۷-۰۶-۲۴T۱۴:۰۰",
        "\u{feff}2027-06-24T14:00:00\u{2212}00:00 ",
        "2027-06-24T12:30:00+02",
        "2027-06-24T06:30:00-04",
        "2027-06-24T05:15-05:15",
    ] {
        let expected = if form.contains('\u{2212}') { utc("2027-06-24T14:00:00Z") } else { expected };
        assert_eq!(parse_instant(form, Tehran), Ok(expected), "{form}");
    }
    for (form, expected) in [
        ("2027-06-24 14:00:00+03", "2027-06-24T11:00:00Z"),
        ("2027-06-24T24:00Z", "2027-06-25T00:00:00Z"),
        ("2027-12-31T24:00:00Z", "2028-01-01T00:00:00Z"),
        ("2027-06-24T14:00:00,5Z", "2027-06-24T14:00:00.5Z"),
        ("2027-06-24T14:00:00.123456789Z", "2027-06-24T14:00:00.123456Z"),
        ("2027-06-24T14:00:00.1Z", "2027-06-24T14:00:00.1Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
        ("Sat, 31 Dec 2016 23:59:60 +0000", "2017-01-01T00:00:00Z"),
        ("1764157451123", "2025-11-26T11:44:11.123Z"),
    ] {
        assert_eq!(parse_instant(form, Tehran), Ok(utc(expected)), "{form}");
    }
}

/// K16
#[test]
fn dates_in_digits_are_dates_and_other_numbers_are_seconds_of_our_times_or_nothing() {
    let midnight = Ok(utc("2027-06-23T20:30:00Z"));
    for form in ["20270624", "2027-06-24", "2027/6/24", "2027-6-24", "۲۰۲۷۰۶۲۴"] {
        assert_eq!(parse_instant(form, Tehran), midnight, "{form}");
        assert_eq!(parse_day(form), Ok(NaiveDate::from_ymd_opt(2027, 6, 24).unwrap()), "{form}");
        assert_eq!(parse_moment(form, Tehran), Err(TimeError::Unreadable), "{form}");
    }
    for other in [
        "46562.5833",
        "46562",
        "46562,5833",
        "20271324",
        "20270230",
        "2027",
        "0",
        "1",
        "-5",
        "99999999",
        "1e30",
        "inf",
        "NaN",
        "253402300800",
        "4102444800",
        "946684799",
        "5e10",
        "17640000000000000",
        "202799",
        "2027-06",
        "",
        "0000-00-00",
        "0000-00-00 00:00:00",
        "2027-02-30T10:00",
        "2027-06-24T25:00",
        "2027-06-24T24:01",
        "2027-06-24T14:60",
        "2027-06-24T14:00:61",
        "2027-06-24T14:00+25:00",
        "2027-06-24T14:00+03:60",
        "2027-06-24T14:00:00.",
        "2027-06-24T",
        "2027-06-24T14:00 soon",
        "24/06/2027 14:00",
        "06-24-2027",
        "soon",
        "2027-06-24T14:00[Mars/Base]",
        "2027-06-24T14:00+",
        "10:00",
    ] {
        assert!(parse_instant(other, Tehran).is_err(), "{other}");
    }
}

/// K27
#[test]
fn a_date_of_another_calendar_is_refused_with_a_hint() {
    for other in ["1405-01-01", "1899-12-31", "2201-01-01", "5785-01-01", "14050101"] {
        assert_eq!(parse_day(other), Err(TimeError::Year), "{other}");
        assert_eq!(parse_instant(other, Tehran), Err(TimeError::Year), "{other}");
    }
    for good in ["1900-01-01", "2200-12-31"] {
        assert!(parse_day(good).is_ok() && parse_instant(good, Tehran).is_ok(), "{good}");
    }
    assert_eq!(parse_instant("1405-01-01T10:00:00Z", London), Err(TimeError::Year));
    assert!(TimeError::Year.to_string().contains("Gregorian"));
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
    fn nothing_like_a_time_makes_the_parser_panic(text in "[0-9]{4}[-/]?[0-9]{1,2}[-/]?[0-9]{1,2}[T ]?[0-9:.,]{0,20}[Z+ -]?[0-9:]{0,7}") {
        if let Ok(at) = parse_instant(&text, Tehran) {
            prop_assert!((utc("1899-12-30T00:00:00Z")..utc("2201-01-03T00:00:00Z")).contains(&at));
        }
    }

    #[test]
    fn what_we_write_is_read_back(micros in -2_000_000_000_000_000i64..7_000_000_000_000_000) {
        let at = DateTime::from_timestamp_micros(micros).unwrap();
        prop_assert_eq!(parse_instant(&at.to_rfc3339(), Tehran), Ok(at));
    }

    /// K15: each way of writing an instant is the same instant.
    #[test]
    fn ways_of_writing_agree(seconds in 946_684_800i64..4_102_444_800, offset in -14 * 4..=14 * 4i32) {
        let at = DateTime::from_timestamp(seconds, 0).unwrap();
        let there = at.with_timezone(&chrono::FixedOffset::east_opt(offset * 900).unwrap());
        for format in ["%Y-%m-%dT%H:%M:%S%:z", "%Y-%m-%d %H:%M:%S%z", "%Y%m%dT%H%M%S%z", "%Y-%m-%dT%H:%M:%S,000 %:z", "%a, %d %b %Y %H:%M:%S %z"] {
            let text = there.format(format).to_string();
            prop_assert_eq!(parse_instant(&text, Tehran), Ok(at), "{}", text);
        }
        prop_assert_eq!(parse_instant(&seconds.to_string(), Tehran), Ok(at));
        prop_assert_eq!(parse_instant(&(seconds * 1_000).to_string(), Tehran), Ok(at));
    }
}
