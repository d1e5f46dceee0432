//! Lead management and scheduling (document 002) under `/api/v1`: agents, leads, calls.
//!
//! Known quirks, kept because its clients rely on them; do not propagate:
//! - A phone that does not look like E.164 is 422 with a list; one that looks like it but cannot exist is 400 with a text.
//! - The same phone may belong to several agents' leads, once to each (C-13).
//! - `null` and `""` mean absent, in bodies and in queries; `custom_fields` replaces the whole object.
//! - `status_filter` names the lead's status; a lead that is being dialed now is `in_progress`, which ends by the clock.
//! - Deleting answers 200 with a body. Unknown members of a body are ignored.

pub mod add_agent;
pub mod agent;
pub mod as_of;
pub mod call_history;
pub mod call_metrics;
pub mod call_result;
pub mod caller;
pub mod change_agent;
pub mod create_lead;
pub mod delete_lead;
pub mod dialability;
pub mod get_lead;
pub mod import_leads;
pub mod lead;
pub mod lead_calls;
pub mod list_agents;
pub mod list_leads;
pub mod openapi;
pub mod page;
pub mod reject;
pub mod schedule_call;
pub mod update_lead;
pub mod words;

use crate::state::App;
use axum::Router;
use axum::routing::{get, patch, post};

/// Its paths.
pub fn routes() -> Router<App> {
    let own = Router::new()
        .route("/agents", get(list_agents::handler).post(add_agent::handler))
        .route("/agents/{id}", get(list_agents::one).put(change_agent::update).patch(change_agent::update))
        .route("/agents/{id}/status", patch(change_agent::switch).put(change_agent::switch))
        .route("/leads", get(list_leads::handler).post(create_lead::handler))
        .route("/leads/csv-import", post(import_leads::handler))
        .route(
            "/leads/{id}",
            get(get_lead::handler)
                .put(update_lead::handler)
                .patch(update_lead::handler)
                .delete(delete_lead::handler),
        )
        .route("/leads/{id}/dialability", get(dialability::handler))
        .route("/leads/{id}/calls", get(lead_calls::handler))
        .route("/calls/schedule", post(schedule_call::handler))
        .route("/calls/history", get(call_history::handler))
        .route("/calls/metrics", get(call_metrics::handler))
        .route("/calls/{id}/result", post(call_result::handler))
        .fallback(reject::not_found)
        .method_not_allowed_fallback(reject::method_not_allowed);
    Router::new().nest("/api/v1", own)
}
