//! A lead as document 002 shows it (B-061).

use super::words;
use domain::lead::details;
use domain::status::SchedulingStatus;
use domain::time::Instant;
use projections::lead::LeadRow;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

/// Under which name the custom fields of this dialect lie among what is known of a lead.
pub const CUSTOM_FIELDS: &str = "custom_fields";

#[derive(Serialize, ToSchema)]
#[schema(as = Lead)]
pub struct Reply {
    id: Uuid,
    agent_id: Option<Uuid>,
    first_name: String,
    /// Empty where the lead has no number.
    phone_e164: String,
    status: &'static str,
    #[schema(value_type = Object)]
    custom_fields: Map<String, Value>,
    schedule_at: String,
    attempts_count: i32,
    disposition: Option<String>,
    created_at: String,
    updated_at: String,
}

impl Reply {
    /// A lead as it stands at `now`.
    pub fn of(row: &LeadRow, now: Instant) -> Self {
        // A lead of which only a full name is known shows it whole (C-34).
        let first_name = row.first_name.clone().or_else(|| row.full_name.clone()).unwrap_or_default();
        Self {
            id: row.id,
            agent_id: row.agent_id,
            first_name,
            phone_e164: row.phone_key.clone().or_else(|| row.phone.clone()).unwrap_or_default(),
            status: status(row, now).as_str(),
            custom_fields: custom_fields(&row.extra),
            schedule_at: words::instant(row.schedule_at),
            attempts_count: row.attempts,
            disposition: row.disposition.clone(),
            created_at: words::instant(row.created_at),
            updated_at: words::instant(row.updated_at),
        }
    }
}

/// A lead that is being dialed is in progress (C-16); that ends by the clock.
fn status(row: &LeadRow, now: Instant) -> SchedulingStatus {
    let status = SchedulingStatus::from_word(&row.scheduling).unwrap_or(SchedulingStatus::New);
    let is_leased = row.lease_until.is_some_and(|until| until > now);
    if status == SchedulingStatus::New && is_leased { SchedulingStatus::InProgress } else { status }
}

/// This dialect's own, else whatever another client told of the lead.
fn custom_fields(extra: &str) -> Map<String, Value> {
    let mut known: Map<String, Value> = serde_json::from_str(extra).unwrap_or_default();
    match known.remove(CUSTOM_FIELDS) {
        Some(Value::Object(own)) => own,
        _ => details::as_json(&known),
    }
}
