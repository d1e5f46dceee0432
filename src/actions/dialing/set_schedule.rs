//! When may be dialed? An admin changes the windows, the holidays and the zone; the switch is turned with a reason (C-20).

use crate::ledger::RecordError;
use crate::ledger::desk::Desk;
use crate::ledger::record::Action;
use chrono::{NaiveDate, NaiveTime};
use domain::dialing::event::Window;
use domain::dialing::set_schedule::SetSchedule;
use domain::dialing::set_switch::{SetSwitch, SwitchedBy};
use domain::dialing::{DialingCommand, decide};
use domain::stream::StreamId;

/// Changes what is given of the schedule; `None` leaves it as it is.
#[derive(Clone, Debug, Default)]
pub struct ChangeSchedule {
    pub skip_holidays: Option<bool>,
    pub timezone: Option<String>,
    pub windows: Option<Vec<Window>>,
    pub holidays: Option<Vec<NaiveDate>>,
    pub switch_locked: Option<bool>,
    /// Which way the switch is turned.
    pub enabled: Option<bool>,
    /// Why the switch is turned.
    pub reason: Option<String>,
}

impl ChangeSchedule {
    /// Dialing round the clock, on every day of the week.
    pub fn always_open() -> Self {
        let all_day =
            |day_of_week| Window { day_of_week, start_time: NaiveTime::MIN, end_time: NaiveTime::MIN };
        Self { windows: Some((0..7).map(all_day).collect()), ..Self::default() }
    }
}

impl Action for ChangeSchedule {
    type Answer = ();

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<(), RecordError> {
        let dialing = desk.dialing().await?;
        let set = SetSchedule {
            at: desk.now(),
            skip_holidays: self.skip_holidays.unwrap_or(dialing.skip_holidays),
            timezone: self.timezone.clone().unwrap_or_else(|| dialing.timezone.clone()),
            windows: self.windows.clone().unwrap_or_else(|| dialing.windows.clone()),
            holidays: self.holidays.clone().unwrap_or_else(|| dialing.holidays.clone()),
            switch_locked: self.switch_locked.unwrap_or(dialing.switch_locked),
        };
        desk.append(StreamId::DIALING, decide(&dialing, &DialingCommand::SetSchedule(set))?);
        if let Some(enabled) = self.enabled {
            let dialing = desk.dialing().await?;
            let by = SwitchedBy::Person { reason: self.reason.clone() };
            let set = SetSwitch { at: desk.now(), enabled, by };
            desk.append(StreamId::DIALING, decide(&dialing, &DialingCommand::SetSwitch(set))?);
        }
        Ok(())
    }
}
