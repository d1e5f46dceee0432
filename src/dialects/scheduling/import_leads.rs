//! `POST /api/v1/leads/csv-import?agent_id=` (multipart field `file`): every row for itself (B-073 to B-078, C-37). The
//! document names CSV; an XLSX is read just as well.
//!
//! The file is read as a whole before the first lead is recorded: what cannot be read is 400 (`bad_file`), what passes a
//! bound of size is 413 and names the bound, and nothing has changed then.

use super::caller::Member;
use super::reject::{Reject, Rejected};
use crate::files::Bounds;
use crate::files::leads::{self, Reading, RowError};
use crate::http::fields::Fields;
use crate::http::limits::Bucket;
use crate::http::query::Members;
use crate::http::upload;
use crate::http::written;
use crate::ledger::RecordError;
use crate::state::App;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use serde::Serialize;
use serde_json::{Map, Value};
use tokio::sync::mpsc;
use utoipa::ToSchema;
use uuid::Uuid;

/// The largest file, in bytes, with what a form adds.
const FILE_MAX: usize = (10 << 20) + (16 << 10);
/// Leads on their way from the file to the ledger.
const WAITING_MAX: usize = 1_000;
/// What a row is told whose number the agent has.
const DUPLICATE: &str = "Lead with this phone number already exists for this agent";

#[derive(Serialize, ToSchema)]
#[schema(as = LeadsImported)]
pub struct Reply {
    success_count: usize,
    error_count: usize,
    errors: Vec<Item>,
    total_processed: usize,
}

#[derive(Serialize, ToSchema)]
#[schema(as = RowError)]
struct Item {
    row: usize,
    error: String,
}

#[derive(ToSchema)]
#[schema(as = LeadFile)]
#[expect(dead_code, reason = "told to clients; read by its names")]
struct Form {
    /// CSV or XLSX: `first_name`, `phone`, `schedule_at`; other columns become custom fields.
    #[schema(value_type = String, format = Binary)]
    file: (),
}

#[utoipa::path(
    post, path = "/api/v1/leads/csv-import", operation_id = "import_leads", tag = "leads",
    summary = "The leads of a CSV or XLSX file, each row for itself",
    params(("agent_id" = String, Query)),
    request_body(content = Form, content_type = "multipart/form-data"),
    responses((status = 200, body = Reply)),
)]
pub async fn handler(
    State(app): State<App>,
    member: Member,
    Members(query): Members,
    request: Request,
) -> Result<(HeaderMap, Json<Reply>), Rejected> {
    member.may_change()?;
    let charged = app.limits.charge(Bucket::Upload, &member.person.id.to_string());
    charged.map_err(|standing| member.reject(Reject::TooManyRequests(standing)))?;
    let imported = import(&app, &member, query, request).await;
    imported.map_err(|reject| member.reject(reject))
}

async fn import(
    app: &App,
    member: &Member,
    query: Map<String, Value>,
    request: Request,
) -> Result<(HeaderMap, Json<Reply>), Reject> {
    let agent_id = agent(app, query).await?;
    let mut file = upload::receive(request, FILE_MAX).await?;
    let zone = app.ledger.dialing().await?.zone();
    let reading = Reading { agent_id, region: app.config.region_scheduling, zone };
    let file = app.files.read(move || leads::read(&mut file, Bounds::upload(leads::ROWS_MAX))).await?;
    let (sender, rows) = mpsc::channel(WAITING_MAX);
    let sorting = tokio::task::spawn_blocking(move || file.send(reading, &sender));
    let imported = app.ledger.import_leads(&member.context(), rows, |_| {}).await?;
    let mut errors = sorting.await.map_err(|_| Reject::Internal)?;
    let duplicate = |row: &usize| RowError { row: *row, error: DUPLICATE.to_owned() };
    errors.extend(imported.duplicates.iter().map(duplicate));
    errors.sort_by_key(|error| error.row);
    let reply = Reply {
        success_count: imported.created,
        error_count: errors.len(),
        total_processed: imported.created + errors.len(),
        errors: errors.into_iter().map(|RowError { row, error }| Item { row, error }).collect(),
    };
    let is_followed = app.ledger.followed() >= imported.position;
    Ok((written::headers(imported.position, is_followed, false), Json(reply)))
}

async fn agent(app: &App, query: Map<String, Value>) -> Result<Uuid, Reject> {
    let mut fields = Fields::of_query(&query);
    let id = fields.id("agent_id");
    let id = fields.required("agent_id", id);
    fields.end()?;
    let row = match id {
        Some(id) => app.ledger.views().find_agent(id).await.map_err(RecordError::from)?,
        None => None,
    };
    let row = row.filter(|row| row.deleted_at.is_none());
    row.map(|row| row.id).ok_or(Reject::NotFound("Agent"))
}
