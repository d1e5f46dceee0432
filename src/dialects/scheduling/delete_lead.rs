//! `DELETE /api/v1/leads/{id}`: gone from lists and queue; its history stays (B-072, C-23).

use super::caller::Member;
use super::get_lead::find;
use super::reject::Rejected;
use crate::http::written;
use crate::ledger::schedule_leads::DeleteLead;
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use serde_json::{Value, json};

pub async fn handler(
    State(app): State<App>,
    member: Member,
    Path(id): Path<String>,
) -> Result<(HeaderMap, Json<Value>), Rejected> {
    member.may_change()?;
    let row = find(&app, &id).await.map_err(|reject| member.reject(reject))?;
    let delete = DeleteLead { id: row.id };
    let recorded =
        app.ledger.record(&member.context(), &delete).await.map_err(|error| member.reject(error))?;
    let headers = written::headers(recorded.position, recorded.is_followed, false);
    Ok((headers, Json(json!({ "message": "Lead deleted" }))))
}
