//! An agent as document 002's clients show one, and what may be said of one (B-057, C-03).

use crate::actions::people::agents::{AgentSaid, ScheduledAgent};
use crate::http::fields::Fields;
use chrono::NaiveTime;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

/// The most attempts and the longest delay that a policy may ask for.
const ATTEMPTS_MAX: i64 = 100;
const DELAY_MINUTES_MAX: i64 = 60 * 24 * 30;

#[derive(Serialize, ToSchema)]
#[schema(as = Agent)]
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
    /// Whatever else clients said of it, as they sent it: `prompt`, `voice_id`, `functions` and the like.
    #[serde(flatten)]
    #[schema(ignore)]
    extra: Map<String, Value>,
}

/// Members that are no part of what is kept for the client: what the ledger says of an agent itself, and secrets, which no
/// event may hold.
const OWN: [&str; 22] = [
    "id",
    "name",
    "username",
    "kind",
    "is_active",
    "status",
    "max_attempts",
    "retry_delay_minutes",
    "business_hours",
    "business_hours_start",
    "business_hours_end",
    "timezone",
    "created_at",
    "updated_at",
    "message",
    "password",
    "password_hash",
    "new_password",
    "token",
    "access_token",
    "api_key",
    "secret",
];

#[derive(Serialize, ToSchema)]
#[schema(as = BusinessHours)]
struct Hours {
    start: String,
    end: String,
    timezone: String,
}

impl From<ScheduledAgent> for Reply {
    fn from(ScheduledAgent { row, mut extra }: ScheduledAgent) -> Self {
        extra.retain(|name, _| !OWN.contains(&name.as_str()));
        let hours = row.business_hours();
        let time = |time: NaiveTime| time.format("%H:%M").to_string();
        Self {
            id: row.id,
            name: row.shown_name(),
            username: row.username,
            kind: row.kind,
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
            extra,
        }
    }
}

/// What a body may say of an agent. Any other member (`prompt`, `voice_id`, `variables`, `functions` and the like) is kept as
/// it is and given back.
#[derive(ToSchema)]
#[schema(as = AgentSaid)]
#[expect(dead_code, reason = "told to clients; read by its names")]
pub struct Request {
    name: Option<String>,
    username: Option<String>,
    /// `ai` or `human`.
    #[schema(pattern = "^(ai|human)$")]
    kind: Option<String>,
    #[schema(minimum = 1, maximum = 100)]
    max_attempts: Option<u32>,
    #[schema(maximum = 43_200)]
    retry_delay_minutes: Option<u32>,
    /// `HH:MM` in `timezone`.
    #[schema(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    business_hours_start: Option<String>,
    #[schema(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    business_hours_end: Option<String>,
    /// An IANA name.
    #[schema(example = "Europe/London")]
    timezone: Option<String>,
    /// `active` or `inactive`; `is_active` says the same.
    #[schema(pattern = "^(active|inactive)$")]
    status: Option<String>,
    is_active: Option<bool>,
}

/// What a body says of an agent, and the name it may log in by.
pub fn read(fields: &mut Fields<'_>) -> (AgentSaid, Option<String>) {
    let hours = fields.object("business_hours").unwrap_or_default();
    let inner = |name: &str| hours.get(name).and_then(|value| value.as_str()).map(ToOwned::to_owned);
    let whole = |number: Option<i64>| number.and_then(|number| u32::try_from(number).ok());
    let start = fields.text("business_hours_start").or_else(|| inner("start"));
    let end = fields.text("business_hours_end").or_else(|| inner("end"));
    let switch = if fields.value("status").is_some() { "status" } else { "is_active" };
    let said = AgentSaid {
        max_attempts: whole(fields.whole("max_attempts", 1..=ATTEMPTS_MAX)),
        retry_delay_minutes: whole(fields.whole("retry_delay_minutes", 0..=DELAY_MINUTES_MAX)),
        start_time: time(fields, "business_hours_start", start),
        end_time: time(fields, "business_hours_end", end),
        timezone: fields.text("timezone").or_else(|| inner("timezone")),
        is_active: fields.boolean(switch),
        is_toggled: false,
        name: fields.text("name"),
        extra: fields.others(&OWN),
    };
    (said, fields.text("username"))
}

fn time(fields: &mut Fields<'_>, name: &'static str, text: Option<String>) -> Option<NaiveTime> {
    let text = text?;
    let read = ["%H:%M", "%H:%M:%S"].iter().find_map(|form| NaiveTime::parse_from_str(&text, form).ok());
    if read.is_none() {
        fields.problem(name, "Input should be a time such as 09:00", "time_parsing");
    }
    read
}
