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
    success: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'static str>,
    lead: Detail,
    /// The members of `lead` once more: the web application reads them here (F16).
    #[serde(flatten)]
    beside: Detail,
}

impl Reply {
    /// The lead, and what was done to it if anything was.
    pub fn new(message: Option<&'static str>, lead: Detail) -> Self {
        Self { success: true, message, beside: lead.clone(), lead }
    }
}

pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named,
) -> Result<Json<Reply>, Rejected> {
    let row = find(&app, &caller, &id).await?;
    let lead = detail(&app, &row).await.map_err(|error| caller.reject(error))?;
    Ok(Json(Reply::new(None, lead)))
}
