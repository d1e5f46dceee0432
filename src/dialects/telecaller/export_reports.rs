//! `GET /api/reports/export/:type`: reports as a spreadsheet or as pages (B-150, C-33). Made in the background; a short one is there
//! when this answers.

use super::caller::Caller;
use super::reject::{Reject, Rejected};
use super::report;
use super::words;
use crate::exports::job::{Failure, Progress};
use crate::exports::{Format, Wanted};
use crate::http::fields::Fields;
use crate::http::path::Named;
use crate::http::query::Members;
use crate::ledger::RecordError;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::{Map, Value};
use std::time::Duration;

/// How long whoever asks is kept waiting for a file.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reply {
    success: bool,
    download_url: String,
    filename: String,
    /// `done`, or `running`: then `progressUrl` tells how far it is.
    status: &'static str,
    progress_url: String,
}

pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Named(kind): Named,
    Members(query): Members,
) -> Result<Json<Reply>, Rejected> {
    export(&app, &caller, &kind, &query).await.map(Json).map_err(|reject| caller.reject(reject))
}

async fn export(app: &App, caller: &Caller, kind: &str, query: &Map<String, Value>) -> Result<Reply, Reject> {
    let known = words::EXPORTS.iter().find(|(word, _)| *word == kind);
    let mut fields = Fields::of_query(query);
    if known.is_none() {
        fields.problem("type", "Input should be 'daily', 'weekly', 'monthly', 'all'", "enum");
    }
    let format = fields.word("format", &words::FORMATS).unwrap_or(Format::Excel);
    let (from, upto) = report::dates(&mut fields);
    let user = fields.id("userId");
    fields.end()?;
    let user = app.ledger.views().agent_meant(user).await.map_err(RecordError::from)?;
    let users = caller.seen(app, user).await?;
    let period = known.and_then(|(_, period)| *period);
    start(app, Wanted { format, period, from, upto, users, owner_id: caller.person.id }).await
}

/// Has a file made, and answers where it lies.
pub async fn start(app: &App, wanted: Wanted) -> Result<Reply, Reject> {
    let export = app.exports.start(&app.tasks, wanted);
    let status = match export.wait(PATIENCE).await {
        Progress::Done => "done",
        Progress::Running { .. } => "running",
        Progress::Failed(Failure::TooMany) => {
            return Err(Reject::Invalid(vec![(
                "dateFrom",
                "Too many reports for one file; choose fewer days".to_owned(),
            )]));
        }
        Progress::Failed(Failure::Unavailable) => return Err(Reject::Unavailable),
    };
    Ok(Reply {
        success: true,
        download_url: format!("/api/reports/download/{}", export.filename),
        progress_url: format!("/api/reports/exports/{}/progress", export.id),
        filename: export.filename,
        status,
    })
}
