//! The telecaller CRM (document 004): people and teams, leads, calls, advertisements; and the log-in of every surface (C-36).
//!
//! Known quirks; do not propagate:
//! - Whatever no other dialect answers under `/api` is refused in this one's shape (see `dialects`).
//! - The answer to a log-in carries the token twice, as `token` and `access_token`: two families of clients read it.
//! - Lists say how many there are twice: `total`, and `pagination.total`.
//! - A page or limit that is none is brought within bounds; an unknown word in a filter is refused.
//! - There is no word for a lost lead: it shows as `contacted`. `agent` and `telecaller` are one role.
//! - What somebody may not see is not there: 404; a person whom they may not see, 403.
//! - A report is dated a day and shown as that day's midnight, UTC. A weekly one is about the seven days that end with its day, a
//!   monthly one about the calendar month of its day; `ledger` is what the ledger knows of them, `variance` what was typed
//!   less that.
//! - `downloadUrl` may be answered before its file is there: whoever fetches it waits, or watches `progressUrl`.
//! - Dashboards count in quarter hours: an instant within one means all of it.
//! - Dashboards show what the caller may see. Every status and quality is listed, of sources those that occur.
//! - Reads carry an `ETag`; a client that has the answer already is told so (304), and that costs nothing of its limit.
//! - Log-ins are limited by account and address, so that an office behind one address can log in.
//! - A name is one text here; it is split at its first blank.

mod assign_lead;
mod call;
mod call_recording;
mod callback;
pub mod caller;
mod campaigns;
mod change_password;
mod create_lead;
mod create_report;
mod dashboard;
mod delete_call;
mod delete_lead;
mod delete_report;
mod delete_user;
mod download_report;
mod export_progress;
mod export_report;
mod export_reports;
mod get_call;
mod get_lead;
mod get_report;
mod get_user;
mod initiate_call;
mod lead;
mod lead_analytics;
mod limit;
mod list_calls;
mod list_leads;
mod list_reports;
mod list_users;
pub mod log_in;
mod log_out;
pub mod meta_lead;
mod meta_webhook;
pub mod openapi;
mod overview;
mod page;
mod performance;
mod plan_call;
pub mod profile;
mod register;
pub mod reject;
mod report;
mod set_password;
mod set_user_status;
mod update_call;
mod update_lead;
mod update_report;
mod update_user;
mod user;
mod user_activity;
mod user_performance;
pub mod words;

use crate::http::rights::operations;
use crate::state::App;
use axum::handler::Handler;
use axum::middleware;
use axum::routing::{MethodRouter, get, head, post};
use axum::{Json, Router};
use serde_json::{Value, json};

operations! {
    get "/api/auth/profile" Self_ profile::handler;
    put "/api/auth/profile" Self_ profile::change;
    patch "/api/auth/profile" Self_ profile::change;
    post "/api/auth/logout" Self_ log_out::handler;
    put "/api/auth/change-password" Self_ change_password::handler;
    post "/api/auth/change-password" Self_ change_password::handler;
    post "/api/auth/register" RegisterUsers register::handler;
    get "/api/users" ReadUsers list_users::handler;
    post "/api/users" RegisterUsers register::handler;
    get "/api/users/{id}" ReadUser get_user::handler;
    get "/api/users/{id}/performance" ReadUser user_performance::handler;
    get "/api/users/{id}/activity" ReadUser user_activity::handler;
    put "/api/users/{id}/password" ChangeUsers set_password::handler;
    put "/api/users/{id}/status" SwitchUsers set_user_status::handler;
    patch "/api/users/{id}/status" SwitchUsers set_user_status::handler;
    put "/api/users/{id}" ChangeUsers update_user::handler;
    patch "/api/users/{id}" ChangeUsers update_user::handler;
    delete "/api/users/{id}" DeleteUsers delete_user::handler;
    get "/api/leads" ReadLeads list_leads::handler;
    post "/api/leads" ChangeLeads create_lead::handler;
    get "/api/leads/assigned/{userId}" ReadLeads list_leads::assigned;
    get "/api/leads/{id}" ReadLeads get_lead::handler;
    put "/api/leads/{id}" ChangeLeads update_lead::handler;
    patch "/api/leads/{id}" ChangeLeads update_lead::handler;
    delete "/api/leads/{id}" DeleteLeads delete_lead::handler;
    post "/api/leads/{id}/assign" AssignLeads assign_lead::handler;
    get "/api/calls" ReadCalls list_calls::handler;
    post "/api/calls" MakeCalls plan_call::handler;
    post "/api/calls/initiate" MakeCalls initiate_call::handler;
    post "/api/calls/end" MakeCalls update_call::end;
    get "/api/calls/{id}" ReadCalls get_call::handler;
    get "/api/calls/{id}/recording" ReadCalls call_recording::handler;
    put "/api/calls/{id}" MakeCalls update_call::handler;
    patch "/api/calls/{id}" MakeCalls update_call::handler;
    delete "/api/calls/{id}" DeleteCalls delete_call::handler;
    get "/api/reports" ReadReports list_reports::handler;
    post "/api/reports" WriteReports create_report::handler;
    get "/api/reports/export/{type}" ExportReports export_reports::handler;
    get "/api/reports/exports/{id}/progress" ExportReports export_progress::handler;
    get "/api/reports/download/{file}" ExportReports download_report::handler;
    get "/api/reports/{id}/export/{format}" ExportReports export_report::handler;
    get "/api/reports/{id}" ReadReports get_report::handler;
    put "/api/reports/{id}" WriteReports update_report::handler;
    patch "/api/reports/{id}" WriteReports update_report::handler;
    delete "/api/reports/{id}" DeleteReports delete_report::handler;
    get "/api/dashboard" ReadDashboards dashboard::handler;
    get "/api/dashboard/overview" ReadDashboards overview::handler;
    get "/api/dashboard/performance" ReadDashboards performance::handler;
    get "/api/dashboard/leads" ReadDashboards lead_analytics::handler;
    get "/api/meta/stats" ReadCampaigns campaigns::stats;
    get "/api/meta/campaigns" ReadCampaigns campaigns::list;
    get "/api/meta/names" ReadCampaigns campaigns::names;
    put "/api/meta/names" NameCampaigns campaigns::rename;
}

/// Its paths, and what is nobody's.
pub fn routes(app: &App) -> Router<App> {
    Router::new()
        .route("/api", get(status))
        .route("/api/auth/login", post(log_in::handler))
        .route("/api/calls/status-callback", called_back(callback::status))
        .route("/api/calls/recording-status", called_back(callback::recording))
        .route("/api/meta/webhook", get(meta_webhook::challenge).post(meta_webhook::handler))
        .merge(operations())
        // Asking for a file has it made: `HEAD` must not (C-50).
        .route("/api/reports/export/{type}", head(reject::method_not_allowed))
        .route("/api/reports/{id}/export/{format}", head(reject::method_not_allowed))
        .route_layer(middleware::from_fn_with_state(app.clone(), limit::limited))
        .method_not_allowed_fallback(reject::method_not_allowed)
}

/// Twilio calls back by `POST`, or by `GET` where the account says so; `HEAD` has no effect (C-50).
fn called_back<H, T>(handler: H) -> MethodRouter<App>
where
    H: Handler<T, App>,
    T: 'static,
{
    post(handler.clone()).get(handler).head(reject::method_not_allowed)
}

/// B-012
async fn status() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}
