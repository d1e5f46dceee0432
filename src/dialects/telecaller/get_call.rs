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
    success: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'static str>,
    call: Call,
    /// The members of `call` once more: the web application reads them here (F16).
    #[serde(flatten)]
    beside: Call,
}

impl Reply {
    /// The call, and what was done to it if anything was.
    pub fn new(message: Option<&'static str>, call: Call) -> Self {
        Self { success: true, message, beside: call.clone(), call }
    }
}

pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named,
) -> Result<Json<Reply>, Rejected> {
    let row = find(&app, &caller, &id).await?;
    Ok(Json(Reply::new(None, row.into())))
}
