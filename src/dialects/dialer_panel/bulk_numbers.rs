//! `POST /api/numbers/bulk` (`update_status`, `reset`, `delete`), `/bulk-status`, `/bulk-delete`, and `GET
//! /api/numbers/bulk/{id}`: one answer for each number, rejections by number, in the background if it takes long (C-22).

use super::caller::Member;
use super::reject::{self, Body, LIST_MAX, Reject, Rejected};
use super::selection::Selection;
use super::words;
use crate::actions::numbers::change::NumberChange;
use crate::http::path::Named;
use crate::http::values;
use crate::http::written;
use crate::state::App;
use crate::work::bulks::{Bulk, BulkChange};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::Refusal;
use domain::status::PanelStatus;
use domain::text::trim;
use serde::Serialize;
use serde_json::Map;
use serde_json::Value;
use std::time::Duration;
use utoipa::ToSchema;
use uuid::Uuid;

/// How long the answer waits for the end; afterwards it is 202 and progress is asked for.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(ToSchema)]
#[schema(as = BulkRequest)]
#[expect(dead_code, reason = "told to clients; read by its names")]
struct Request {
    #[schema(pattern = "^(update_status|reset|delete)$")]
    action: Option<String>,
    /// The new status.
    status: Option<String>,
    /// These, or `select_all`.
    ids: Option<Vec<i64>>,
    select_all: Option<bool>,
    excluded_ids: Option<Vec<i64>>,
    filter_status: Option<String>,
    search: Option<String>,
    agent_id: Option<String>,
    start_date: Option<String>,
    end_date: Option<String>,
    /// Only tells what would come of it.
    dry_run: Option<bool>,
}

/// Where a change of many stands.
#[derive(Serialize, ToSchema)]
#[schema(as = Bulk)]
struct Reply {
    job_id: Uuid,
    /// `running` or `done`.
    state: &'static str,
    dry_run: bool,
    /// Numbers looked at so far, of which changed, and which were so already.
    matched: usize,
    changed: usize,
    unchanged: usize,
    rejected: usize,
    /// The first thousand.
    rejections: Vec<Rejection>,
    /// Why it ended early.
    problem: Option<&'static str>,
}

#[derive(Serialize, ToSchema)]
struct Rejection {
    id: i64,
    code: &'static str,
    detail: String,
}

/// What the path says is to be done.
#[derive(Clone, Copy)]
enum Asked {
    /// What `action` says.
    Action,
    Status,
    Delete,
}

#[utoipa::path(
    post, path = "/api/numbers/bulk", operation_id = "change_numbers", tag = "numbers",
    summary = "What `action` says, of many",
    request_body = Request,
    responses((status = 200, body = Reply), (status = 202, body = Reply)),
)]
pub async fn any(State(app): State<App>, admin: Member, body: Body<LIST_MAX>) -> Result<Response, Rejected> {
    bulk(&app, &admin, &body, Asked::Action).await
}

#[utoipa::path(
    post, path = "/api/numbers/bulk-status", operation_id = "set_numbers_status", tag = "numbers",
    summary = "Another status of many",
    request_body = Request,
    responses((status = 200, body = Reply), (status = 202, body = Reply)),
)]
pub async fn status(
    State(app): State<App>,
    admin: Member,
    body: Body<LIST_MAX>,
) -> Result<Response, Rejected> {
    bulk(&app, &admin, &body, Asked::Status).await
}

#[utoipa::path(
    post, path = "/api/numbers/bulk-delete", operation_id = "delete_numbers", tag = "numbers",
    summary = "Many are gone",
    request_body = Request,
    responses((status = 200, body = Reply), (status = 202, body = Reply)),
)]
pub async fn delete(
    State(app): State<App>,
    admin: Member,
    body: Body<LIST_MAX>,
) -> Result<Response, Rejected> {
    bulk(&app, &admin, &body, Asked::Delete).await
}

/// Where one stands.
#[utoipa::path(
    get, path = "/api/numbers/bulk/{job_id}", operation_id = "get_bulk_progress", tag = "numbers",
    summary = "Where a change of many stands",
    params(("job_id" = String, Path)),
    responses((status = 200, body = Reply)),
)]
pub async fn progress(State(app): State<App>, admin: Member, Named(id): Named) -> Result<Response, Rejected> {
    let found = Uuid::try_parse(&id).ok().and_then(|id| Some((id, app.bulks.find(id)?)));
    let (id, bulk) = found.ok_or_else(|| admin.reject(Reject::NotFound("Bulk change")))?;
    Ok(Json(words_of(id, &bulk)).into_response())
}

async fn bulk(app: &App, admin: &Member, body: &Body<LIST_MAX>, asked: Asked) -> Result<Response, Rejected> {
    let bulk = read(app, body, asked).await.map_err(|reject| admin.reject(reject))?;
    let (id, bulk) = app.bulks.start(&app.tasks, admin.context(), bulk, PATIENCE).await;
    if bulk.problem.is_some() {
        return Err(admin.reject(Reject::Unavailable));
    }
    let status = if bulk.is_done { StatusCode::OK } else { StatusCode::ACCEPTED };
    let headers = written::headers(bulk.position, bulk.is_done, false);
    Ok((status, headers, Json(words_of(id, &bulk))).into_response())
}

async fn read(app: &App, body: &Body<LIST_MAX>, asked: Asked) -> Result<BulkChange, Reject> {
    let empty = Map::new();
    let fields = body.json.as_object().unwrap_or(&empty);
    let dry_run = fields.get("dry_run").and_then(values::boolean).unwrap_or(false);
    let word = words::text(fields.get("action")).0;
    let (change, filter_word) = match (asked, word.as_deref().map(trim)) {
        (Asked::Delete, _) | (Asked::Action, Some("delete")) => (NumberChange::Delete, "status"),
        (Asked::Action, Some("reset")) => (NumberChange::SetStatus(PanelStatus::InQueue), "status"),
        (Asked::Status, _) | (Asked::Action, Some("update_status")) => {
            // `status` is the new one here; the filter is called `filter_status` (C-33).
            (NumberChange::SetStatus(status_of(fields)?), "filter_status")
        }
        (Asked::Action, _) => {
            return Err(Reject::invalid("action", "Expected update_status, reset or delete", "enum"));
        }
    };
    let mut selecting = fields.clone();
    if filter_word == "filter_status" {
        selecting.remove("status");
    }
    let Selection { filter, .. } = Selection::read_body(app, &selecting).await?;
    Ok(BulkChange { filter, change, dry_run })
}

fn status_of(fields: &Map<String, Value>) -> Result<PanelStatus, Reject> {
    let word = words::text(fields.get("status")).0;
    let word = word.ok_or_else(|| Reject::invalid("status", "Field required", "missing"))?;
    words::panel_status(trim(&word))
        .ok_or_else(|| Reject::invalid("status", "Not one of the eleven statuses", "enum"))
}

fn words_of(id: Uuid, bulk: &Bulk) -> Reply {
    let rejection = |(id, refusal): &(i64, Refusal)| {
        let (code, detail) = reject::told(*refusal);
        Rejection { id: *id, code, detail }
    };
    Reply {
        job_id: id,
        state: if bulk.is_done { "done" } else { "running" },
        dry_run: bulk.dry_run,
        matched: bulk.matched,
        changed: bulk.changed,
        unchanged: bulk.unchanged,
        rejected: bulk.rejected,
        rejections: bulk.rejections.iter().map(rejection).collect(),
        problem: bulk.problem,
    }
}
