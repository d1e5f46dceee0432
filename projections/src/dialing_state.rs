//! May anything be dialed, and by what schedule?

use crate::change::Folded;
use crate::row::row;
use domain::stream::StreamId;

row! {
    /// The switch, the windows and the holidays.
    DialingRow in "dialing_state" {
        id: Uuid = "uuid",
        enabled: bool = "boolean",
        switch_locked: bool = "boolean",
        skip_holidays: bool = "boolean",
        timezone: String = "text",
        windows: String = "text",
        holidays: String = "text",
        schedule_version: i64 = "bigint",
    }
}

/// The row of the `dialing` stream; none for other streams.
pub fn rows(stream: StreamId, folded: &Folded) -> Vec<DialingRow> {
    let Some(dialing) = folded.state.as_dialing() else { return Vec::new() };
    let json = |value: Result<String, serde_json::Error>| {
        value.expect("invariant: windows and holidays are lists of times and days, which JSON can say")
    };
    vec![DialingRow {
        id: stream.id,
        enabled: dialing.enabled,
        switch_locked: dialing.switch_locked,
        skip_holidays: dialing.skip_holidays,
        timezone: dialing.timezone.clone(),
        windows: json(serde_json::to_string(&dialing.windows)),
        holidays: json(serde_json::to_string(&dialing.holidays)),
        schedule_version: dialing.schedule_version,
    }]
}
