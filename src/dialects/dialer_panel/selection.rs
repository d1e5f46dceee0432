//! Which numbers are meant, in which order? One reading of filters for lists (query), bulk actions and exports (body).

use super::reject::Reject;
use super::words;
use crate::http::values;
use crate::ledger::RecordError;
use crate::state::App;
use chrono::Duration;
use chrono_tz::Tz;
use domain::ids::AnyId;
use domain::phone::{Phone, Validity};
use domain::rights::Reach;
use domain::text::trim;
use domain::time::{Instant, day_start, parse_day, parse_instant};
use projections::lead_list::{Column, Filter, Order};
use serde_json::{Map, Value};
use uuid::Uuid;

/// The longest search, in characters.
const SEARCH_MAX: usize = 100;
/// The most ids in one body.
const IDS_MAX: usize = 100_000;

/// Filters and order; what is absent, null or empty is no filter.
#[derive(Clone, Debug)]
pub struct Selection {
    pub filter: Filter,
    pub order: Order,
}

impl Selection {
    /// Reads filters and order. `reach` is whose numbers the caller may see.
    pub async fn read(app: &App, fields: &Map<String, Value>, reach: &Reach) -> Result<Self, Reject> {
        let dialing = app.ledger.dialing().await?;
        let zone = dialing.zone();
        let text = |name: &str| words::text(fields.get(name)).0.map(|text| trim(&text).to_owned());
        let status = match text("status").or_else(|| text("filter_status")) {
            None => None,
            Some(word) => Some(
                words::panel_status(&word)
                    .ok_or_else(|| Reject::invalid("status", "Not one of the eleven statuses", "enum"))?,
            ),
        };
        let from = day(text("start_date"), "start_date", zone, false)?;
        let before = day(text("end_date"), "end_date", zone, true)?;
        let agent_id = match text("agent_id") {
            None => None,
            // An agent that is not there has no numbers.
            Some(id) => Some(agent(app, &id).await?.unwrap_or(Uuid::max())),
        };
        let (agent_id, agents) = visible(reach, agent_id);
        let search: Option<String> = text("search").map(|text| text.chars().take(SEARCH_MAX).collect());
        // What looks like a whole number may be a part of one all the same: both are looked for.
        let whole = search.as_ref().and_then(|text| Phone::try_new(text, app.config.region_panel).ok());
        let search_key =
            whole.filter(|phone| phone.validity != Validity::Invalid).and_then(|phone| phone.key());
        let order = Order {
            column: column(text("sort_by").as_deref())?,
            is_descending: direction(text("sort_order"))?,
        };
        let filter =
            Filter { status, agent_id, agents, search, search_key, from, before, ..Filter::default() };
        Ok(Self { filter, order })
    }

    /// Reads the body of a bulk action or an export: `ids`, or `select_all` with filters (C-33). The web application sends
    /// both lists always: beside `select_all` an empty `ids` says nothing, and an empty `excluded_ids` never does (F1).
    pub async fn read_body(app: &App, fields: &Map<String, Value>) -> Result<Self, Reject> {
        let mut selection = Self::read(app, fields, &Reach::All).await?;
        let selects_all = fields.get("select_all").and_then(values::boolean).unwrap_or(false);
        let is_empty = |value: &Value| value.as_array().is_some_and(Vec::is_empty);
        let ids = fields.get("ids").filter(|ids| !(ids.is_null() || selects_all && is_empty(ids)));
        let excluded = fields.get("excluded_ids").filter(|value| !value.is_null());
        match (ids, selects_all) {
            (Some(ids), false) => {
                if is_empty(ids) {
                    return Err(Reject::invalid("ids", "At least one id is needed", "too_short"));
                }
                if excluded.is_some_and(|ids| !is_empty(ids)) {
                    return Err(Reject::invalid("excluded_ids", "Only with select_all", "value_error"));
                }
                // Ids and filters at once would be two selections: the ids are the whole of it.
                selection.filter =
                    Filter { nums: Some(numbers(app, "ids", ids).await?), ..Filter::default() };
            }
            (None, true) => {
                if let Some(excluded) = excluded {
                    selection.filter.excluded_nums = numbers(app, "excluded_ids", excluded).await?;
                }
            }
            (Some(_), true) | (None, false) => {
                return Err(Reject::invalid(
                    "ids",
                    "Exactly one of ids and select_all is needed",
                    "value_error",
                ));
            }
        }
        Ok(selection)
    }
}

/// Whose numbers a filter means, as far as the caller sees them: of one agent, or of several and perhaps of nobody.
fn visible(reach: &Reach, agent_id: Option<Uuid>) -> (Option<Uuid>, Option<(Vec<Uuid>, bool)>) {
    match reach {
        Reach::All => (agent_id, None),
        // Whoever sees their own numbers only gets them whatever they ask for.
        Reach::Only { agents, nobodys: false } if agents.len() == 1 => (Some(agents[0].0), None),
        Reach::Only { agents, nobodys } => {
            (agent_id, Some((agents.iter().map(|id| id.0).collect(), *nobodys)))
        }
    }
}

/// Integer ids of numbers that are given by any of their ids; ids that name nothing select nothing.
async fn numbers(app: &App, field: &'static str, value: &Value) -> Result<Vec<i64>, Reject> {
    let invalid = |msg: &str| Reject::invalid(field, msg, "value_error");
    let list = value.as_array().ok_or_else(|| invalid("Expected a list of ids"))?;
    if list.len() > IDS_MAX {
        return Err(invalid("More than 100,000 ids"));
    }
    let mut nums = Vec::with_capacity(list.len());
    for value in list {
        let id = words::id(value);
        match id.ok_or_else(|| invalid("Expected ids"))? {
            AnyId::Num(num) => nums.push(num),
            other @ (AnyId::Uuid(_) | AnyId::Oid { .. }) => {
                let lead = app.ledger.views().find_lead(other).await.map_err(RecordError::from)?;
                nums.extend(lead.map(|lead| lead.num));
            }
        }
    }
    Ok(nums)
}

async fn agent(app: &App, id: &str) -> Result<Option<Uuid>, Reject> {
    let Some(id) = AnyId::parse(id) else {
        return Err(Reject::invalid("agent_id", "Expected an id", "value_error"));
    };
    let row = app.ledger.views().find_agent(id).await.map_err(RecordError::from)?;
    Ok(row.map(|row| row.id))
}

/// A time, or a day in the ledger's zone: from its beginning, or (`is_end`) to its end.
fn day(text: Option<String>, field: &'static str, zone: Tz, is_end: bool) -> Result<Option<Instant>, Reject> {
    let Some(text) = text else { return Ok(None) };
    let invalid =
        || Reject::invalid(field, "Expected a day (YYYY-MM-DD) or a time (ISO 8601)", "value_error");
    if let Ok(day) = parse_day(&text) {
        let day = if is_end { day.succ_opt().ok_or_else(invalid)? } else { day };
        return Ok(Some(day_start(day, zone)));
    }
    let at = parse_instant(&text, zone).map_err(|_| invalid())?;
    // "To" names an instant that still belongs.
    Ok(Some(if is_end { at + Duration::microseconds(1) } else { at }))
}

fn column(word: Option<&str>) -> Result<Column, Reject> {
    Ok(match word {
        None | Some("created_at") => Column::CreatedAt,
        Some("updated_at") => Column::UpdatedAt,
        Some("phone_number") => Column::Phone,
        Some("status") => Column::Status,
        Some("attempts" | "total_attempts") => Column::Attempts,
        Some("last_attempt_at") => Column::LastAttemptAt,
        Some(_) => return Err(Reject::invalid("sort_by", "Not a column to sort by", "enum")),
    })
}

fn direction(word: Option<String>) -> Result<bool, Reject> {
    match word.map(|word| word.to_ascii_lowercase()).as_deref() {
        None | Some("desc") => Ok(true),
        Some("asc") => Ok(false),
        Some(_) => Err(Reject::invalid("sort_order", "Expected asc or desc", "enum")),
    }
}
