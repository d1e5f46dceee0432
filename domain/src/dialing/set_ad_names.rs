//! What people call campaigns, advertisements and forms, which platforms only number (C-29).

use super::event::{AdNamesSet, DialingEvent};
use super::state::Dialing;
use crate::Refusal;
use crate::time::Instant;
use std::collections::BTreeMap;

/// The most names: the state that holds them is looked at by every report.
const NAMES_MAX: usize = 2_000;

/// All the names from now on: `campaign:ID`, `ad:ID`, `form:ID`.
#[derive(Clone, Debug)]
pub struct SetAdNames {
    pub at: Instant,
    pub names: BTreeMap<String, String>,
}

impl SetAdNames {
    pub fn decide(&self, dialing: &Dialing) -> Result<Vec<DialingEvent>, Refusal> {
        if self.names.len() > NAMES_MAX {
            return Err(Refusal::TooMany { max: NAMES_MAX });
        }
        if self.names == dialing.ad_names {
            return Ok(Vec::new());
        }
        Ok(vec![DialingEvent::AdNamesSet(AdNamesSet { at: self.at, names: self.names.clone() })])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_replaced_whole_and_are_no_change_of_the_schedule() {
        let names = BTreeMap::from([("campaign:1".to_owned(), "Q4 Sales".to_owned())]);
        let set = SetAdNames { at: Instant::UNIX_EPOCH, names: names.clone() };
        let mut dialing = Dialing::default();
        for event in set.decide(&dialing).unwrap() {
            dialing.apply(event);
        }
        assert_eq!((dialing.ad_names.clone(), dialing.schedule_version), (names, 0));
        assert_eq!(set.decide(&dialing), Ok(Vec::new()));
    }
}
