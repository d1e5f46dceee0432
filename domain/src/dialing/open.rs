//! A new ledger gets its time zone. It has no window yet, so nothing is dialed until somebody sets one.

use super::event::{DialingEvent, DialingOpened};
use super::state::Dialing;
use crate::Refusal;
use crate::lead::attempt::DialPolicy;
use crate::time::Instant;
use chrono_tz::Tz;

#[derive(Clone, Debug)]
pub struct OpenDialing {
    pub at: Instant,
    pub timezone: String,
    pub policy: DialPolicy,
}

impl OpenDialing {
    pub fn decide(&self, dialing: &Dialing) -> Result<Vec<DialingEvent>, Refusal> {
        if dialing.schedule_version > 0 {
            return Ok(Vec::new());
        }
        if self.timezone.parse::<Tz>().is_err() {
            return Err(Refusal::TimeZoneIsUnknown);
        }
        Ok(vec![DialingEvent::DialingOpened(DialingOpened {
            at: self.at,
            timezone: self.timezone.clone(),
            policy: self.policy,
        })])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ledger_is_opened_once() {
        let open = OpenDialing {
            at: Instant::UNIX_EPOCH,
            timezone: "Asia/Tehran".to_owned(),
            policy: DialPolicy::default(),
        };
        let mut dialing = Dialing::default();
        for event in open.decide(&dialing).unwrap() {
            dialing.apply(event);
        }
        assert_eq!((dialing.schedule_version, dialing.timezone.as_str()), (1, "Asia/Tehran"));
        assert_eq!(open.decide(&dialing), Ok(Vec::new()));
    }
}
