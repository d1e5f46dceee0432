//! `GET /api/reports/download/:file`: a file that was made, for whoever had it made and for admins, for a day (B-151, C-33). One
//! that is still being made is waited for.

use super::caller::Caller;
use super::reject::{Reject, Rejected};
use crate::http::path::Named;
use crate::state::App;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::principal::Role;
use std::time::Duration;

/// How long a file in the making is waited for.
const PATIENCE: Duration = Duration::from_mins(1);

pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Named(file): Named,
) -> Result<Response, Rejected> {
    download(&app, &caller, &file).await.map_err(|reject| caller.reject(reject))
}

async fn download(app: &App, caller: &Caller, file: &str) -> Result<Response, Reject> {
    // Names of files that were made, and nothing that could be a path.
    let is_name = file.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
    if !is_name || file.len() > 100 {
        return Err(Reject::NotFound);
    }
    let is_for = |owner| owner == caller.person.id || caller.person.role() == Role::Admin;
    if let Some(export) = app.exports.named(file).filter(|export| is_for(export.owner_id))
        && !export.wait(PATIENCE).await.is_over()
    {
        return Err(Reject::Unavailable);
    }
    let stored = app.exports.stored(file).await?;
    let stored = stored.filter(|stored| is_for(stored.owner_id)).ok_or(Reject::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, stored.content_type),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{file}\"")),
    ];
    Ok((headers, stored.content).into_response())
}
