//! `POST /api/auth/logout`: the token that it was asked with is void from now on (B-126).

use super::caller::Caller;
use super::reject::Rejected;
use crate::http::tokens::Use;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

pub async fn handler(State(app): State<App>, caller: Caller) -> Result<Json<Value>, Rejected> {
    let ended = app.end_session(&caller.context(), Use::Api, &caller.token).await;
    ended.map_err(|error| caller.reject(error))?;
    Ok(Json(json!({ "success": true, "message": "Logged out successfully" })))
}
