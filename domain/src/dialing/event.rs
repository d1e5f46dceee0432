//! What can happen to dialing as a whole?

use crate::ids::LeadId;
use crate::lead::attempt::DialPolicy;
use crate::time::Instant;
use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DialingEvent {
    DialingOpened(DialingOpened),
    DialerSwitchSet(DialerSwitchSet),
    SwitchLockSet(SwitchLockSet),
    ScheduleSet(ScheduleSet),
    AdNamesSet(AdNamesSet),
}

impl DialingEvent {
    /// The stored type: written by hand, frozen by the golden files.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::DialingOpened(_) => "dialing_opened",
            Self::DialerSwitchSet(_) => "dialer_switch_set",
            Self::SwitchLockSet(_) => "switch_lock_set",
            Self::ScheduleSet(_) => "schedule_set",
            Self::AdNamesSet(_) => "ad_names_set",
        }
    }

    /// The version of the stored shape.
    pub const fn version(&self) -> &'static str {
        match self {
            Self::DialerSwitchSet(_) => "1.1",
            Self::DialingOpened(_) | Self::SwitchLockSet(_) | Self::ScheduleSet(_) | Self::AdNamesSet(_) => {
                "1.0"
            }
        }
    }
}

/// The first event of a new ledger.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct DialingOpened {
    pub at: Instant,
    /// IANA name.
    pub timezone: String,
    pub policy: DialPolicy,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct DialerSwitchSet {
    pub at: Instant,
    pub enabled: bool,
    /// The lead whose report flipped it; `None`: a person did, or a report for which no lead was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported_on: Option<LeadId>,
    /// Whether a dialer's report flipped it. Version 1.0 said so by `reported_on` alone.
    #[serde(default)]
    pub by_report: bool,
    /// Why a person flipped it, where they said so; since version 1.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<SwitchReason>,
}

impl DialerSwitchSet {
    /// Whether a dialer's report flipped it, whatever version the event was stored in.
    pub const fn is_by_dialer(&self) -> bool {
        self.by_report || self.reported_on.is_some()
    }
}

/// Why the switch was turned, in a person's own words.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SwitchReason {
    pub reason: String,
}

/// Whether reports may flip the switch from now on, where nothing else of the schedule changed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SwitchLockSet {
    pub at: Instant,
    pub switch_locked: bool,
}

/// A weekly window in local time, from `start_time` up to but not including `end_time`; may cross midnight.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Window {
    /// 0 = Saturday ... 6 = Friday.
    pub day_of_week: u8,
    pub start_time: NaiveTime,
    /// 00:00 ends the day.
    pub end_time: NaiveTime,
}

/// The whole schedule as it is from now on.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ScheduleSet {
    pub at: Instant,
    /// Whether holidays are skipped.
    pub skip_holidays: bool,
    pub timezone: String,
    pub windows: Vec<Window>,
    pub holidays: Vec<NaiveDate>,
    /// While set, reports cannot flip the switch.
    pub switch_locked: bool,
}

/// What people call campaigns, advertisements and forms, all of them from now on: `campaign:ID`, `ad:ID`, `form:ID`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct AdNamesSet {
    pub at: Instant,
    pub names: BTreeMap<String, String>,
}
