//! Which form does a written time have? The forms of ISO 8601 that programs of the field send, RFC 2822, and bare numbers
//! (kinds K15 and K16). What the form means, `time` decides.

use crate::text::{ascii_digits, trim};
use chrono::{
    DateTime, Datelike, Duration, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Timelike, Utc,
};
use chrono_tz::Tz;

/// The longest text that is looked at, in bytes.
const TEXT_MAX: usize = 80;
/// The widest offset of any place is 14 hours.
const OFFSET_HOURS_MAX: i32 = 15;

/// What a text says.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Written {
    Day(NaiveDate),
    /// A local time, and its zone where it is named.
    Local(NaiveDateTime, Option<Tz>),
    At(DateTime<Utc>),
    /// A number that is no date.
    Number(f64),
}

/// Reads a text; `None` where it has no form of a time.
pub(crate) fn parse(text: &str) -> Option<Written> {
    let text = plain(trim(text));
    if text.len() > TEXT_MAX {
        return None;
    }
    let mut cursor = Cursor(&text);
    let iso = cursor.date_and_time();
    if let Some(written) = iso.filter(|_| cursor.0.is_empty()) {
        return Some(written);
    }
    if let Some(number) = number(&text) {
        return Some(Written::Number(number));
    }
    DateTime::parse_from_rfc2822(&text).ok().and_then(|at| without_leap(at.to_utc())).map(Written::At)
}

/// A leap second is the second after it, as in the other forms: the database knows none, and would read it back as another
/// instant.
fn without_leap(at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let leap = i64::from(at.nanosecond() >= 1_000_000_000);
    DateTime::from_timestamp(at.timestamp() + leap, 0)
}

/// Digits, signs and blanks as ASCII has them.
fn plain(text: &str) -> String {
    let plain = |c: char| match c {
        '\u{2212}' | '\u{2010}' | '\u{2011}' | '\u{2013}' => '-',
        '\u{66b}' => '.',
        '\u{a0}' | '\u{202f}' => ' ',
        other => other,
    };
    ascii_digits(text).chars().map(plain).collect()
}

/// A number in digits. Eight digits that are no day of the calendar are a slip, never seconds.
fn number(text: &str) -> Option<f64> {
    let is_plain = text.bytes().all(|b| b.is_ascii_digit() || b".eE+".contains(&b));
    let is_day = text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit());
    let begins_well = text.starts_with(|c: char| c.is_ascii_digit());
    if is_plain && begins_well && !is_day { text.parse().ok() } else { None }
}

/// What is left of a text.
struct Cursor<'a>(&'a str);

impl Cursor<'_> {
    fn date_and_time(&mut self) -> Option<Written> {
        let (day, is_compact) = self.day()?;
        if self.0.is_empty() {
            return Some(Written::Day(day));
        }
        let is_marked = self.take_any("Tt_").is_some() || self.skip_blanks();
        // `20270624140000`: digits go on, of a year that keeps them apart from milliseconds since 1970.
        let goes_on = is_compact
            && (1900..=2200).contains(&day.year())
            && [4, 6].contains(&self.0.len())
            && self.0.bytes().all(|b| b.is_ascii_digit());
        if !is_marked && !goes_on {
            return None;
        }
        let at = self.time_of(day)?;
        self.zone_of(at)
    }

    /// `2027-06-24`, `2027/6/24` or `20270624`, and whether it is the last.
    fn day(&mut self) -> Option<(NaiveDate, bool)> {
        let year = i32::try_from(self.digits(4, 4)?).ok()?;
        let separator = self.take_any("-/");
        let least = if separator.is_some() { 1 } else { 2 };
        let month = self.digits(least, 2)?;
        if let Some(separator) = separator {
            self.take(separator)?;
        }
        let day = self.digits(least, 2)?;
        Some((NaiveDate::from_ymd_opt(year, month, day)?, separator.is_none()))
    }

    /// `14`, `14:00`, `1400`, `14:00:00`, `140000`, each of the last two with a fraction; `24:00` ends the day and a leap
    /// second is the first of the next minute.
    fn time_of(&mut self, day: NaiveDate) -> Option<NaiveDateTime> {
        let hour = self.digits(1, 2)?;
        let (mut minute, mut second, mut nano) = (0, 0, 0);
        let has_colon = self.take(':').is_some();
        if has_colon || self.0.starts_with(|c: char| c.is_ascii_digit()) {
            minute = self.digits(2, 2)?;
            let goes_on = if has_colon {
                self.take(':').is_some()
            } else {
                self.0.starts_with(|c: char| c.is_ascii_digit())
            };
            if goes_on {
                second = self.digits(2, 2)?;
                if self.take_any(".,").is_some() {
                    nano = self.fraction()?;
                }
            }
        }
        let is_midnight = (hour, minute, second, nano) == (24, 0, 0, 0);
        let leap = i64::from(second == 60);
        let second = if leap == 1 { 59 } else { second };
        let time = NaiveTime::from_hms_nano_opt(if is_midnight { 0 } else { hour }, minute, second, nano)?;
        let at = day.and_time(time).checked_add_signed(Duration::seconds(leap))?;
        if is_midnight { at.checked_add_signed(Duration::days(1)) } else { Some(at) }
    }

    /// The zone or offset of a local time: none, `Z`, `UTC`, `+03:30` (a plus that a query made a blank too),
    /// `[Asia/Tehran]`.
    fn zone_of(&mut self, at: NaiveDateTime) -> Option<Written> {
        let had_blank = self.skip_blanks();
        let is_utc = self.take_any("Zz").is_some() || self.take_word("UTC") || self.take_word("GMT");
        let sign = self.take_any("+-");
        let is_lost_plus = had_blank && !is_utc && self.0.starts_with(|c: char| c.is_ascii_digit());
        let offset = match sign {
            Some('-') => Some(-self.offset()?),
            Some(_) => Some(self.offset()?),
            None if is_lost_plus => Some(self.offset()?),
            None => is_utc.then_some(0),
        };
        let zone = self.bracketed_zone()?;
        Some(match offset {
            Some(seconds) => {
                let at = FixedOffset::east_opt(seconds)?.from_local_datetime(&at).single()?;
                Written::At(at.with_timezone(&Utc))
            }
            None => Written::Local(at, zone),
        })
    }

    /// `03`, `0330`, `03:30`, in seconds.
    fn offset(&mut self) -> Option<i32> {
        let hours = i32::try_from(self.digits(2, 2)?).ok()?;
        let has_minutes = self.take(':').is_some() || self.0.starts_with(|c: char| c.is_ascii_digit());
        let minutes = if has_minutes { i32::try_from(self.digits(2, 2)?).ok()? } else { 0 };
        (hours <= OFFSET_HOURS_MAX && minutes < 60).then_some(hours * 3_600 + minutes * 60)
    }

    /// A zone as RFC 9557 writes it behind a time; `Some(None)` where there is none.
    #[expect(clippy::option_option, reason = "no brackets, and brackets with nonsense, are two answers")]
    fn bracketed_zone(&mut self) -> Option<Option<Tz>> {
        let Some(name) = self.0.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else {
            return Some(None);
        };
        let zone = name.parse().ok()?;
        self.0 = "";
        Some(Some(zone))
    }

    /// A fraction of a second, in nanoseconds; digits beyond the ninth are cut.
    fn fraction(&mut self) -> Option<u32> {
        let length = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.0.split_at(length);
        self.0 = rest;
        let kept = &digits[..length.min(9)];
        let scale = 10_u32.pow(u32::try_from(9 - kept.len()).ok()?);
        kept.parse::<u32>().ok().map(|number| number * scale)
    }

    /// A number of so many digits.
    fn digits(&mut self, least: usize, most: usize) -> Option<u32> {
        let length = self.0.bytes().take(most).take_while(u8::is_ascii_digit).count();
        if length < least {
            return None;
        }
        let (digits, rest) = self.0.split_at(length);
        self.0 = rest;
        digits.parse().ok()
    }

    fn take(&mut self, wanted: char) -> Option<()> {
        self.0 = self.0.strip_prefix(wanted)?;
        Some(())
    }

    fn take_any(&mut self, wanted: &str) -> Option<char> {
        let first = self.0.chars().next().filter(|c| wanted.contains(*c))?;
        self.take(first).map(|()| first)
    }

    fn take_word(&mut self, word: &str) -> bool {
        let is_there = self.0.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        if is_there {
            self.0 = &self.0[word.len()..];
        }
        is_there
    }

    fn skip_blanks(&mut self) -> bool {
        let rest = self.0.trim_start_matches(' ');
        let had_any = rest.len() < self.0.len();
        self.0 = rest;
        had_any
    }
}
