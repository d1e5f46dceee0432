//! The telecaller CRM (document 004): so far log-in and profile, which serve the people of every surface (C-36).
//!
//! Known quirks; do not propagate:
//! - Whatever no other dialect answers under `/api` is refused in this one's shape.
//! - The answer to a log-in carries the token twice, as `token` and `access_token`: two families of clients read it.

pub mod caller;
pub mod log_in;
pub mod profile;
pub mod reject;
pub mod words;

use crate::state::App;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

/// Its paths, and what is nobody's.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api", get(status))
        .route("/api/auth/login", post(log_in::handler))
        .route("/api/auth/profile", get(profile::handler))
        .method_not_allowed_fallback(reject::method_not_allowed)
        .fallback(reject::not_found)
}

/// B-012
async fn status() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}
