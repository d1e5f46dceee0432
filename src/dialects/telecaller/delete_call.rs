//! `DELETE /api/calls/:id`: out of the lists (F16). A planned call will not be made; one that was made keeps its place in the history of
//! the lead and in metrics, as a deleted lead does (C-23).

use super::call::find;
use super::caller::Caller;
use super::reject::Rejected;
use crate::actions::calls::plan::RemoveCall;
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
    let remove = RemoveCall { lead_id: row.lead_id, call_id: row.id };
    let recorded =
        app.ledger.record(&caller.context(), &remove).await.map_err(|error| caller.reject(error))?;
    let headers = written::headers(recorded.position, recorded.is_followed, !recorded.is_new);
    Ok((headers, Json(json!({ "success": true, "message": "Call deleted successfully" }))))
}
