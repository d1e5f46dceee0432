//! An agent as document 002's clients show one, and what may be said of one (B-057, C-03).

use super::fields::Fields;
use super::reject::Reject;
use chrono::NaiveTime;
use domain::agent::hours::BusinessHours;
use domain::lead::attempt::DialPolicy;
use projections::agents::AgentRow;
use serde::Serialize;
use uuid::Uuid;

/// The most attempts and the longest delay that a policy may ask for.
const ATTEMPTS_MAX: i64 = 100;
const DELAY_MINUTES_MAX: i64 = 60 * 24 * 30;

#[derive(Serialize)]
pub struct Reply {
    id: Uuid,
    name: String,
    username: Option<String>,
    kind: String,
    is_active: bool,
    status: &'static str,
    max_attempts: i32,
    retry_delay_minutes: i32,
    business_hours: Option<Hours>,
    business_hours_start: Option<String>,
    business_hours_end: Option<String>,
    timezone: Option<String>,
    created_at: String,
    updated_at: String,
}

#[derive(Serialize)]
struct Hours {
    start: String,
    end: String,
    timezone: String,
}

impl From<&AgentRow> for Reply {
    fn from(row: &AgentRow) -> Self {
        let name = format!("{} {}", row.first_name, row.last_name).trim().to_owned();
        let hours = row.business_hours();
        let time = |time: NaiveTime| time.format("%H:%M").to_string();
        Self {
            id: row.id,
            name: if name.is_empty() { row.username.clone().unwrap_or_default() } else { name },
            username: row.username.clone(),
            kind: row.kind.clone(),
            is_active: row.is_active,
            status: if row.is_active { "active" } else { "inactive" },
            max_attempts: row.max_attempts,
            retry_delay_minutes: row.retry_delay_minutes,
            business_hours_start: hours.as_ref().map(|hours| time(hours.start_time)),
            business_hours_end: hours.as_ref().map(|hours| time(hours.end_time)),
            timezone: hours.as_ref().map(|hours| hours.timezone.clone()),
            business_hours: hours.map(|hours| Hours {
                start: time(hours.start_time),
                end: time(hours.end_time),
                timezone: hours.timezone,
            }),
            created_at: super::words::instant(row.created_at),
            updated_at: super::words::instant(row.updated_at),
        }
    }
}

/// What a body says of an agent.
#[derive(Debug, Default)]
pub struct Said {
    pub name: Option<String>,
    pub username: Option<String>,
    pub is_active: Option<bool>,
    max_attempts: Option<u32>,
    retry_delay_minutes: Option<u32>,
    start: Option<NaiveTime>,
    end: Option<NaiveTime>,
    timezone: Option<String>,
}

impl Said {
    /// Reads a body.
    pub fn read(fields: &mut Fields<'_>) -> Self {
        let hours = fields.object("business_hours").unwrap_or_default();
        let inner = |name: &str| hours.get(name).and_then(|value| value.as_str()).map(ToOwned::to_owned);
        let whole = |number: Option<i64>| number.and_then(|number| u32::try_from(number).ok());
        let start = fields.text("business_hours_start").or_else(|| inner("start"));
        let end = fields.text("business_hours_end").or_else(|| inner("end"));
        Self {
            name: fields.text("name"),
            username: fields.text("username"),
            is_active: if fields.value("status").is_some() {
                fields.boolean("status")
            } else {
                fields.boolean("is_active")
            },
            max_attempts: whole(fields.whole("max_attempts", 1..=ATTEMPTS_MAX)),
            retry_delay_minutes: whole(fields.whole("retry_delay_minutes", 0..=DELAY_MINUTES_MAX)),
            start: time(fields, "business_hours_start", start),
            end: time(fields, "business_hours_end", end),
            timezone: fields.text("timezone").or_else(|| inner("timezone")),
        }
    }

    /// The policy with what was said over what is.
    pub fn policy(&self, known: DialPolicy) -> DialPolicy {
        DialPolicy {
            max_attempts: self.max_attempts.unwrap_or(known.max_attempts),
            retry_delay_minutes: self.retry_delay_minutes.unwrap_or(known.retry_delay_minutes),
        }
    }

    /// The hours with what was said over what is; nothing said of them: as they are.
    pub fn hours(
        &self,
        known: Option<BusinessHours>,
        ledgers_zone: &str,
    ) -> Result<Option<BusinessHours>, Reject> {
        if self.start.is_none() && self.end.is_none() && self.timezone.is_none() {
            return Ok(known);
        }
        let start = self.start.or_else(|| known.as_ref().map(|hours| hours.start_time));
        let end = self.end.or_else(|| known.as_ref().map(|hours| hours.end_time));
        let zone = self.timezone.clone().or_else(|| known.map(|hours| hours.timezone));
        let zone = zone.unwrap_or_else(|| ledgers_zone.to_owned());
        // A zone alone: at any hour there.
        let (start, end) = (start.unwrap_or(NaiveTime::MIN), end.unwrap_or(NaiveTime::MIN));
        Ok(Some(BusinessHours::try_new(start, end, &zone)?))
    }
}

fn time(fields: &mut Fields<'_>, name: &'static str, text: Option<String>) -> Option<NaiveTime> {
    let text = text?;
    let read = ["%H:%M", "%H:%M:%S"].iter().find_map(|form| NaiveTime::parse_from_str(&text, form).ok());
    if read.is_none() {
        fields.problem(name, "Input should be a time such as 09:00", "time_parsing");
    }
    read
}
