//! `GET /api/users/:id/activity`: what one user did last, the latest first (F16): their calls, the leads of theirs that changed, the
//! reports that they filed. At most the latest 500; the whole history of a lead is the ledger's own answer.

use super::caller::Caller;
use super::page::{Page, Pagination};
use super::reject::{Reject, Rejected};
use super::user::{self, Name};
use super::{lead, words};
use crate::http::fields::Fields;
use crate::http::path::Named;
use crate::http::query::Members;
use crate::ledger::RecordError;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use domain::ids::oid;
use domain::outcome::Outcome;
use domain::time::Instant;
use projections::lead::LeadRow;
use projections::lead_list::{Column, Order};
use projections::reports::ReportRow;
use projections::{call_list, lead_list, reports};
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

/// How far back a list goes, in entries.
const ENTRIES_MAX: i64 = 500;

#[derive(Serialize)]
pub struct Reply {
    success: bool,
    activity: Vec<Entry>,
    total: i64,
    pagination: Pagination,
}

/// Something that the user did.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    /// Of the call, lead or report.
    #[serde(rename = "_id")]
    oid: String,
    id: String,
    /// `call`, `lead` or `report`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status of the call or lead, the type of the report.
    action: String,
    description: String,
    lead: Option<Name>,
    created_at: String,
    #[serde(skip)]
    at: Instant,
}

pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named,
    Members(query): Members,
) -> Result<Json<Reply>, Rejected> {
    let row = user::find(&app, &caller, &id).await?;
    activity(&app, row.id, &query).await.map(Json).map_err(|reject| caller.reject(reject))
}

async fn activity(app: &App, id: Uuid, query: &Map<String, Value>) -> Result<Reply, Reject> {
    let page = Page::read(&Fields::of_query(query));
    let upto = page.skip().saturating_add(page.limit).min(ENTRIES_MAX);
    let views = app.ledger.views();
    let calls = call_list::Filter { agent_id: Some(id), ..call_list::Filter::default() };
    let leads = lead_list::Filter { agent_id: Some(id), ..lead_list::Filter::default() };
    let reports = reports::Filter { users: Some(vec![id]), ..reports::Filter::default() };
    let latest = Order { column: Column::UpdatedAt, is_descending: true };
    let called = views.list_calls(&calls, 0, upto).await.map_err(RecordError::from)?;
    let changed = views.list_leads(&leads, latest, 0, upto).await.map_err(RecordError::from)?;
    let (filed, reports) = views.list_reports(&reports, 0, upto).await.map_err(RecordError::from)?;
    let calls = views.total_calls(&calls).await.map_err(RecordError::from)?.count;
    let leads = views.total_leads(&leads).await.map_err(RecordError::from)?.count;
    let total = (calls + leads + reports).min(ENTRIES_MAX);
    let mut entries: Vec<Entry> = called.into_iter().map(of_call).collect();
    entries.extend(changed.iter().map(of_lead));
    entries.extend(filed.iter().map(of_report));
    entries.sort_by(|a, b| (b.at, &b.oid).cmp(&(a.at, &a.oid)));
    let skip = usize::try_from(page.skip()).unwrap_or(usize::MAX);
    let taken = usize::try_from((upto - page.skip()).max(0)).unwrap_or(0);
    let activity = entries.into_iter().skip(skip).take(taken).collect();
    Ok(Reply { success: true, activity, total, pagination: page.of(total) })
}

fn entry(id: Uuid, kind: &'static str, action: String, description: String, at: Instant) -> Entry {
    let created_at = words::instant(at);
    Entry { oid: oid(id), id: oid(id), kind, action, description, lead: None, created_at, at }
}

fn of_call(call: call_list::Call) -> Entry {
    let status = Outcome::from_word(&call.outcome).unwrap_or(Outcome::Unknown).call_status();
    let name = call.lead_full_name.or(call.lead_name).unwrap_or_default();
    let description = format!("Call with {name}: {status}");
    let lead = Some(Name { oid: oid(call.lead_id), name });
    Entry { lead, ..entry(call.id, "call", status.to_owned(), description, call.occurred_at) }
}

fn of_lead(row: &LeadRow) -> Entry {
    let (name, status) = (lead::name(row), words::status(&row.stage));
    let description = format!("Lead {name}: {status}");
    let lead = Some(Name { oid: oid(row.id), name });
    Entry { lead, ..entry(row.id, "lead", status.to_owned(), description, row.updated_at) }
}

fn of_report(row: &ReportRow) -> Entry {
    let description = format!("Report of {} ({})", row.report_on, row.period);
    entry(row.id, "report", row.period.clone(), description, row.updated_at)
}
