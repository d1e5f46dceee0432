//! Lead management and scheduling (document 002) under `/api/v1`: agents, leads, calls.
//!
//! Known quirks, kept because its clients rely on them; do not propagate:
//! - A phone that does not look like E.164 is 422 with a list; one that looks like it but cannot exist is 400 with a text.
//! - The same phone may belong to several agents' leads, once to each (C-13).
//! - `null` and `""` mean absent, in bodies and in queries; `custom_fields` replaces the whole object.
//! - `status_filter` names the lead's status; a lead that is being dialed now is `in_progress`, which ends by the clock.
//! - Deleting answers 200 with a body. Unknown members of a body are ignored; those of an agent are kept and given back.
//! - A field is never null where the client reads a text: a lead without a number has `phone_e164` `""`.
//! - `PATCH /agents/{id}/status` without a body turns the switch over; deleting an agent only switches it off.
//! - `POST /auth/test-login` lets anybody in by e-mail while developing; in production there is no such path.

pub mod add_agent;
pub mod agent;
pub mod as_of;
pub mod call_history;
pub mod call_metrics;
pub mod call_result;
pub mod caller;
pub mod change_agent;
pub mod company;
pub mod create_lead;
pub mod delete_lead;
pub mod dialability;
pub mod get_lead;
pub mod import_leads;
pub mod lead;
pub mod lead_calls;
pub mod list_agents;
pub mod list_leads;
pub mod list_voices;
pub mod log_in;
pub mod me;
pub mod openapi;
pub mod page;
pub mod reject;
pub mod schedule_call;
pub mod switch_off_agent;
pub mod test_log_in;
pub mod update_lead;
pub mod words;

use crate::state::App;
use axum::Router;
use axum::routing::{get, patch, post};

/// Its paths.
pub fn routes() -> Router<App> {
    let own = Router::new()
        .route("/agents", get(list_agents::handler).post(add_agent::handler))
        .route("/auth/login", post(log_in::handler))
        .route("/auth/test-login", post(test_log_in::handler))
        .route("/auth/me", get(me::handler))
        .route("/auth/company", get(company::handler))
        .route("/agents/voices", get(list_voices::handler))
        .route(
            "/agents/{id}",
            get(list_agents::one)
                .put(change_agent::update)
                .patch(change_agent::update)
                .delete(switch_off_agent::handler),
        )
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
