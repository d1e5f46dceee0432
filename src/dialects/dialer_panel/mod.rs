//! The dialer panel (document 003): a dialer polls for numbers and reports what came of them; admins and agents look after
//! the numbers.
//!
//! Known quirks, kept because its clients rely on them; do not propagate:
//! - `GET next-batch` has effects (C-19): it leases what it returns. `HEAD` has none, and `POST /api/v1/dialer/batches` does
//!   the same by an honest method.
//! - A report is hardly ever refused (C-17): real clients send a refused report again for ever, and it blocks those
//!   queued behind it. So values of the wrong type are read as far as they can be, and unknown ones are dead letters.
//! - NUL characters in texts are dropped rather than refused, for the same reason.
//! - A report without `batch_id` ends the lease that the number was dialed under: the document's own payload has none.
//! - The week starts on Saturday (`day_of_week` 0).
//! - `GET /api/admins` and `GET /api/numbers` answer bare lists; `GET /api/v1/numbers` is the object with `items` and `total`.
//! - Roles are written in upper case, and telecallers are `AGENT`s; they are read in any case.
//! - Whoever is logged in may change their own password without saying the old one: the web application does not ask it.
//! - In a bulk change of status, `status` is the new one; the filter is `filter_status`.
//! - Adding numbers refuses none: what is no phone number is counted as `invalid` and not added.
//! - `retry_after_seconds` is never 0: clients take 0 for missing.

pub mod add_numbers;
pub mod add_person;
pub mod bulk_numbers;
pub mod caller;
pub mod change_number;
pub mod change_person;
pub mod export_numbers;
pub mod get_schedule;
pub mod list_numbers;
pub mod list_people;
pub mod next_batch;
pub mod number;
pub mod number_stats;
pub mod openapi;
pub mod own_account;
pub mod people;
pub mod put_schedule;
pub mod reject;
pub mod report;
pub mod report_result;
pub mod request_batch;
pub mod selection;
pub mod statistics;
pub mod upload_numbers;
pub mod words;

use crate::http::rights::operations;
use crate::state::App;
use axum::Router;
use axum::routing::{get, post};

operations! {
    get "/api/auth/me" Self_ own_account::show;
    put "/api/auth/me" Self_ own_account::change;
    patch "/api/auth/me" Self_ own_account::change;
    get "/api/schedule" ReadSchedule get_schedule::handler;
    put "/api/schedule" TurnSwitch put_schedule::handler;
    get "/api/admins" ManagePeople list_people::handler;
    post "/api/admins" ManagePeople add_person::handler;
    put "/api/admins/{id}" ManagePeople change_person::update;
    patch "/api/admins/{id}" ManagePeople change_person::update;
    delete "/api/admins/{id}" ManagePeople change_person::delete;
    post "/api/admins/{id}/activate" ManagePeople change_person::activate;
    post "/api/admins/{id}/deactivate" ManagePeople change_person::deactivate;
    post "/api/admins/{id}/reset-password" ManagePeople change_person::reset_password;
    get "/api/numbers" ReadNumbers list_numbers::bare;
    get "/api/v1/numbers" ReadNumbers list_numbers::with_total;
    post "/api/numbers" ManageNumbers add_numbers::handler;
    post "/api/numbers/upload" ManageNumbers upload_numbers::handler;
    get "/api/numbers/stats" ReadNumbers number_stats::handler;
    post "/api/numbers/export" ManageNumbers export_numbers::handler;
    post "/api/numbers/bulk" ManageNumbers bulk_numbers::any;
    post "/api/numbers/bulk-status" ManageNumbers bulk_numbers::status;
    post "/api/numbers/bulk-delete" ManageNumbers bulk_numbers::delete;
    get "/api/numbers/bulk/{id}" ManageNumbers bulk_numbers::progress;
    delete "/api/numbers/{id}" ManageNumbers change_number::delete;
    put "/api/numbers/{id}/status" ChangeNumbers change_number::set_status;
    patch "/api/numbers/{id}/status" ChangeNumbers change_number::set_status;
    post "/api/numbers/{id}/reset" ChangeNumbers change_number::reset;
    get "/api/stats/numbers-summary" ReadStatistics statistics::numbers;
    get "/api/stats/attempts-summary" ReadStatistics statistics::attempts;
    get "/api/stats/attempt-trend" ReadStatistics statistics::trend;
}

/// Its folders: what is unknown under them is refused in this dialect's shape.
const FOLDERS: [&str; 5] = ["/api/dialer", "/api/numbers", "/api/admins", "/api/schedule", "/api/stats"];

/// Whether a path lies under one of this dialect's folders.
pub fn is_under(path: &str) -> bool {
    let is_under = |folder: &&str| {
        path.strip_prefix(*folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    FOLDERS.iter().any(is_under)
}

/// Its paths.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/dialer/next-batch", get(next_batch::handler).head(next_batch::head))
        .route("/api/v1/dialer/batches", post(request_batch::handler))
        .route("/api/dialer/report-result", post(report_result::handler))
        .merge(operations())
        .method_not_allowed_fallback(reject::method_not_allowed)
}
