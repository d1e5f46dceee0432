//! `GET /api/leads/:id` (B-136).

use super::caller::Caller;
use super::lead::{Detail, detail, find};
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
    pub lead: Detail,
}

pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named,
) -> Result<Json<Reply>, Rejected> {
    let row = find(&app, &caller, &id).await?;
    let lead = detail(&app, &row).await.map_err(|error| caller.reject(error))?;
    Ok(Json(Reply { success: true, message: None, lead }))
}
