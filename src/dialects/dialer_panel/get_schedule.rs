//! `GET /api/schedule`: the switch, the windows and the holidays (admins and supervisors; C-20).

use super::caller::Member;
use super::reject::Rejected;
use super::words;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use chrono::NaiveDate;
use domain::dialing::Dialing;
use serde::Serialize;
use utoipa::ToSchema;

/// The schedule as the panel shows it.
#[derive(Serialize, ToSchema)]
#[schema(as = Schedule)]
#[expect(clippy::struct_excessive_bools, reason = "the shape that clients read")]
pub struct Reply {
    enabled: bool,
    skip_holidays: bool,
    timezone: String,
    intervals: Vec<Interval>,
    holidays: Vec<NaiveDate>,
    switch_locked: bool,
    /// A dialer's report switched dialing off.
    disabled_by_dialer: bool,
    schedule_version: i64,
    /// The same under the name that the web application reads (F17).
    version: i64,
    server_time: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Interval)]
struct Interval {
    /// 0 = Saturday ... 6 = Friday.
    day_of_week: u8,
    start_time: String,
    end_time: String,
}

#[utoipa::path(
    get, path = "/api/schedule", operation_id = "get_schedule", tag = "schedule",
    summary = "Switch, windows, holidays",
    responses((status = 200, body = Reply)),
)]
pub async fn handler(State(app): State<App>, member: Member) -> Result<Json<Reply>, Rejected> {
    let dialing = app.ledger.dialing().await.map_err(|error| member.reject(error))?;
    Ok(Json(reply(&app, &dialing)))
}

/// Words the schedule.
pub fn reply(app: &App, dialing: &Dialing) -> Reply {
    let interval = |window: &domain::dialing::event::Window| Interval {
        day_of_week: window.day_of_week,
        start_time: window.start_time.format("%H:%M").to_string(),
        end_time: window.end_time.format("%H:%M").to_string(),
    };
    Reply {
        enabled: dialing.enabled,
        skip_holidays: dialing.skip_holidays,
        timezone: dialing.timezone.clone(),
        intervals: dialing.windows.iter().map(interval).collect(),
        holidays: dialing.holidays.clone(),
        switch_locked: dialing.switch_locked,
        disabled_by_dialer: dialing.disabled_by_dialer,
        schedule_version: dialing.schedule_version,
        version: dialing.schedule_version,
        server_time: words::instant(app.ledger.now(), dialing.zone()),
    }
}
