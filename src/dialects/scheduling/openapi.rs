//! This dialect as OpenAPI 3.1 (`/docs`, `lead-ledger openapi scheduling`): made from the operations' own types.

use super::{
    add_agent, call_history, call_metrics, call_result, change_agent, company, create_lead, delete_lead,
    dialability, get_lead, import_leads, lead_calls, list_agents, list_leads, list_voices, log_in, me,
    schedule_call, switch_off_agent, test_log_in, update_lead,
};
use crate::http::openapi::{Refused, Scheme, refusals, secure, tell_apart};
use utoipa::openapi::OpenApi as Document;
use utoipa::{Modify, OpenApi};

struct Shared;

impl Modify for Shared {
    fn modify(&self, document: &mut Document) {
        tell_apart(document);
        secure(document, "token", Scheme::Bearer);
        refusals(document, "Refusal", &[400, 401, 403, 404, 422, 429, 500, 503], &[408, 409, 413, 415]);
    }
}

#[derive(OpenApi)]
#[openapi(
    info(title = "Lead management and scheduling", description = "Agents, leads and their calls (document 002)."),
    paths(
        log_in::handler, test_log_in::handler, me::handler, company::handler,
        list_agents::handler, list_agents::one, list_voices::handler, add_agent::handler, switch_off_agent::handler, change_agent::update, change_agent::switch,
        list_leads::handler, create_lead::handler, get_lead::handler, update_lead::handler, delete_lead::handler,
        import_leads::handler, dialability::handler, lead_calls::handler, schedule_call::handler,
        call_history::handler, call_metrics::handler, call_result::handler,
    ),
    components(schemas(Refused)),
    modifiers(&Shared),
)]
pub struct Scheduling;
