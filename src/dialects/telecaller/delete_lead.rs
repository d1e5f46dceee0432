//! `DELETE /api/leads/:id`: gone from lists; its history stays (B-138, C-23).

use super::caller::Caller;
use super::lead::find;
use super::reject::Rejected;
use crate::actions::leads::sell::RemoveLead;
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
    let row = find(&app, &caller, &id).await?;
    let reach = caller.reach(&app).await.map_err(|error| caller.reject(error))?;
    let remove = RemoveLead { id: row.id, reach };
    let recorded =
        app.ledger.record(&caller.context(), &remove).await.map_err(|error| caller.reject(error))?;
    let headers = written::headers(recorded.position, recorded.is_followed, false);
    Ok((headers, Json(json!({ "success": true, "message": "Lead deleted successfully" }))))
}
