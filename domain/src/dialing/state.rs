//! What holds for dialing now? The fold of its events.

use super::event::{DialingEvent, Window};
use crate::lead::attempt::DialPolicy;
use crate::time::Instant;
use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Dialing as its events made it. Version 0: the ledger was never opened.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a setting of its own that clients read by its name"
)]
pub struct Dialing {
    pub enabled: bool,
    /// When the switch was last flipped; older reports no longer flip it.
    pub switched_at: Option<Instant>,
    pub switch_locked: bool,
    /// Dialing is off because a dialer's report switched it off.
    #[serde(default)]
    pub disabled_by_dialer: bool,
    pub skip_holidays: bool,
    /// IANA name.
    pub timezone: String,
    pub windows: Vec<Window>,
    pub holidays: Vec<NaiveDate>,
    pub policy: DialPolicy,
    /// 1 once opened, and one more with every switch, window or holiday change; the lock on the switch is none of them.
    pub schedule_version: i64,
    /// What people call campaigns, advertisements and forms: `campaign:ID`, `ad:ID`, `form:ID`.
    #[serde(default)]
    pub ad_names: BTreeMap<String, String>,
}

impl Default for Dialing {
    fn default() -> Self {
        Self {
            enabled: true,
            switched_at: None,
            switch_locked: false,
            disabled_by_dialer: false,
            skip_holidays: true,
            timezone: "UTC".to_owned(),
            windows: Vec::new(),
            holidays: Vec::new(),
            policy: DialPolicy::default(),
            schedule_version: 0,
            ad_names: BTreeMap::new(),
        }
    }
}

impl Dialing {
    /// The ledger's zone; UTC where the name cannot be read (the gate is closed then).
    pub fn zone(&self) -> Tz {
        self.timezone.parse().unwrap_or(Tz::UTC)
    }

    /// Takes in one event.
    pub fn apply(&mut self, event: DialingEvent) {
        if !matches!(event, DialingEvent::AdNamesSet(_) | DialingEvent::SwitchLockSet(_)) {
            self.schedule_version += 1;
        }
        match event {
            DialingEvent::AdNamesSet(e) => self.ad_names = e.names,
            DialingEvent::DialingOpened(e) => {
                self.timezone = e.timezone;
                self.policy = e.policy;
            }
            DialingEvent::DialerSwitchSet(e) => {
                self.enabled = e.enabled;
                self.switched_at = Some(e.at);
                self.disabled_by_dialer = !e.enabled && e.is_by_dialer();
            }
            DialingEvent::SwitchLockSet(e) => self.switch_locked = e.switch_locked,
            DialingEvent::ScheduleSet(e) => {
                self.skip_holidays = e.skip_holidays;
                self.timezone = e.timezone;
                self.windows = e.windows;
                self.holidays = e.holidays;
                self.switch_locked = e.switch_locked;
            }
        }
    }
}
