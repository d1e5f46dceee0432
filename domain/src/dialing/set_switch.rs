//! Dialing is switched on or off, by a person or by a dialer's report (B-111, C-18).

use super::event::{DialerSwitchSet, DialingEvent, SwitchReason};
use super::state::Dialing;
use crate::Refusal;
use crate::ids::LeadId;
use crate::lead::attempt::Warning;
use crate::time::Instant;

#[derive(Clone, Debug)]
pub struct SetSwitch {
    pub at: Instant,
    pub enabled: bool,
    pub by: SwitchedBy,
}

/// Who flips the switch.
#[derive(Clone, Debug)]
pub enum SwitchedBy {
    /// A person, with the reason they gave; `None`: they gave none.
    Person { reason: Option<String> },
    /// A report of a call at that time, on that lead (if one was found), by a credential that may or may not flip switches.
    Report { attempted_at: Instant, lead_id: Option<LeadId>, is_permitted: bool },
}

impl SetSwitch {
    pub fn decide(&self, dialing: &Dialing) -> Result<Vec<DialingEvent>, Refusal> {
        if dialing.enabled == self.enabled || self.ignored(dialing).is_some() {
            return Ok(Vec::new());
        }
        let (reported_on, by_report, reason) = match &self.by {
            SwitchedBy::Person { reason } => (None, false, reason.clone()),
            SwitchedBy::Report { lead_id, .. } => (*lead_id, true, None),
        };
        Ok(vec![DialingEvent::DialerSwitchSet(DialerSwitchSet {
            at: self.at,
            enabled: self.enabled,
            reported_on,
            by_report,
            person: reason.map(|reason| SwitchReason { reason }),
        })])
    }

    /// Why a report does not flip the switch; `None` if it does, or if it is so already.
    pub fn ignored(&self, dialing: &Dialing) -> Option<Warning> {
        let SwitchedBy::Report { attempted_at, is_permitted, .. } = &self.by else { return None };
        if dialing.enabled == self.enabled {
            None
        } else if !is_permitted {
            Some(Warning::SwitchNotPermitted)
        } else if dialing.switch_locked {
            Some(Warning::SwitchLocked)
        } else if dialing.switched_at.is_some_and(|switched_at| *attempted_at < switched_at) {
            Some(Warning::SwitchOutdated)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::given::minute;
    use uuid::Uuid;

    fn off(attempted: i64, is_permitted: bool) -> SetSwitch {
        let lead_id = Some(LeadId(Uuid::nil()));
        let by = SwitchedBy::Report { attempted_at: minute(attempted), lead_id, is_permitted };
        SetSwitch { at: minute(9), enabled: false, by }
    }

    /// B-111
    #[test]
    fn a_report_flips_the_switch_unless_locked_forbidden_or_outdated() {
        let open = Dialing { schedule_version: 1, ..Dialing::default() };
        assert_eq!(off(5, true).decide(&open).unwrap().len(), 1);
        assert_eq!(off(5, false).ignored(&open), Some(Warning::SwitchNotPermitted));
        let locked = Dialing { switch_locked: true, ..open.clone() };
        assert_eq!(off(5, true).ignored(&locked), Some(Warning::SwitchLocked));
        let later = Dialing { switched_at: Some(minute(6)), ..open.clone() };
        assert_eq!(off(5, true).ignored(&later), Some(Warning::SwitchOutdated));
        assert_eq!(off(5, true).decide(&later), Ok(Vec::new()));
        let mut switched = open.clone();
        for event in off(5, true).decide(&open).unwrap() {
            switched.apply(event);
        }
        assert!(switched.disabled_by_dialer && !switched.enabled);
        let already = Dialing { enabled: false, ..open };
        assert_eq!((off(5, false).decide(&already), off(5, false).ignored(&already)), (Ok(Vec::new()), None));
    }

    #[test]
    fn a_person_says_why_and_dialing_is_then_off_by_no_dialer() {
        let by = SwitchedBy::Person { reason: Some("the trunk is down".to_owned()) };
        let mut dialing = Dialing::default();
        for event in (SetSwitch { at: minute(1), enabled: false, by }).decide(&dialing).unwrap() {
            let DialingEvent::DialerSwitchSet(set) = &event else { panic!("{event:?}") };
            assert_eq!(set.person.as_ref().unwrap().reason, "the trunk is down");
            dialing.apply(event);
        }
        assert!(!dialing.enabled && !dialing.disabled_by_dialer);
    }

    /// Version 1.0 knew that a report flipped the switch by its lead alone.
    #[test]
    fn an_old_event_of_a_report_still_says_that_a_dialer_did_it() {
        let old = r#"{"at":"2025-03-01T08:00:00Z","enabled":false,"reported_on":"01900000-0000-7000-8000-000000000006"}"#;
        let old: DialerSwitchSet = serde_json::from_str(old).unwrap();
        let mut dialing = Dialing::default();
        dialing.apply(DialingEvent::DialerSwitchSet(old));
        assert!(dialing.disabled_by_dialer);
    }
}
