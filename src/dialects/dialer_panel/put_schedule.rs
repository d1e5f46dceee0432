//! `PUT /api/schedule`: an admin changes what is given; the rest stays (C-20). A supervisor turns the switch and says why.

use super::caller::Member;
use super::get_schedule::{self, Reply};
use super::reject::{Body, Reject, Rejected};
use super::words;
use crate::actions::dialing::set_schedule::ChangeSchedule;
use crate::http::written;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use chrono::NaiveDate;
use domain::dialing::event::Window;
use domain::rights::Deed;
use domain::time::{TimeError, parse_day};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[schema(as = ScheduleChange)]
struct Request {
    enabled: Option<bool>,
    skip_holidays: Option<bool>,
    timezone: Option<String>,
    intervals: Option<Vec<Interval>>,
    /// Gregorian days, such as 2026-03-21.
    holidays: Option<Vec<String>>,
    switch_locked: Option<bool>,
    /// Why the switch is turned; supervisors must say so.
    reason: Option<String>,
}

impl Request {
    /// Whether it says nothing but which way the switch is turned.
    fn is_switch_only(&self) -> bool {
        self.skip_holidays.is_none()
            && self.timezone.is_none()
            && self.intervals.is_none()
            && self.holidays.is_none()
            && self.switch_locked.is_none()
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(as = IntervalSaid)]
struct Interval {
    day_of_week: u8,
    start_time: String,
    end_time: String,
}

#[utoipa::path(
    put, path = "/api/schedule", operation_id = "put_schedule", tag = "schedule",
    summary = "What is given changes",
    request_body = Request,
    responses((status = 200, body = Reply)),
)]
pub async fn handler(
    State(app): State<App>,
    member: Member,
    body: Body,
) -> Result<(HeaderMap, Json<Reply>), Rejected> {
    let request: Request = serde_json::from_value(body.json)
        .map_err(|error| member.reject(Reject::invalid("body", error.to_string(), "value_error")))?;
    let action = change(request, &member).map_err(|reject| member.reject(reject))?;
    let recorded =
        app.ledger.record(&member.context(), &action).await.map_err(|error| member.reject(error))?;
    let dialing = app.ledger.dialing().await.map_err(|error| member.reject(error))?;
    let headers = written::headers(recorded.position, recorded.is_followed, false);
    Ok((headers, Json(get_schedule::reply(&app, &dialing))))
}

/// What is changed, if the member may and the values can be meant.
fn change(request: Request, member: &Member) -> Result<ChangeSchedule, Reject> {
    let may_set_all = member.may(Deed::SetSchedule);
    if !may_set_all && !request.is_switch_only() {
        return Err(Reject::NotPermitted);
    }
    let reason = words::text(request.reason.clone().map(Value::from).as_ref()).0;
    if !may_set_all && request.enabled.is_some() && reason.is_none() {
        return Err(Reject::invalid("reason", "Say why the switch is turned", "missing"));
    }
    let (windows, holidays) =
        (windows(request.intervals.as_deref())?, holidays(request.holidays.as_deref())?);
    let Request { skip_holidays, timezone, switch_locked, enabled, .. } = request;
    Ok(ChangeSchedule { skip_holidays, timezone, windows, holidays, switch_locked, enabled, reason })
}

fn windows(intervals: Option<&[Interval]>) -> Result<Option<Vec<Window>>, Reject> {
    let window = |interval: &Interval| {
        let times = words::time_of_day(&interval.start_time).zip(words::time_of_day(&interval.end_time));
        let (start_time, end_time) =
            times.ok_or_else(|| Reject::invalid("intervals", "Expected times as HH:MM", "value_error"))?;
        Ok(Window { day_of_week: interval.day_of_week, start_time, end_time })
    };
    intervals.map(|intervals| intervals.iter().map(window).collect()).transpose()
}

/// Days of the Gregorian calendar; a year far from ours is one of another calendar, and is said to be (K27).
fn holidays(days: Option<&[String]>) -> Result<Option<Vec<NaiveDate>>, Reject> {
    let day = |text: &String| {
        parse_day(text).map_err(|error| match error {
            TimeError::Year => Reject::invalid("holidays", format!("{text}: {error}"), "value_error"),
            TimeError::Unreadable | TimeError::Number => {
                let msg = format!("{text}: expected a day as YYYY-MM-DD");
                // What is no such member at all is the body's fault, as for the other members.
                Reject::invalid("body", msg, "value_error")
            }
        })
    };
    days.map(|days| days.iter().map(day).collect()).transpose()
}
