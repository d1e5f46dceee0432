//! `GET /api/calls/:id` (B-144).

use super::call::{Call, find};
use super::caller::Caller;
use super::reject::Rejected;
use crate::http::path::Named;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use serde::Serialize;

#[derive(Serialize)]
pub struct Reply {
    pub success: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<&'static str>,
    pub call: Call,
}

pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named,
) -> Result<Json<Reply>, Rejected> {
    let row = find(&app, &caller, &id).await?;
    Ok(Json(Reply { success: true, message: None, call: row.into() }))
}
