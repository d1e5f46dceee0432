//! The ledger's own API under `/api/v1/ledger`: the log for auditors, the read models for analysts, repairs for admins.
//!
//! Quirks: none to keep. Streams end with an error line where the log could not be read on, never silently short.

pub mod caller;
pub mod dead_letters;
pub mod events;
pub mod explain;
pub mod lead_events;
pub mod lift_suppression;
pub mod list_projections;
pub mod openapi;
pub mod rebuilds;
pub mod reject;
pub mod resolve_dead_letter;
pub mod restatements;
pub mod stream;
pub mod verification;
pub mod words;

use crate::state::App;
use axum::Router;
use axum::routing::{get, post};

/// Its paths.
pub fn routes() -> Router<App> {
    let ledger = Router::new()
        .route("/events", get(events::handler))
        .route("/leads/{id}/events", get(lead_events::handler))
        .route("/leads/{id}/lift-suppression", post(lift_suppression::handler))
        .route("/projections", get(list_projections::handler))
        .route("/rebuilds", post(rebuilds::start))
        .route("/rebuilds/{id}", get(rebuilds::show))
        .route("/dead-letters", get(dead_letters::handler))
        .route("/dead-letters/{id}/resolve", post(resolve_dead_letter::handler))
        .route("/explain/{metric}", get(explain::handler))
        .route("/stream", get(stream::handler))
        .route("/restatements", get(restatements::handler))
        .route("/verify", get(verification::handler))
        .method_not_allowed_fallback(reject::method_not_allowed);
    Router::new().nest("/api/v1/ledger", ledger)
}
