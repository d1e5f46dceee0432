//! An admin sets the windows, holidays and zone in which numbers may be dialed (C-20).

use super::event::{DialingEvent, ScheduleSet, SwitchLockSet, Window};
use super::state::Dialing;
use crate::Refusal;
use crate::time::Instant;
use chrono::NaiveDate;
use chrono_tz::Tz;

/// The most windows a schedule holds.
pub const WINDOWS_MAX: usize = 200;
/// The most holidays a schedule holds.
pub const HOLIDAYS_MAX: usize = 2_000;

#[derive(Clone, Debug)]
pub struct SetSchedule {
    pub at: Instant,
    pub skip_holidays: bool,
    pub timezone: String,
    pub windows: Vec<Window>,
    pub holidays: Vec<NaiveDate>,
    pub switch_locked: bool,
}

impl SetSchedule {
    pub fn decide(&self, dialing: &Dialing) -> Result<Vec<DialingEvent>, Refusal> {
        if self.timezone.parse::<Tz>().is_err() {
            return Err(Refusal::TimeZoneIsUnknown);
        }
        if self.windows.len() > WINDOWS_MAX {
            return Err(Refusal::TooMany { max: WINDOWS_MAX });
        }
        if self.holidays.len() > HOLIDAYS_MAX {
            return Err(Refusal::TooMany { max: HOLIDAYS_MAX });
        }
        if self.windows.iter().any(|window| window.day_of_week > 6) {
            return Err(Refusal::WindowIsMalformed);
        }
        let is_so = dialing.skip_holidays == self.skip_holidays
            && dialing.timezone == self.timezone
            && dialing.windows == self.windows
            && dialing.holidays == self.holidays;
        if is_so && dialing.switch_locked == self.switch_locked {
            return Ok(Vec::new());
        }
        // The lock says nothing of when numbers may be dialed: dialers need not read the schedule again for it.
        if is_so {
            let set = SwitchLockSet { at: self.at, switch_locked: self.switch_locked };
            return Ok(vec![DialingEvent::SwitchLockSet(set)]);
        }
        Ok(vec![DialingEvent::ScheduleSet(ScheduleSet {
            at: self.at,
            skip_holidays: self.skip_holidays,
            timezone: self.timezone.clone(),
            windows: self.windows.clone(),
            holidays: self.holidays.clone(),
            switch_locked: self.switch_locked,
        })])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveTime;

    fn set(timezone: &str, day_of_week: u8) -> SetSchedule {
        SetSchedule {
            at: Instant::UNIX_EPOCH,
            skip_holidays: true,
            timezone: timezone.to_owned(),
            windows: vec![Window { day_of_week, start_time: NaiveTime::MIN, end_time: NaiveTime::MIN }],
            holidays: Vec::new(),
            switch_locked: false,
        }
    }

    #[test]
    fn unknown_zones_and_days_are_refused_and_the_same_schedule_is_no_change() {
        let mut dialing = Dialing::default();
        assert_eq!(set("Asia/Teheran", 0).decide(&dialing), Err(Refusal::TimeZoneIsUnknown));
        assert_eq!(set("Asia/Tehran", 7).decide(&dialing), Err(Refusal::WindowIsMalformed));
        for event in set("Asia/Tehran", 6).decide(&dialing).unwrap() {
            dialing.apply(event);
        }
        assert_eq!(set("Asia/Tehran", 6).decide(&dialing), Ok(Vec::new()));
    }

    /// C-18
    #[test]
    fn a_lock_alone_raises_no_schedule_version() {
        let mut dialing = Dialing::default();
        for event in set("Asia/Tehran", 6).decide(&dialing).unwrap() {
            dialing.apply(event);
        }
        let version = dialing.schedule_version;
        let locked = SetSchedule { switch_locked: true, ..set("Asia/Tehran", 6) };
        for event in locked.decide(&dialing).unwrap() {
            dialing.apply(event);
        }
        assert_eq!((dialing.switch_locked, dialing.schedule_version), (true, version));
        let both = SetSchedule { switch_locked: false, ..set("Asia/Tehran", 5) };
        for event in both.decide(&dialing).unwrap() {
            dialing.apply(event);
        }
        assert_eq!((dialing.switch_locked, dialing.schedule_version), (false, version + 1));
    }
}
