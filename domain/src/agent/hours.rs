//! When may an agent's leads be called? Every day from one time to another, in the agent's own zone (B-087).

use crate::Refusal;
use crate::time::{Instant, in_zone};
use chrono::{NaiveDate, NaiveTime};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// Business hours, half-open; an end not after the start belongs to the next day, so 00:00 to 00:00 is always.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BusinessHours {
    pub start_time: NaiveTime,
    pub end_time: NaiveTime,
    pub timezone: String,
}

impl BusinessHours {
    /// Hours in a zone that exists.
    pub fn try_new(start_time: NaiveTime, end_time: NaiveTime, timezone: &str) -> Result<Self, Refusal> {
        timezone.parse::<Tz>().map_err(|_| Refusal::TimeZoneIsUnknown)?;
        Ok(Self { start_time, end_time, timezone: timezone.to_owned() })
    }

    /// Whether they are on at that time. A zone that cannot be read closes them.
    pub fn is_open(&self, at: Instant) -> bool {
        let Ok(zone) = self.timezone.parse::<Tz>() else { return false };
        let today = at.with_timezone(&zone).date_naive();
        [Some(today), today.pred_opt()].into_iter().flatten().any(|day| {
            let (opens, closes) = self.bounds(day, zone);
            opens <= at && at < closes
        })
    }

    /// The hours that begin on `day`; what a clock change skips is moved forward (C-20).
    fn bounds(&self, day: NaiveDate, zone: Tz) -> (Instant, Instant) {
        let last = if self.end_time > self.start_time { day } else { day.succ_opt().unwrap_or(day) };
        (in_zone(day.and_time(self.start_time), zone), in_zone(last.and_time(self.end_time), zone))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(start: &str, end: &str) -> BusinessHours {
        BusinessHours::try_new(start.parse().unwrap(), end.parse().unwrap(), "America/New_York").unwrap()
    }

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    /// B-087
    #[test]
    fn hours_are_those_of_the_agents_zone_in_summer_and_in_winter() {
        let office = hours("09:00:00", "17:00:00");
        for (time, is_open) in [
            ("2025-01-15T13:59:59Z", false),
            ("2025-01-15T14:00:00Z", true),
            ("2025-01-15T22:00:00Z", false),
            ("2025-07-15T13:00:00Z", true),
            ("2025-07-15T21:00:00Z", false),
        ] {
            assert_eq!(office.is_open(at(time)), is_open, "{time}");
        }
    }

    #[test]
    fn hours_may_cross_midnight_and_a_skipped_time_moves_forward() {
        let night = hours("22:00:00", "02:00:00");
        assert!(night.is_open(at("2025-01-15T06:30:00Z")) && !night.is_open(at("2025-01-15T07:00:00Z")));
        assert!(hours("00:00:00", "00:00:00").is_open(at("2025-03-09T07:30:00Z")));
        // 02:00 to 03:00 did not exist on 9 March 2025: what begins at 02:30 begins at 03:00.
        let early = hours("02:30:00", "05:00:00");
        assert!(!early.is_open(at("2025-03-09T06:59:59Z")) && early.is_open(at("2025-03-09T07:00:00Z")));
        assert_eq!(
            BusinessHours::try_new(NaiveTime::MIN, NaiveTime::MIN, "Mars"),
            Err(Refusal::TimeZoneIsUnknown)
        );
    }
}
