//! `DELETE /api/reports/:id`: out of the lists; what it said stays in its history, and its person may file that day again (F16).

use super::caller::Caller;
use super::reject::Rejected;
use super::report;
use crate::actions::reports::file::Remove;
use crate::http::path::Named;
use crate::http::written;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use serde_json::{Value, json};

pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named,
) -> Result<(HeaderMap, Json<Value>), Rejected> {
    let row = report::find(&app, &caller, &id).await?;
    let remove = Remove { id: row.id, by: caller.person.id };
    let recorded =
        app.ledger.record(&caller.context(), &remove).await.map_err(|error| caller.reject(error))?;
    let headers = written::headers(recorded.position, recorded.is_followed, !recorded.is_new);
    Ok((headers, Json(json!({ "success": true, "message": "Report deleted successfully" }))))
}
