//! May anything be dialed now? The ledger-wide gates, in the order in which they speak (B-097, C-20).

use super::event::Window;
use super::state::Dialing;
use crate::status::words;
use crate::time::{Instant, day_start, in_zone};
use chrono::{Datelike, Duration, NaiveDate, NaiveTime, Weekday};
use chrono_tz::Tz;

/// The shortest and the longest pause a dialer is told to make, in seconds.
const RETRY_AFTER_SECONDS: std::ops::RangeInclusive<i64> = 30..=3_600;
/// The pause while dialing is switched off, in seconds.
const DISABLED_RETRY_AFTER_SECONDS: i64 = 600;

words! {
    /// Why nothing may be dialed.
    ClosedReason {
        Disabled = "disabled",
        Holiday = "holiday",
        NoWindow = "no_window",
        OutsideAllowedTimeWindow = "outside_allowed_time_window",
    }
}

/// The answer of the gates.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Gate {
    Open,
    Closed { reason: ClosedReason, retry_after_seconds: i64 },
}

impl Dialing {
    /// Asks the gates at `now`. A zone that cannot be read closes them.
    pub fn gate(&self, now: Instant) -> Gate {
        match self.closed_reasons(now).first() {
            None => Gate::Open,
            Some(ClosedReason::Disabled) => Gate::Closed {
                reason: ClosedReason::Disabled,
                retry_after_seconds: DISABLED_RETRY_AFTER_SECONDS,
            },
            Some(reason) => self.closed(*reason, self.timezone.parse().ok(), now),
        }
    }

    /// Everything that closes them at that time, in the order in which it speaks.
    pub fn closed_reasons(&self, at: Instant) -> Vec<ClosedReason> {
        let mut reasons = Vec::new();
        let zone = self.timezone.parse::<Tz>().ok();
        if zone.is_some() && !self.enabled {
            reasons.push(ClosedReason::Disabled);
        }
        if zone.is_some_and(|zone| self.is_holiday(at, zone)) {
            reasons.push(ClosedReason::Holiday);
        }
        match zone {
            Some(_) if self.windows.is_empty() => reasons.push(ClosedReason::NoWindow),
            Some(zone) if self.in_window(at, zone) => {}
            Some(_) => reasons.push(ClosedReason::OutsideAllowedTimeWindow),
            None => reasons.push(ClosedReason::NoWindow),
        }
        reasons
    }

    fn closed(&self, reason: ClosedReason, zone: Option<Tz>, now: Instant) -> Gate {
        let opens_at = zone.and_then(|zone| self.next_opening(now, zone));
        let seconds = opens_at.map_or(i64::MAX, |at| (at - now).num_seconds() + 1);
        let retry_after_seconds = seconds.clamp(*RETRY_AFTER_SECONDS.start(), *RETRY_AFTER_SECONDS.end());
        Gate::Closed { reason, retry_after_seconds }
    }

    fn is_holiday(&self, at: Instant, zone: Tz) -> bool {
        self.skip_holidays && self.holidays.contains(&at.with_timezone(&zone).date_naive())
    }

    fn in_window(&self, at: Instant, zone: Tz) -> bool {
        let today = at.with_timezone(&zone).date_naive();
        let days = [Some(today), today.pred_opt()];
        days.into_iter().flatten().any(|day| {
            self.windows.iter().filter(|window| window.day_of_week == day_of_week(day)).any(|window| {
                let (opens, closes) = bounds(window, day, zone);
                opens <= at && at < closes
            })
        })
    }

    /// The first opening within the longest pause; later ones make no difference to the answer.
    fn next_opening(&self, now: Instant, zone: Tz) -> Option<Instant> {
        let today = now.with_timezone(&zone).date_naive();
        let days = [today, today.succ_opt()?];
        let starts = days.iter().flat_map(|&day| {
            let own = self.windows.iter().filter(move |window| window.day_of_week == day_of_week(day));
            own.map(move |window| bounds(window, day, zone).0).chain([day_start(day, zone)])
        });
        starts
            .filter(|&at| at > now && at <= now + Duration::seconds(*RETRY_AFTER_SECONDS.end()))
            .filter(|&at| !self.is_holiday(at, zone) && self.in_window(at, zone))
            .min()
    }
}

/// 0 = Saturday ... 6 = Friday.
fn day_of_week(day: NaiveDate) -> u8 {
    match day.weekday() {
        Weekday::Sat => 0,
        Weekday::Sun => 1,
        Weekday::Mon => 2,
        Weekday::Tue => 3,
        Weekday::Wed => 4,
        Weekday::Thu => 5,
        Weekday::Fri => 6,
    }
}

/// The window that begins on `day`, as instants; an end not after the start belongs to the next day.
fn bounds(window: &Window, day: NaiveDate, zone: Tz) -> (Instant, Instant) {
    let at = |day: NaiveDate, time: NaiveTime| in_zone(day.and_time(time), zone);
    let last = if window.end_time > window.start_time { day } else { day.succ_opt().unwrap_or(day) };
    (at(day, window.start_time), at(last, window.end_time))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Europe::London;
    use proptest::prelude::*;

    fn window(day_of_week: u8, start: &str, end: &str) -> Window {
        Window { day_of_week, start_time: start.parse().unwrap(), end_time: end.parse().unwrap() }
    }

    /// Saturday, 1 March 2025 in Tehran (+03:30).
    fn at(time: &str) -> Instant {
        format!("2025-03-01T{time}:00+03:30").parse().unwrap()
    }

    fn dialing(windows: Vec<Window>) -> Dialing {
        Dialing { timezone: "Asia/Tehran".to_owned(), windows, schedule_version: 2, ..Dialing::default() }
    }

    fn closed(reason: ClosedReason, retry_after_seconds: i64) -> Gate {
        Gate::Closed { reason, retry_after_seconds }
    }

    /// B-096, B-097
    #[test]
    fn the_gates_speak_in_order() {
        let mut d = dialing(Vec::new());
        assert_eq!(d.gate(at("10:00")), closed(ClosedReason::NoWindow, 3_600));
        d.windows = vec![window(0, "09:00:00", "17:00:00")];
        assert_eq!(d.gate(at("10:00")), Gate::Open);
        assert_eq!(d.gate(at("17:00")), closed(ClosedReason::OutsideAllowedTimeWindow, 3_600));
        assert_eq!(d.gate(at("08:50")), closed(ClosedReason::OutsideAllowedTimeWindow, 601));
        d.holidays = vec!["2025-03-01".parse().unwrap()];
        assert_eq!(d.gate(at("10:00")), closed(ClosedReason::Holiday, 3_600));
        d.enabled = false;
        assert_eq!(d.gate(at("10:00")), closed(ClosedReason::Disabled, 600));
    }

    #[test]
    fn holidays_count_only_while_they_are_skipped() {
        let mut d = dialing(vec![window(0, "09:00:00", "17:00:00")]);
        d.holidays = vec!["2025-03-01".parse().unwrap()];
        d.skip_holidays = false;
        assert_eq!(d.gate(at("10:00")), Gate::Open);
    }

    #[test]
    fn a_window_may_cross_midnight() {
        let d = dialing(vec![window(6, "22:00:00", "02:00:00")]);
        assert_eq!(d.gate(at("01:59")), Gate::Open);
        assert_ne!(d.gate(at("02:00")), Gate::Open);
        let all_day = dialing(vec![window(0, "00:00:00", "00:00:00")]);
        assert_eq!((all_day.gate(at("00:00")), all_day.gate(at("23:59"))), (Gate::Open, Gate::Open));
    }

    #[test]
    fn an_unknown_zone_fails_closed() {
        let mut d = dialing(vec![window(0, "00:00:00", "00:00:00")]);
        d.timezone = "Nowhere/Else".to_owned();
        assert_eq!(d.gate(at("10:00")), closed(ClosedReason::NoWindow, 3_600));
    }

    #[test]
    fn a_window_that_a_clock_change_skips_opens_when_the_clock_has_moved() {
        let (opens, closes) =
            bounds(&window(1, "01:30:00", "02:30:00"), "2025-03-30".parse().unwrap(), London);
        assert_eq!(opens, "2025-03-30T01:00:00Z".parse::<Instant>().unwrap());
        assert_eq!(closes, "2025-03-30T01:30:00Z".parse::<Instant>().unwrap());
    }

    proptest! {
        /// B-100: whoever waits as long as told finds the gate open, unless the wait was cut to the longest pause.
        #[test]
        fn waiting_as_told_is_enough(day in 0u8..7, start in 0u32..24, hours in 1u32..20, minute in 0i64..20_000) {
            let start_time = NaiveTime::from_hms_opt(start, 0, 0).unwrap();
            let end_time = NaiveTime::from_hms_opt((start + hours) % 24, 0, 0).unwrap();
            let d = dialing(vec![Window { day_of_week: day, start_time, end_time }]);
            let now = at("00:00") + Duration::minutes(minute);
            if let Gate::Closed { retry_after_seconds, .. } = d.gate(now) {
                prop_assert!(RETRY_AFTER_SECONDS.contains(&retry_after_seconds));
                if retry_after_seconds < 3_600 {
                    prop_assert_eq!(d.gate(now + Duration::seconds(retry_after_seconds)), Gate::Open);
                }
            }
        }
    }
}
