//! A lead as this dialect shows one (B-134, B-136), and what may be said of one.

use super::caller::Caller;
use super::reject::{Reject, Rejected};
use super::user::Name;
use super::words;
use crate::actions::leads::sell::Said;
use crate::http::fields::Fields;
use crate::ledger::RecordError;
use crate::state::App;
use domain::agent::event::split_name;
use domain::dialing::Dialing;
use domain::ids::{AgentId, AnyId, oid};
use domain::lead::event::Person;
use domain::lead::name::NAME_PARTS;
use domain::phone::Phone;
use domain::text::{ascii_digits, trim};
use projections::lead::LeadRow;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::HashMap;
use uuid::Uuid;

/// Under which name the requirements lie among what is known of a lead.
const REQUIREMENTS: &str = "requirements";
/// Under which name the mark of a test lead lies there.
pub const IS_TEST: &str = "is_test";
/// The highest value of a conversion.
const VALUE_MAX: f64 = 1e12;

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Lead {
    #[serde(rename = "_id")]
    oid: String,
    /// The same; the rows of the web application's tables have it (F2).
    id: String,
    name: String,
    email: Option<String>,
    phone: Option<String>,
    source: String,
    status: String,
    priority: String,
    quality: String,
    assigned_to: Option<Name>,
    assigned_at: Option<String>,
    created_at: String,
    updated_at: String,
    score: i16,
    /// Whether the advertising platform sent it for a trial.
    is_test: bool,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Detail {
    #[serde(flatten)]
    lead: Lead,
    last_contact_date: Option<String>,
    followup_count: i32,
    requirements: Option<String>,
    /// The newest note of a person; what the called person said stands in `lastUserMessage` (C-49).
    notes: Option<String>,
    last_user_message: Option<String>,
    value: Option<Value>,
    meta_data: MetaData,
}

/// The names of what a lead came by; where nobody gave one, its id (C-29).
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the names are the document's")]
struct MetaData {
    ad_name: Option<String>,
    campaign_name: Option<String>,
    lead_gen_form_name: Option<String>,
}

/// The name of a lead: all of it, as far as known.
pub fn name(row: &LeadRow) -> String {
    let parts = [row.first_name.as_deref(), row.last_name.as_deref()];
    let joined = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    row.full_name.clone().unwrap_or(joined)
}

/// Leads with the names of those they belong to.
pub async fn leads(app: &App, rows: &[LeadRow]) -> Result<Vec<Lead>, RecordError> {
    let ids: Vec<Uuid> = rows.iter().filter_map(|row| row.agent_id).collect();
    let agents = app.ledger.views().agents_by_id(&ids).await?;
    let names: HashMap<Uuid, Name> = agents.iter().map(|row| (row.id, Name::from(row))).collect();
    let lead = |row: &LeadRow| Lead {
        oid: oid(row.id),
        id: oid(row.id),
        name: name(row),
        email: row.email.clone(),
        phone: row.phone.clone().or_else(|| extra(row, "phone")),
        source: row.source.clone(),
        status: words::status(&row.stage).to_owned(),
        priority: row.priority.clone(),
        quality: row.quality.clone(),
        assigned_to: row.agent_id.and_then(|id| names.get(&id).cloned()),
        assigned_at: row.assigned_at.map(words::instant),
        created_at: words::instant(row.created_at),
        updated_at: words::instant(row.updated_at),
        score: row.score,
        is_test: is_test(row),
    };
    Ok(rows.iter().map(lead).collect())
}

/// All that is shown of a lead.
pub async fn detail(app: &App, row: &LeadRow) -> Result<Detail, RecordError> {
    let dialing = app.ledger.dialing().await?;
    let lead = leads(app, std::slice::from_ref(row)).await?.pop();
    let lead = lead.ok_or_else(|| RecordError::Internal("a lead was not shown".to_owned()))?;
    Ok(Detail {
        lead,
        last_contact_date: row.last_contact_at.map(words::instant),
        followup_count: row.followups,
        requirements: extra(row, REQUIREMENTS),
        notes: row.latest_note.clone(),
        last_user_message: row.last_message.clone(),
        value: row.value_hundredths.map(|hundredths| words::decimal(hundredths, 100)),
        meta_data: MetaData {
            ad_name: named(&dialing, "ad", row.ad_id.as_ref()),
            campaign_name: named(&dialing, "campaign", row.campaign_id.as_ref()),
            lead_gen_form_name: named(&dialing, "form", row.form_id.as_ref()),
        },
    })
}

/// What people call an advertisement's part; where they call it nothing, its id.
pub fn named(dialing: &Dialing, kind: &str, id: Option<&String>) -> Option<String> {
    let id = id?;
    Some(dialing.ad_names.get(&format!("{kind}:{id}")).unwrap_or(id).clone())
}

/// Whether it is marked as a trial of the advertising platform.
pub fn is_test(row: &LeadRow) -> bool {
    let known = serde_json::from_str::<Map<String, Value>>(&row.extra).ok();
    known.is_some_and(|known| known.get(IS_TEST) == Some(&Value::Bool(true)))
}

fn extra(row: &LeadRow, name: &str) -> Option<String> {
    let known: Map<String, Value> = serde_json::from_str(&row.extra).ok()?;
    known.get(name)?.as_str().map(ToOwned::to_owned)
}

/// The lead of that id, if it is there and the caller may see it.
pub async fn find(app: &App, caller: &Caller, id: &str) -> Result<LeadRow, Rejected> {
    find_id(app, caller, AnyId::parse(id).ok_or_else(|| caller.reject(Reject::NotFound))?).await
}

/// The same of an id that is read already.
pub async fn find_id(app: &App, caller: &Caller, id: AnyId) -> Result<LeadRow, Rejected> {
    let not_found = || caller.reject(Reject::NotFound);
    let row = app.ledger.views().find_lead(id).await.map_err(|error| caller.failed(error))?;
    let reach = caller.reach(app).await.map_err(|error| caller.reject(error))?;
    let is_seen = |row: &LeadRow| row.deleted_at.is_none() && reach.covers(row.agent_id.map(AgentId));
    row.filter(is_seen).ok_or_else(not_found)
}

/// Reads what a body says of a lead; what is null or blank says nothing.
pub fn read(fields: &mut Fields<'_>, app: &App) -> Said {
    let mut extra = Map::new();
    if let Some(text) = fields.long_text(REQUIREMENTS) {
        extra.insert(REQUIREMENTS.to_owned(), text.into());
    }
    let raw = fields.number_text("phone");
    let phone = raw.as_deref().and_then(|raw| Phone::try_new(raw, app.config.region_telecaller).ok());
    if let (None, Some(raw)) = (&phone, raw) {
        // What is no number stays as it was sent: this dialect refuses none (C-12).
        extra.insert("phone".to_owned(), raw.into());
    }
    let name = fields.text("name");
    let names = name.as_deref().map(split_name);
    // A whole name replaces all parts of the old one.
    let is_replaced = |part: &&str| match (&names, *part) {
        (None, _) | (Some(_), "first_name") => false,
        (Some((_, last)), "last_name") => last.is_empty(),
        (Some(_), _) => true,
    };
    let cleared = NAME_PARTS.iter().filter(|part| is_replaced(part)).map(|part| (*part).to_owned()).collect();
    Said {
        person: Person {
            phone,
            email: fields.email("email"),
            first_name: names.as_ref().map(|(first, _)| first.clone()),
            last_name: names.map(|(_, last)| last).filter(|last| !last.is_empty()),
            full_name: name,
            extra,
        },
        cleared,
        stage: fields.word("status", &words::STAGES),
        value_hundredths: value(fields),
        priority: fields.word("priority", &words::PRIORITIES),
        quality: fields.word("quality", &words::QUALITIES),
        note: fields.long_text("notes"),
    }
}

/// What a conversion is worth, in hundredths.
fn value(fields: &mut Fields<'_>) -> Option<i64> {
    let value = fields.value("value")?;
    let number = value.as_f64().or_else(|| ascii_digits(trim(value.as_str()?)).parse().ok());
    let number = number.filter(|number| (0.0..=VALUE_MAX).contains(number));
    if number.is_none() {
        fields.problem("value", "Input should be a number from 0 on", "float_parsing");
    }
    #[expect(clippy::cast_possible_truncation, reason = "at most 1e14 by the check above")]
    number.map(|number| (number * 100.0).round() as i64)
}
