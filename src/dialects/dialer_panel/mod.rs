//! The dialer panel (document 003): a dialer polls for numbers and reports what came of them; admins and agents look after
//! the numbers.
//!
//! Known quirks, kept because its clients rely on them; do not propagate:
//! - `GET next-batch` has effects (C-19): it leases what it returns.
//! - A report is hardly ever refused (C-17): real clients send a refused report again for ever, and it blocks those
//!   queued behind it. So values of the wrong type are read as far as they can be, and unknown ones are dead letters.
//! - NUL characters in texts are dropped rather than refused, for the same reason.
//! - A report without `batch_id` ends the lease that the number was dialed under: the document's own payload has none.
//! - The week starts on Saturday (`day_of_week` 0).
//! - `GET /api/admins` answers a bare list; every other list is an object with `items` and `total`.
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
pub mod people;
pub mod put_schedule;
pub mod reject;
pub mod report;
pub mod report_result;
pub mod resolve;
pub mod selection;
pub mod upload_numbers;
pub mod words;

use crate::state::App;
use axum::Router;
use axum::routing::{delete, get, post, put};

/// Its paths.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/dialer/next-batch", get(next_batch::handler))
        .route("/api/dialer/report-result", post(report_result::handler))
        .route("/api/schedule", get(get_schedule::handler).put(put_schedule::handler))
        .route("/api/admins", get(list_people::handler).post(add_person::handler))
        .route(
            "/api/admins/{id}",
            put(change_person::update).patch(change_person::update).delete(change_person::delete),
        )
        .route("/api/admins/{id}/activate", post(change_person::activate))
        .route("/api/admins/{id}/deactivate", post(change_person::deactivate))
        .route("/api/admins/{id}/reset-password", post(change_person::reset_password))
        .route("/api/numbers", get(list_numbers::handler).post(add_numbers::handler))
        .route("/api/numbers/upload", post(upload_numbers::handler))
        .route("/api/numbers/stats", get(number_stats::handler))
        .route("/api/numbers/export", post(export_numbers::handler))
        .route("/api/numbers/bulk", post(bulk_numbers::any))
        .route("/api/numbers/bulk-status", post(bulk_numbers::status))
        .route("/api/numbers/bulk-delete", post(bulk_numbers::delete))
        .route("/api/numbers/bulk/{id}", get(bulk_numbers::progress))
        .route("/api/numbers/{id}", delete(change_number::delete))
        .route("/api/numbers/{id}/status", put(change_number::set_status).patch(change_number::set_status))
        .route("/api/numbers/{id}/reset", post(change_number::reset))
        .method_not_allowed_fallback(reject::method_not_allowed)
}
